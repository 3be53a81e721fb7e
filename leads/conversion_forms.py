"""What a lead is to become: existing matches first, then what is made."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from activities.models import Kind
from crm import money
from crm.editing import plain
from crm.fields import RecordChoiceField
from crm.text import is_blank, without_directions
from customers.models import Company, Customer
from deals.models import Stage, StageKind
from leads import duplicates
from leads.conversion import NewDeal, NextStep
from leads.models import Lead

NEW, NONE = "new", "none"
STEP_KINDS = [(kind.value, kind.label) for kind in (Kind.CALL, Kind.MEETING, Kind.EMAIL, Kind.TASK)]
LAST_DAY = dt.date(2199, 12, 31)


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget, input_formats=["%Y-%m-%d"])


class StageField(forms.ModelChoiceField[Any]):
    """With its pipeline's name, where there are several."""

    def label_from_instance(self, obj: Stage) -> str:
        rows = self.queryset or ()
        return f"{obj.pipeline} · {obj}" if len({row.pipeline_id for row in rows}) > 1 else str(obj)


class ConvertForm(forms.Form):
    customer = forms.ChoiceField(label=gettext_lazy("Customer"), widget=forms.RadioSelect)
    company = forms.ChoiceField(label=gettext_lazy("Company"), widget=forms.RadioSelect)
    with_deal = forms.BooleanField(label=gettext_lazy("Open a deal"), required=False, initial=True)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, required=False)
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"), required=False, min_value=0, max_digits=18, decimal_places=4
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)
    stage = StageField(None, label=gettext_lazy("Stage"), required=False, empty_label=None)
    expected_close = _day(gettext_lazy("Expected close"))
    step_kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=STEP_KINDS, required=False)
    step_title = forms.CharField(label=gettext_lazy("What"), max_length=200, required=False)
    step_due_on = _day(gettext_lazy("When"))

    DEAL = ("title", "amount", "currency", "stage", "expected_close")
    STEP = ("step_kind", "step_title", "step_due_on")

    def __init__(self, data: Any, *, lead: Lead, user: User) -> None:
        self.lead, self.user = lead, user
        super().__init__(data, initial=self._proposed())
        self._offer()
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    # What is offered

    @cached_property
    def customer_matches(self) -> list[duplicates.Match]:
        return duplicates.customers_like(duplicates.wanted_of(self.lead), self.user)[: duplicates.MOST]

    @cached_property
    def company_matches(self) -> list[duplicates.CompanyMatch]:
        """Those of nearly the same name, and where the customers that fit work."""
        found = duplicates.companies_like(self.lead.company_name, self.user)
        known = {match.row.pk for match in found}
        for match in self.customer_matches:
            company = match.row.company if isinstance(match.row, Customer) else None
            if company and company.deleted_at is None and company.pk not in known:
                known.add(company.pk)
                found.append(duplicates.CompanyMatch(company, exact=match.exact))
        return found

    def _proposed(self) -> dict[str, Any]:
        """What fits exactly is chosen; else something new is made."""
        customer = next((str(match.row.pk) for match in self.customer_matches if match.exact), NEW)
        company = next((str(match.row.pk) for match in self.company_matches if match.exact), "")
        return {
            "customer": customer,
            "company": company or (NEW if self.lead.company_name else NONE),
            "title": self.lead.company_name or str(self.lead),
            "amount": plain(self.lead.value),
            "currency": self.lead.currency,
            "step_kind": Kind.CALL,
        }

    def _offer(self) -> None:
        customer, company = self.fields["customer"], self.fields["company"]
        currency, stage = self.fields["currency"], self.fields["stage"]
        assert isinstance(customer, forms.ChoiceField)  # noqa: S101 - declared above
        assert isinstance(company, forms.ChoiceField)  # noqa: S101 - declared above
        assert isinstance(currency, forms.ChoiceField)  # noqa: S101 - declared above
        assert isinstance(stage, forms.ModelChoiceField)  # noqa: S101 - declared above
        customer.choices = [
            *((str(match.row.pk), self._words(match)) for match in self.customer_matches),
            (NEW, _("A new customer: %(name)s") % {"name": self.lead}),
        ]
        company.choices = [
            *((str(match.row.pk), str(match.row)) for match in self.company_matches),
            *((NEW, _("A new company: %(name)s") % {"name": name}) for name in [self.lead.company_name] if name),
            (NONE, _("No company")),
        ]
        codes = dict.fromkeys([settings.BASE_CURRENCY, *money.currencies(), self.lead.currency])
        currency.choices = [(code, code) for code in codes]
        stages = Stage.objects.visible_to(self.user).filter(kind=StageKind.OPEN, pipeline__is_active=True)
        rows: Any = stages.select_related("pipeline").order_by("pipeline__position", "pipeline", "position")
        stage.queryset, stage.initial = rows, rows.first()
        self.fields["amount"].widget.attrs["step"] = "any"
        self._offer_others()

    @staticmethod
    def _words(match: duplicates.Match) -> str:
        return ", ".join(part for part in (str(match.row), match.company, match.reason) if part)

    def _offer_others(self) -> None:
        """Somebody else than those that fit, by name."""
        self.fields["other_customer"] = RecordChoiceField(
            Customer.objects.visible_to(self.user),
            suggest_url=reverse("orders:customers"),
            label=_("Another customer"),
            required=False,
        )
        self.fields["other_company"] = RecordChoiceField(
            Company.objects.visible_to(self.user),
            suggest_url=reverse("companies:suggest"),
            label=_("Another company"),
            required=False,
        )

    @property
    def people(self) -> list[tuple[BoundField, BoundField, str]]:
        """Who it becomes, whoever else it may be, and the icon."""
        return [
            (self["customer"], self["other_customer"], "user"),
            (self["company"], self["other_company"], "building-2"),
        ]

    @property
    def deal_fields(self) -> list[BoundField]:
        return [self[name] for name in self.DEAL]

    @property
    def step_fields(self) -> list[BoundField]:
        return [self[name] for name in self.STEP]

    # What is refused

    def clean_title(self) -> str:
        return self._visible("title")

    def clean_step_title(self) -> str:
        return self._visible("step_title")

    def _visible(self, name: str) -> str:
        title = without_directions(self.cleaned_data[name])
        if title and is_blank(title):
            raise ValidationError(_("Enter a title that can be seen."))
        return title

    def clean_amount(self) -> Decimal | None:
        amount: Decimal | None = self.cleaned_data["amount"]
        if amount is not None and amount >= money.LIMIT:
            raise ValidationError(_("This is more than can be kept."))
        return amount

    def clean_expected_close(self) -> dt.date | None:
        return self._not_gone("expected_close")

    def clean_step_due_on(self) -> dt.date | None:
        return self._not_gone("step_due_on")

    def _not_gone(self, name: str) -> dt.date | None:
        day: dt.date | None = self.cleaned_data[name]
        if day and not timezone.localdate() <= day <= LAST_DAY:
            raise ValidationError(_("Choose a day from today on."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("with_deal"):
            self._check_deal(data)
        if data.get("step_title") and not data.get("step_due_on") and "step_due_on" not in self.errors:
            self.add_error("step_due_on", _("Choose the day."))
        return data

    def _check_deal(self, data: dict[str, Any]) -> None:
        for name, words in (("title", _("Give the deal a title.")), ("stage", _("Choose a stage."))):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, words)
        if data.get("amount") is not None and data.get("currency"):
            try:
                base = money.to_base(data["amount"], data["currency"], timezone.localdate())
            except ValidationError as error:
                self.add_error("currency", error)
            else:
                if base >= money.LIMIT:
                    self.add_error("amount", _("This is more than can be kept."))

    # What was chosen

    @property
    def chosen(self) -> dict[str, Any]:
        """The arguments of the conversion."""
        data = self.cleaned_data
        customers = {str(match.row.pk): match.row for match in self.customer_matches}
        companies = {str(match.row.pk): match.row for match in self.company_matches}
        return {
            "customer": data.get("other_customer") or customers.get(data["customer"]),
            "company": data.get("other_company") or companies.get(data["company"]),
            "make_company": data["company"] == NEW,
            "deal": NewDeal(**{name: data[name] for name in self.DEAL}) if data["with_deal"] else None,
            "step": self._step(data),
        }

    @staticmethod
    def _step(data: dict[str, Any]) -> NextStep | None:
        if not data["step_due_on"]:
            return None
        kind = data["step_kind"] or Kind.CALL
        return NextStep(kind, data["step_title"] or str(Kind(kind).label), data["step_due_on"])
