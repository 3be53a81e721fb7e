"""The one form of a customer: full, of a single fact, and for taking back a value from the history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, prefetch_related_objects
from django.forms import BoundField
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from crm.access import hidden_fields
from crm.countries import country_choices
from crm.deleted import with_deleted
from crm.editing import RecordForm
from crm.fields import RecordChoiceField, TagsField, TimeZoneField
from crm.phones import screen_text
from crm.text import is_blank
from customers import contacts, owners
from customers.models import Company, Customer

SECTIONS = (
    (gettext_lazy("Who"), ("name", "job_title", "company", "phones", "emails")),
    (gettext_lazy("Where"), ("street", "postal_code", "city", "country", "time_zone")),
    (gettext_lazy("With us"), ("lifecycle", "owner", "tags", "call_eligible", "monthly_income")),
    (gettext_lazy("Numbers"), ("reference", "external_ids")),
)
FIELDS = [name for _legend, names in SECTIONS for name in names]
#: What an agent keeps up to date.
CONTACT_DATA = frozenset(
    {"name", "job_title", "phones", "emails", "street", "postal_code", "city", "country", "time_zone"}
)


def country_options() -> list[tuple[str, str]]:
    return [("", "–"), *country_choices()]


def company_choice(user: User, current: int | None, **more: Any) -> RecordChoiceField:
    """A company that `user` sees; the one that is chosen now, even if it was deleted."""
    rows = with_deleted(Company).visible_to(user).filter(Q(deleted_at=None) | Q(pk=current))
    suggest = reverse("companies:suggest")
    return RecordChoiceField(rows, suggest_url=suggest, label=_("Company"), required=False, **more)


def warn_while_typing(form: forms.BaseForm, url: Any, names: tuple[str, ...]) -> None:
    """The boxes `names` ask for duplicates; the answer is shown in #duplicates."""
    sent = ", ".join(f"[name={name}]" for name in (*names, "country") if name in form.fields)
    for name in names:
        form.fields[name].widget.attrs |= {
            "hx-get": str(url),
            "hx-trigger": "input changed delay:300ms",
            "hx-include": sent,
            "hx-target": "#duplicates",
            "hx-swap": "innerHTML",
            "hx-sync": "#duplicates:replace",
            "hx-disabled-elt": "unset",
        }


def sections_of(
    form: RecordForm[Any], sections: Iterable[tuple[Any, Iterable[str]]]
) -> list[tuple[str, list[BoundField]]]:
    """Legends and their fields; none for the form of a single fact."""
    if len(form.names) == 1:
        return []
    groups = [(str(legend), [form[name] for name in names if name in form.fields]) for legend, names in sections]
    return [(legend, fields) for legend, fields in groups if fields]


class CustomerForm(RecordForm[Customer]):
    noun = "customer"

    phones = contacts.PhonesField(
        label=gettext_lazy("Phones"), help_text=gettext_lazy("One a line, with country code or as dialled at home.")
    )
    emails = contacts.EmailsField(label=gettext_lazy("E-mails"), help_text=gettext_lazy("One a line."))
    external_ids = contacts.ExternalIdsField(
        label=gettext_lazy("Numbers in other systems"), help_text=gettext_lazy("One a line, such as “shop: 17850”.")
    )
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=country_options, required=False)
    time_zone = TimeZoneField(label=gettext_lazy("Time zone"))
    tags = TagsField(label=gettext_lazy("Tags"), help_text=gettext_lazy("With commas between them."))

    class Meta:
        model = Customer
        fields = [name for name in FIELDS if name not in {"phones", "emails", "external_ids"}]

    field_order = FIELDS

    @classmethod
    def offered(cls, user: User) -> list[str]:
        """The fields that `user` may fill in."""
        hidden, agent = hidden_fields(Customer, user), user.effective_role == "agent"
        return [name for name in FIELDS if name not in hidden and (name in CONTACT_DATA or not agent)]

    def tailor(self, user: User) -> None:
        for name in self.fields.keys() - {*self.offered(user), "base"}:
            del self.fields[name]
        if "owner" in self.fields:
            self._fill_choices(user)
        if isinstance(phones := self.fields.get("phones"), contacts.PhonesField):
            phones.read_as_in(self.data.get("country") or self.instance.country)
        if self.is_new:
            self.initial.setdefault("owner", user.pk)
            warn_while_typing(self, reverse_lazy("customers:duplicates"), ("phones", "emails"))
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def _fill_choices(self, user: User) -> None:
        self.fields["company"] = company_choice(user, self.instance.company_id)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)  # noqa: S101 - a foreign key's form field
        owner.queryset = owners.choices_for(user, self.instance.owner_id)
        owner.empty_label = _("Nobody")
        if "monthly_income" in self.fields:
            self.fields["monthly_income"].widget.attrs["step"] = "any"

    @property
    def sections(self) -> list[tuple[str, list[BoundField]]]:
        return sections_of(self, SECTIONS)

    # What lies in other tables

    def read(self, row: Customer, name: str) -> Any:
        if name not in contacts.FIELDS:
            return super().read(row, name)
        prefetch_related_objects([row], name)
        return contacts.values_of(row, name)

    def write_related(self, row: Customer, changed: list[str]) -> None:
        for name in contacts.FIELDS:
            if name in changed:
                contacts.write(row, name, self.cleaned_data[name])

    def show(self, name: str, value: Any) -> str:
        if name == "phones" and value:
            return ", ".join(screen_text(number) for number in value)
        return super().show(name, value)

    # What is refused

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name and is_blank(name):
            raise ValidationError(_("Enter a name that can be seen, or leave it empty."))
        return name

    def clean_external_ids(self) -> list[str]:
        ids: list[str] = self.cleaned_data["external_ids"]
        if ids and (taken := contacts.taken(ids, except_of=self.instance.pk)):
            raise ValidationError(_("“%(id)s” belongs to another customer already."), params={"id": taken[0]})
        return ids

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.is_new and not self.errors and not any(data.get(name) for name in ("name", "phones", "emails")):
            raise ValidationError(_("Enter a name, a phone number or an e-mail address."))
        return data
