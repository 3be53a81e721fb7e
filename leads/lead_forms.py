"""The forms of a lead: whole, of a single fact, and the quick one for a new lead."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms import BoundField
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from crm import money, phones
from crm.countries import country_names
from crm.editing import RecordForm, plain
from crm.events import record
from crm.text import is_blank
from customers import owners
from customers.customer_forms import country_options, sections_of, warn_while_typing
from leads import clock, score
from leads.models import Lead

SECTIONS = (
    (gettext_lazy("Who"), ("name", "job_title", "phone", "email")),
    (gettext_lazy("Company"), ("company_name", "industry", "website", "city", "country")),
    (gettext_lazy("What it may bring"), ("value", "currency", "source", "campaign")),
    (gettext_lazy("With us"), ("owner", "shared_with")),
)
FIELDS = [name for _legend, names in SECTIONS for name in names]
#: One of these says who it is.
WHO = ("name", "email", "phone", "company_name")
#: What asks for duplicates while it is typed.
TELLING = ("name", "phone", "email", "company_name")


class LeadForm(RecordForm[Lead]):
    noun = "lead"

    # Longer than what is kept: numbers are written with blanks, brackets and prefixes.
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=60, required=False)
    website = forms.URLField(label=gettext_lazy("Website"), max_length=300, required=False, assume_scheme="https")
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=country_options, required=False)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    shared_with = owners.ColleaguesField(help_text=gettext_lazy("They see the lead and work on it, as its owner does."))

    class Meta:
        model = Lead
        fields = [name for name in FIELDS if name != "shared_with"]

    field_order = FIELDS

    @classmethod
    def offered(cls, user: User) -> list[str]:
        """The fields that `user` may fill in."""
        return FIELDS

    def tailor(self, user: User) -> None:
        row = self.instance
        owner, shared, currency = self.fields["owner"], self.fields["shared_with"], self.fields["currency"]
        assert isinstance(owner, forms.ModelChoiceField)  # noqa: S101 - a foreign key's form field
        assert isinstance(shared, owners.ColleaguesField)  # noqa: S101 - declared above
        assert isinstance(currency, forms.ChoiceField)  # noqa: S101 - declared above
        owner.queryset = owners.choices_for(user, row.owner_id)
        owner.empty_label = _("Nobody")
        shared.offer(owners.shared_with(row))
        codes = dict.fromkeys([settings.BASE_CURRENCY, *money.currencies(), row.currency])
        currency.choices = [(code, code) for code in codes if code]
        for name in ("source", "campaign"):
            self._offer_in_use(name, getattr(row, f"{name}_id"))
        self.fields["value"].widget.attrs["step"] = "any"
        if self.is_new:
            self.initial.setdefault("owner", user.pk)
            self.initial.setdefault("currency", settings.BASE_CURRENCY)
            warn_while_typing(self, reverse_lazy("leads:duplicates"), TELLING)
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def _offer_in_use(self, name: str, current: int | None) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - a foreign key's form field
        assert field.queryset is not None  # noqa: S101 - the model's own
        field.queryset = field.queryset.filter(Q(is_active=True) | Q(pk=current))
        field.empty_label = "–"

    @property
    def sections(self) -> list[tuple[str, list[BoundField]]]:
        return sections_of(self, SECTIONS)

    # What lies in other tables and columns

    def read(self, row: Lead, name: str) -> Any:
        return owners.shared_with(row) if name == "shared_with" else super().read(row, name)

    def _create(self, by: User) -> Lead:
        self.instance.base_value = self._base_value(self.instance.value, self.instance.currency)
        self.instance.response_due_at = clock.response_due(self.instance, timezone.now())
        row = super()._create(by)
        if row.owner_id not in {None, by.pk}:
            record("lead.assigned", on=row, by=by, to=row.owner)
        score.rescore([row.pk])
        return row

    def write(self, row: Lead, changed: list[str]) -> None:
        value = self.cleaned_data.get("value", row.value)
        currency = self.cleaned_data.get("currency", row.currency)
        if {"value", "currency"} & set(changed):
            # Before the columns themselves: the database wants both amounts or none.
            row.base_value = self._base_value(value, currency)
            row.value, row.currency = value, currency
            row.save(update_fields=["value", "currency", "base_value"])
        before = row.owner
        if "source" in changed and row.responded_at is None and row.response_due_at:
            row.source = self.cleaned_data["source"]
            row.response_due_at = clock.response_due(row, row.created_at)
            row.save(update_fields=["source", "response_due_at"])
        super().write(row, changed)
        if "owner" in changed:
            kind = "lead.assigned" if row.owner else "lead.unassigned"
            record(kind, on=row, by=self.user, to=row.owner, before=before)
        score.rescore([row.pk])

    def write_related(self, row: Lead, changed: list[str]) -> None:
        if "shared_with" in changed or (self.is_new and self.cleaned_data.get("shared_with")):
            row.shared_with.set(self.cleaned_data["shared_with"])

    @staticmethod
    def _base_value(value: Decimal | None, currency: str) -> Decimal | None:
        return None if value is None else money.to_base(value, currency, timezone.localdate())

    def show(self, name: str, value: Any) -> str:
        if name == "shared_with" and value:
            return owners.names_of(value)
        return phones.screen_text(value) if name == "phone" and value else super().show(name, value)

    # What is refused

    def clean_name(self) -> str:
        return self._seen("name")

    def clean_company_name(self) -> str:
        return self._seen("company_name")

    def _seen(self, name: str) -> str:
        text: str = self.cleaned_data[name]
        if text and is_blank(text):
            raise ValidationError(_("Enter a name that can be seen, or leave it empty."))
        return text

    @property
    def region(self) -> str:
        """The country whose numbers are dialled without its code."""
        country = str(self.data.get("country") or self.instance.country)
        return country if country in country_names() else ""

    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"]
        return phones.parse(typed, self.region).e164 if typed else ""

    def clean_value(self) -> Decimal | None:
        value: Decimal | None = self.cleaned_data["value"]
        if value is not None and value < 0:
            raise ValidationError(_("The value must not be negative."))
        if value is not None and value >= money.LIMIT:
            raise ValidationError(_("This is more than can be kept."))
        return value

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self._check_rate(data)
        if not self.errors and not self._is_known(data):
            raise ValidationError(_("Enter a name, a company, a phone number or an e-mail address."))
        return data

    def _is_known(self, data: dict[str, Any]) -> bool:
        """Imported ones may have nothing but their number elsewhere."""
        row = self.instance
        before = {} if self.is_new else {name: getattr(row, name) for name in (*WHO, "external_id")}
        return any((before | data).get(name) for name in (*WHO, "external_id"))

    def _check_rate(self, data: dict[str, Any]) -> None:
        names = {"value", "currency"} & data.keys()
        if not names or self.errors.keys() & {"value", "currency"}:
            return
        value, currency = data.get("value", self.instance.value), data.get("currency", self.instance.currency)
        try:
            base = self._base_value(value, currency)
        except ValidationError as error:
            self.add_error("currency" if "currency" in names else "value", error)
            return
        if base is not None and base >= money.LIMIT:
            self.add_error("value" if "value" in names else "currency", _("This is more than can be kept."))


class NewLeadForm(LeadForm):
    """Three boxes are enough: name, phone or e-mail, company. Everything else waits behind a disclosure."""

    reach = forms.CharField(label=gettext_lazy("Phone or e-mail"), max_length=254, required=False)
    field_order = ["name", "reach", "company_name", *FIELDS]
    QUICK = ("name", "reach", "company_name")

    def tailor(self, user: User) -> None:
        super().tailor(user)
        warn_while_typing(self, reverse_lazy("leads:duplicates"), ("name", "reach", "phone", "email", "company_name"))
        self.fields["name"].widget.attrs["autofocus"] = True
        self.fields["currency"].required = False

    @property
    def quick(self) -> list[BoundField]:
        return [self[name] for name in self.QUICK]

    @property
    def sections(self) -> list[tuple[str, list[BoundField]]]:
        left = [(legend, [name for name in names if name not in self.QUICK]) for legend, names in SECTIONS]
        return sections_of(self, left)

    @property
    def more_is_open(self) -> bool:
        """What is filled in or wrong must be seen."""
        hidden = [name for _legend, fields in self.sections for name in (field.name for field in fields)]
        given = {name for name in hidden if self.data.get(name) and name not in {"owner", "currency"}}
        return bool(given or self.errors.keys() & set(hidden))

    def clean_owner(self) -> User | None:
        """Whoever enters a lead has it, unless they say otherwise."""
        owner: User | None = self.cleaned_data["owner"]
        return self.user if "owner" not in self.data else owner

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"] or settings.BASE_CURRENCY)

    def clean_reach(self) -> str:
        """A phone number is kept as such, all else must be an e-mail address."""
        typed: str = self.cleaned_data["reach"]
        if typed and "@" in typed:
            return str(self.fields["email"].clean(typed))
        if not typed or phones.looks_like_phone(typed):
            return phones.parse(typed, self.region).e164 if typed else ""
        raise ValidationError(_("Enter a phone number, such as +44 20 7946 0018, or an e-mail address."))

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if reach := data.get("reach"):
            name = "email" if "@" in reach else "phone"
            if data.get(name) and plain(data[name]) != reach:
                self.add_error("reach", _("There is another one below: leave one of the two empty."))
            data[name] = reach
        return super().clean()
