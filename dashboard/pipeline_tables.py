"""The deals behind a figure of the report: the filters of every list of deals, and those that only a report needs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from crm import moments
from crm.access import visible
from crm.keyset import Sort
from crm.lists import Cell, Column, Empty, Listing
from customers.tables import OWNER, DateField
from dashboard.pipeline_pushes import moved_back
from dashboard.pipeline_stages import has_reached
from deals.filters import DealFilter, StageChoice
from deals.models import Deal, DealLine, DealStatus, LostReason, Stage, StageVisit
from deals.models.deal import VALUE

TONES = {DealStatus.OPEN: "accent", DealStatus.WON: "good", DealStatus.LOST: "bad"}
WITHOUT = {
    "source": gettext_lazy("Source"),
    "product": gettext_lazy("Product"),
    "opened": gettext_lazy("Opening day"),
}


class PipelineFilter(DealFilter):
    closed = forms.BooleanField(label=gettext_lazy("Closed"), required=False)
    reached = StageChoice(Stage.objects.none(), label=gettext_lazy("Came as far as"), required=False)
    furthest = StageChoice(Stage.objects.none(), label=gettext_lazy("Came no further than"), required=False)
    left = StageChoice(Stage.objects.none(), label=gettext_lazy("Left the stage"), required=False)
    left_from = DateField(gettext_lazy("Left from"))
    left_to = DateField(gettext_lazy("Left up to"))
    timed = forms.BooleanField(label=gettext_lazy("With days from opening to closing"), required=False)
    without = forms.ChoiceField(label=gettext_lazy("Without"), required=False, choices=[("", "–"), *WITHOUT.items()])
    pushed = forms.BooleanField(label=gettext_lazy("Close date moved back"), required=False)
    live = forms.BooleanField(label=gettext_lazy("Open, or closed during these days"), required=False)

    def tailor(self, user: User) -> None:
        super().tailor(user)
        self._offer("reason", visible(LostReason, user))  # also those that are no longer offered for deals
        for name in ("reached", "furthest", "left"):
            self._offer(name, visible(Stage, user).select_related("pipeline"))

    def narrow(self, rows: QuerySet[Any], data: dict[str, Any]) -> QuerySet[Any]:
        own, others = self._own(data), data
        if data.get("live"):
            own &= Q(status=DealStatus.OPEN) | _days("closed_on", data.get("closed_from"), data.get("closed_to"))
            others = {name: value for name, value in data.items() if name not in {"closed_from", "closed_to"}}
        rows = super().narrow(rows, others).filter(own)
        return rows.filter(pk__in=moved_back(rows).values("pgh_obj_id")) if data.get("pushed") else rows

    def _own(self, data: dict[str, Any]) -> Q:
        fits = Q()
        if data.get("closed"):
            fits &= ~Q(status=DealStatus.OPEN)
        if stage := data.get("reached"):
            fits &= has_reached(stage, self._stages(stage))
        if stage := data.get("furthest"):
            fits &= has_reached(stage, self._stages(stage)) & ~has_reached(stage, self._stages(stage), further=True)
        if stage := data.get("left"):
            fits &= _left(stage, data.get("left_from"), data.get("left_to"))
        if data.get("timed"):
            fits &= Q(opened_on__isnull=False, closed_on__isnull=False)
        return fits & _without(data.get("without", ""))

    def _stages(self, stage: Stage) -> list[Stage]:
        return list(visible(Stage, self.user).filter(pipeline=stage.pipeline_id).order_by("position"))


def _days(field: str, first: dt.date | None, last: dt.date | None) -> Q:
    fits = Q(**{f"{field}__isnull": False})
    if first:
        fits &= Q(**{f"{field}__gte": first})
    return fits & Q(**{f"{field}__lte": last}) if last else fits


def _left(stage: Stage, first: dt.date | None, last: dt.date | None) -> Q:
    zone, visits = moments.organisation_zone(), StageVisit.objects.filter(deal=OuterRef("pk"), stage=stage)
    visits = visits.filter(left_at__isnull=False)
    if first:
        visits = visits.filter(left_at__gte=moments.day_start(first, zone))
    if last:
        visits = visits.filter(left_at__lt=moments.day_start(last + dt.timedelta(days=1), zone))
    return Q(Exists(visits))


def _without(what: str) -> Q:
    match what:
        case "source":
            return Q(source=None)
        case "product":
            return ~Q(Exists(DealLine.objects.filter(deal=OuterRef("pk"), product__isnull=False)))
        case "opened":
            return Q(opened_on=None)
    return Q()


def _stage(row: Deal) -> Cell:
    return Cell("badge", str(row.stage), extra=TONES[DealStatus(row.status)])


def _days_taken(row: Deal) -> int | None:
    return (row.closed_on - row.opened_on).days if row.closed_on and row.opened_on else None


def _day(value: dt.date | None) -> Any:
    return value or ""


class PipelineDeals(Listing[Deal]):
    name = "pipeline_deals"
    model = Deal
    title = gettext_lazy("Deals behind a figure")
    url_name = "reports:pipeline_deals"
    export_url_name = "reports:pipeline_deals_export"
    filter_class = PipelineFilter
    sorts = {"title": Sort("sort_key"), "value": Sort(VALUE), "created": Sort("created_at")}
    default_sort = "-value"
    columns = (
        Column("title", gettext_lazy("Deal"), str, kind="link", sort="title"),
        Column("stage", gettext_lazy("Stage"), lambda row: str(row.stage), cell=_stage),
        Column("customer", gettext_lazy("Customer"), lambda row: str(row.customer or row.company or "")),
        Column("value", gettext_lazy("Value"), lambda row: row.base_amount, kind="money", sort="value"),
        OWNER,
        Column("opened", gettext_lazy("Opened"), lambda row: _day(row.opened_on)),
        Column("closed", gettext_lazy("Closed"), lambda row: _day(row.closed_on)),
        Column("days", gettext_lazy("Days"), _days_taken, kind="number"),
        Column("source", gettext_lazy("Source"), lambda row: str(row.source or ""), screen=False),
        Column("reason", gettext_lazy("Reason for losing"), lambda row: str(row.lost_reason or ""), screen=False),
    )

    def prepare(self, rows: QuerySet[Deal]) -> QuerySet[Deal]:
        return rows.select_related("stage", "customer", "company", "owner", "source", "lost_reason")

    def exportable(self, rows: QuerySet[Deal]) -> QuerySet[Deal]:
        return rows.filter(owner_id=self.user.pk) if self.user.effective_role == "sales" else rows

    def url_of(self, row: Deal) -> str:
        return row.get_absolute_url()

    def empty(self) -> Empty:
        text = _("The figures of the report lead here, to the deals that they count.")
        return Empty(_("No deals yet"), text, reverse("reports:pipeline"), _("Pipeline"), icon="handshake")
