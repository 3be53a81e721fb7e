"""How deals are narrowed: the same filters on the board, in the list and behind every figure, in the URL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Team
from activities.next_state import STATES, state_is
from crm import moments
from crm.access import visible
from crm.fields import DateField
from crm.lists import ListFilter
from crm.money import MoneyField
from customers import lookup, owners
from customers.customer_forms import company_choice
from customers.models import Company, Customer
from customers.order_fields import CustomerChoiceField
from deals.forecast_filter import ForecastField
from deals.models import DealLine, DealStatus, LostReason, Pipeline, Product, Stage
from deals.states import rotting

if TYPE_CHECKING:
    from accounts.models import User

#: filter -> the column that it equals
SAME = {
    "pipeline": "stage__pipeline",
    "stage": "stage",
    "status": "status",
    "team": "owner__team",
    "source": "source",
    "campaign": "campaign",
    "reason": "lost_reason",
    "customer": "customer",
    "company": "company",
    "lead": "lead",
}
#: filter -> the condition on the column that it bounds
BOUNDS = {
    "amount_from": "base_amount__gte",
    "amount_to": "base_amount__lte",
    "close_from": "expected_close__gte",
    "close_to": "expected_close__lte",
    "closed_from": "closed_on__gte",
    "closed_to": "closed_on__lte",
    "opened_from": "opened_on__gte",
    "opened_to": "opened_on__lte",
}
RANGES = ("amount", "close", "closed", "opened", "created")


class StageChoice(forms.ModelChoiceField[Stage]):
    def label_from_instance(self, obj: Stage) -> str:
        return f"{obj.pipeline} · {obj}"


def _amount(label: Any) -> forms.DecimalField:
    field: Any = MoneyField().formfield(label=label, required=False, min_value=0)
    field.widget.attrs["step"] = "any"
    return field  # type: ignore[no-any-return]  # a decimal's form field


class DealFilter(ListFilter):
    """All of it can be in a URL; the board leaves out what makes no sense there."""

    q = forms.CharField(required=False, max_length=200)
    pipeline = forms.ModelChoiceField(Pipeline.objects.none(), label=gettext_lazy("Pipeline"), required=False)
    stage = StageChoice(None, label=gettext_lazy("Stage"), required=False)
    status = forms.ChoiceField(
        label=gettext_lazy("Status"), required=False, choices=[("", gettext_lazy("Any")), *DealStatus.choices]
    )
    owner = forms.ChoiceField(label=gettext_lazy("Owner"), required=False)
    team = forms.ModelChoiceField(Team.objects.none(), label=gettext_lazy("Team"), required=False)
    next = forms.ChoiceField(
        label=gettext_lazy("Next activity"),
        required=False,
        choices=[("", gettext_lazy("Any")), *STATES],
    )
    rotting = forms.BooleanField(label=gettext_lazy("Rotting"), required=False)
    committed = forms.BooleanField(label=gettext_lazy("Committed"), required=False)
    product = forms.ModelChoiceField(Product.objects.none(), label=gettext_lazy("Product"), required=False)
    amount_from = _amount(gettext_lazy("Amount from"))
    amount_to = _amount(gettext_lazy("Amount up to"))
    close_from = DateField(gettext_lazy("Expected close from"))
    close_to = DateField(gettext_lazy("Expected close up to"))
    closed_from = DateField(gettext_lazy("Closed from"))
    closed_to = DateField(gettext_lazy("Closed up to"))
    opened_from = DateField(gettext_lazy("Opened from"))
    opened_to = DateField(gettext_lazy("Opened up to"))
    created_from = DateField(gettext_lazy("Created from"))
    created_to = DateField(gettext_lazy("Created up to"))
    reason = forms.ModelChoiceField(LostReason.objects.none(), label=gettext_lazy("Reason for losing"), required=False)
    #: not offered: the figures of the forecast lead to their deals with it
    forecast = ForecastField()

    def tailor(self, user: User) -> None:
        owners.offer_owners(self)
        self.offer("pipeline", lambda: visible(Pipeline, user))
        self.offer("stage", lambda: visible(Stage, user).select_related("pipeline"))
        self.offer("product", lambda: visible(Product, user))
        self.offer("reason", lambda: self._reasons(user))
        self.offer("team", lambda: _teams(user))
        if user.effective_role == "sales":
            self.fields.pop("team", None)
        for name, make in _RECORDS.items():
            if self.asks(name):
                self.fields[name] = make(user)

    def _reasons(self, user: User) -> Any:
        """Those in use; and the one that is asked for, to which reports lead as long as deals were lost for it."""
        in_use = Q(is_active=True, for_deals=True)
        return visible(LostReason, user).filter(in_use | Q(pk=self.given("reason")))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in RANGES:
            first, last = data.get(f"{name}_from"), data.get(f"{name}_to")
            if first is not None and last is not None and last < first:
                self.add_error(f"{name}_to", _("The end lies before the beginning."))
        return data

    @property
    def today(self) -> dt.date:
        return timezone.localdate()

    def narrow(self, rows: QuerySet[Any], data: dict[str, Any]) -> QuerySet[Any]:
        fits = Q(**{SAME[name]: data[name] for name in SAME if name in data})
        fits &= Q(**{BOUNDS[name]: data[name] for name in BOUNDS if name in data})
        fits &= self._created(data)
        if owner := data.get("owner"):
            fits &= Q(owner_id={owners.MINE: self.user.pk, owners.NOBODY: None}.get(owner, owner))
        if state := data.get("next"):
            fits &= Q(status=DealStatus.OPEN) & state_is(state, self.today)
        if forecast := data.get("forecast"):
            fits &= forecast.fits(self.today)
        if data.get("committed"):
            fits &= Q(is_committed=True)
        if product := data.get("product"):
            fits &= Q(Exists(DealLine.objects.filter(deal=OuterRef("pk"), product=product)))
        if "q" in data:
            fits &= self._named(data["q"])
        rows = rows.filter(fits)
        return rotting(rows, visible(Stage, self.user), self.today) if data.get("rotting") else rows

    def _created(self, data: dict[str, Any]) -> Q:
        """Days of the organisation, as in reports."""
        zone, fits = moments.organisation_zone(), Q()
        if first := data.get("created_from"):
            fits &= Q(created_at__gte=moments.day_start(first, zone))
        if last := data.get("created_to"):
            fits &= Q(created_at__lt=moments.day_start(last + dt.timedelta(days=1), zone))
        return fits

    def _named(self, text: str) -> Q:
        """By the title of the deal, or by the name of its customer or company."""
        text = lookup.tidy(text)
        if not text:
            return Q(pk__in=[])
        own = lookup.named(text)
        return (
            own
            | Q(customer__in=visible(Customer, self.user).filter(own))
            | Q(company__in=visible(Company, self.user).filter(own))
        )


def _customer_choice(user: User) -> forms.Field:
    suggest = reverse("orders:customers")
    return CustomerChoiceField(visible(Customer, user), suggest_url=suggest, label=_("Customer"), required=False)


def _lead_choice(user: User) -> forms.Field:
    leads = visible(apps.get_model("leads.Lead"), user)
    return forms.ModelChoiceField(leads, label=_("Lead"), required=False, widget=forms.HiddenInput)


def _marketing_choice(model: str) -> Callable[[User], forms.Field]:
    def make(user: User) -> forms.Field:
        rows = visible(apps.get_model(model), user)
        return forms.ModelChoiceField(rows, label=str(rows.model._meta.verbose_name).capitalize(), required=False)

    return make


#: filters by records that are typed, or that belong to an app above
_RECORDS: dict[str, Callable[[User], forms.Field]] = {
    "source": _marketing_choice("leads.Source"),
    "campaign": _marketing_choice("leads.Campaign"),
    "company": lambda user: company_choice(user, None),
    "customer": _customer_choice,
    "lead": _lead_choice,
}


def _teams(user: User) -> Any:
    rows: Any = Team.objects.order_by("name")
    return rows.filter(pk=user.team_id) if user.effective_role == "manager" else rows
