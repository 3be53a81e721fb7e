"""The deals behind a figure of the report."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.keyset import Sort
from crm.lists import Cell, Column, Empty, Listing
from customers.tables import OWNER
from dashboard.pipeline_filter import PipelineFilter
from deals.models import Deal, DealStatus
from deals.models.deal import VALUE

TONES = {DealStatus.OPEN: "accent", DealStatus.WON: "good", DealStatus.LOST: "bad"}


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
