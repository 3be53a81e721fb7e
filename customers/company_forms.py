"""The one form of a company: full, of a single fact, and for taking back a value from the history."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from crm.editing import RecordForm
from crm.text import is_blank
from customers import owners
from customers.customer_forms import country_options, sections_of, warn_while_typing
from customers.models import Company

SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (gettext_lazy("What"), ("name", "industry", "website", "owner")),
    (gettext_lazy("Where"), ("street", "postal_code", "city", "country")),
)


FIELDS = [name for _legend, names in SECTIONS for name in names]


class CompanyForm(RecordForm[Company]):
    noun = "company"

    website = forms.URLField(label=gettext_lazy("Website"), max_length=300, required=False, assume_scheme="https")
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=country_options, required=False)

    class Meta:
        model = Company
        fields = FIELDS

    def tailor(self, user: User) -> None:
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)  # noqa: S101 - a foreign key's form field
        owner.queryset = owners.choices_for(user, self.instance.owner_id)
        owner.empty_label = _("Nobody")
        if self.is_new:
            self.initial.setdefault("owner", user.pk)
            warn_while_typing(self, reverse_lazy("companies:duplicates"), ("name",))
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    @property
    def sections(self) -> list[tuple[str, list[BoundField]]]:
        return sections_of(self, SECTIONS)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if is_blank(name):
            raise ValidationError(_("Enter a name that can be seen."))
        return name
