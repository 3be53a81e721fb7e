"""The lists of deals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet, Sum
from django.http import QueryDict
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import User
from activities.next_state import next_badge
from crm.access import visible
from crm.addresses import pattern
from crm.keyset import Sort
from crm.lists import COUNT_LIMIT, Cell, Column, Empty, ListFilter, Listing, View
from crm.moments import short_day
from crm.money import money_text
from crm.navigation import WRITERS
from customers import owners
from customers.tables import OWNER, nothing_for
from deals.facts import TONES
from deals.filters import DealFilter
from deals.models import Deal, DealStatus, Pipeline, Stage
from deals.models.deal import EXPECTED, NEXT_DUE, VALUE, WEIGHTED
from deals.states import quiet_days, rotting_mark

__all__ = ["DealFilter", "DealList", "Totals"]


@dataclass(frozen=True)
class Totals:
    """Of all deals that the list holds, in the base currency."""

    count: int = 0
    amount: Decimal = Decimal()
    weighted: Decimal = Decimal()

    def __add__(self, other: Totals) -> Totals:
        return Totals(self.count + other.count, self.amount + other.amount, self.weighted + other.weighted)


@dataclass(frozen=True)
class Group:
    """A tab: the deals of a stage among those that the list holds."""

    label: str
    url: str
    is_current: bool
    count: str
    tone: str = ""


def _link(name: str) -> Callable[[Deal], Cell]:
    def show(row: Deal) -> Cell:
        other = getattr(row, name)
        if other is None:
            return Cell("link", "")
        if other.deleted_at:
            return Cell("text", str(other))  # a link would lead most people to a 404
        return Cell("link", str(other), extra=other.get_absolute_url())

    return show


def day_text(day: dt.date | None) -> str:
    return short_day(day) if day else ""


# Cells that a list writes with the day that is looked up once for all rows


def amount_cell(row: Deal, today: dt.date | None = None) -> Cell:
    return Cell("money", money_text(row.amount, row.currency) if row.amount is not None else "")


def stage_cell(row: Deal, today: dt.date) -> Cell:
    if row.status == DealStatus.OPEN:
        return Cell("text", row.stage.name)
    return Cell("badge", row.stage.name, extra=TONES[DealStatus(row.status)])


def close_cell(row: Deal, today: dt.date) -> Cell:
    """The day of the close; until then the one that is expected, in red once it is past."""
    day = row.closed_on or row.expected_close
    if row.status == DealStatus.OPEN and day and day < today:
        return Cell("badge", day_text(day), extra="bad")
    return Cell("text", day_text(day))


def _next(row: Deal, today: dt.date) -> Cell:
    if row.status != DealStatus.OPEN:
        return Cell("badge", "")
    text, tone = _next_words(row.next_due_on, bool(row.open_activities), today, get_language())
    return Cell("badge", text, extra=tone)


@lru_cache(maxsize=2048)
def _next_words(day: dt.date | None, planned: bool, today: dt.date, language: str | None) -> tuple[str, str]:
    return next_badge(day, int(planned), today)


def _quiet_text(row: Deal) -> str:
    mark = rotting_mark(row, timezone.localdate())
    return mark.text if mark else ""


def _quiet(row: Deal, today: dt.date) -> Cell:
    """Below the name of its column it need not say that the days were quiet."""
    if row.status != DealStatus.OPEN or row.stage.rotting_days is None:
        return Cell("badge", "", extra="warn")
    days = quiet_days(row, today)
    return Cell("badge", _("%(days)s d") % {"days": days} if days > row.stage.rotting_days else "", extra="warn")


BY_DAY = {"stage": stage_cell, "amount": amount_cell, "close": close_cell, "next": _next, "quiet": _quiet}
#: What is edited in its cell: the field of the deal's form, or the stage.
IN_PLACE = frozenset({"stage", "amount", "close"})


def editable_cell(row: Deal, name: str, today: dt.date) -> Cell:
    """The cell as a button that turns into a form."""
    cell = BY_DAY[name](row, today)
    url = pattern("deals:cell", name) % row.pk
    return cell._replace(kind=f"edit-{cell.kind}", value=cell.value or "–", label=url)


def _only_exported(name: str, label: Any, value: Callable[[Deal], Any] | None = None) -> Column:
    return Column(name, label, value or (lambda row: getattr(row, name)), screen=False)


EXPORTED = (
    _only_exported("base_amount", gettext_lazy("Amount in our currency")),
    _only_exported("currency", gettext_lazy("Currency")),
    _only_exported("probability", gettext_lazy("Probability in percent"), lambda row: row.chance_in_percent),
    _only_exported("is_committed", gettext_lazy("Committed")),
    _only_exported("pipeline", gettext_lazy("Pipeline"), lambda row: str(row.stage.pipeline)),
    _only_exported("status", gettext_lazy("Status"), lambda row: DealStatus(row.status).label),
    _only_exported("expected_close", gettext_lazy("Expected close")),
    _only_exported("opened_on", gettext_lazy("Opened on")),
    _only_exported("closed_on", gettext_lazy("Closed on")),
    _only_exported("lost_reason", gettext_lazy("Reason for losing"), lambda row: str(row.lost_reason or "")),
    _only_exported("lost_note", gettext_lazy("Why it was lost")),
    _only_exported("source", gettext_lazy("Source"), lambda row: str(row.source or "")),
    _only_exported("campaign", gettext_lazy("Campaign"), lambda row: str(row.campaign or "")),
    _only_exported("created_at", gettext_lazy("Created")),
    _only_exported("last_contact_at", gettext_lazy("Last contact")),
    _only_exported("id", gettext_lazy("Our number")),
)
TITLE = Column("title", gettext_lazy("Title"), str, kind="link", sort="title")
AMOUNT = Column("amount", gettext_lazy("Amount"), lambda row: row.amount, kind="money", sort="amount")


class DealList(Listing[Deal]):
    name = "deals"
    model = Deal
    title = gettext_lazy("Deals")
    url_name = "deals:list"
    create_url_name, create_label, create_roles = "deals:create", gettext_lazy("Deal"), WRITERS
    export_url_name = "deals:export"
    filter_class: type[ListFilter] = DealFilter
    foot = "deals/_foot.html"
    sorts = {
        "title": Sort("sort_key"),
        "amount": Sort(VALUE),
        "close": Sort(EXPECTED),
        "next": Sort(NEXT_DUE),
        "created": Sort("created_at"),
    }
    default_sort = "next"
    read: Sequence[str] = (
        *("title", "status", "amount", "currency", "opened_on", "expected_close", "closed_on", "created_at"),
        *("next_due_on", "open_activities", "last_contact_at", "owner__name", "owner__email"),
        *("stage__name", "stage__rotting_days", "company__name", "company__deleted_at"),
        *("customer__name", "customer__reference", "customer__deleted_at"),
    )
    columns: Sequence[Column] = (
        TITLE,
        Column("customer", gettext_lazy("Customer"), lambda row: str(row.customer or ""), cell=_link("customer")),
        Column("company", gettext_lazy("Company"), lambda row: str(row.company or ""), cell=_link("company")),
        Column("stage", gettext_lazy("Stage"), lambda row: row.stage.name),
        AMOUNT,
        Column("close", gettext_lazy("Close"), lambda row: row.closed_on or row.expected_close, sort="close"),
        OWNER,
        Column("next", gettext_lazy("Next activity"), lambda row: row.next_due_on or "", sort="next"),
        Column("quiet", gettext_lazy("Quiet"), _quiet_text),
        *EXPORTED,
    )

    def __init__(self, user: User, query: QueryDict) -> None:
        super().__init__(user, query)
        self.is_writer = user.effective_role in WRITERS
        self.bulk = "deals/_bulk.html" if self.is_writer else ""

    @cached_property
    def shown_columns(self) -> list[Column]:
        today = timezone.localdate()
        return [self._told(column, today) for column in super().shown_columns]

    def _told(self, column: Column, today: dt.date) -> Column:
        name = column.name
        if self.is_writer and name in IN_PLACE:
            return replace(column, cell=lambda row: editable_cell(row, name, today))
        if show := BY_DAY.get(name):
            return replace(column, cell=lambda row: show(row, today))
        return column

    def url_of(self, row: Deal) -> str:
        return row.get_absolute_url()

    def prepare(self, rows: QuerySet[Deal]) -> QuerySet[Deal]:
        joined = ("customer", "company", "owner", "stage__pipeline", "source", "campaign", "lost_reason")
        return rows.select_related(*joined)

    def exportable(self, rows: QuerySet[Deal]) -> QuerySet[Deal]:
        return rows.filter(owner_id=self.user.pk) if self.user.effective_role == "sales" else rows

    def empty(self) -> Empty:
        if not self.is_writer:
            return nothing_for(self.user, _("No deals yet"))
        text = _("What may be sold, for how much and when. Move each deal from stage to stage until it is won.")
        return Empty(_("No deals yet"), text, reverse("deals:create"), _("Deal"), icon="handshake")

    # What all of it comes to

    @cached_property
    def _by_stage(self) -> dict[tuple[int, str], Totals]:
        """Of each stage and status, whatever stage and status are asked for: the tabs, the sums and the count of the
        list are all read off this one query."""
        wider = {name: value for name, value in self.filters.items() if name not in {"stage", "status"}}
        rows: Any = visible(Deal, self.user)
        rows = self.filter_form.narrow(rows, wider) if wider else rows
        figures = {"n": Count("*"), "total": Sum(VALUE), "by_chance": Sum(WEIGHTED)}
        found = rows.order_by().values("stage", "status").annotate(**figures)
        return {
            (stage, status): Totals(*rest) for stage, status, *rest in found.values_list("stage", "status", *figures)
        }

    def _total(self, stage: Stage | None = None, status: str | None = None) -> Totals:
        parts = (
            totals
            for (of_stage, of_status), totals in self._by_stage.items()
            if (stage is None or of_stage == stage.pk) and (status is None or of_status == status)
        )
        return sum(parts, Totals())

    @cached_property
    def totals(self) -> Totals:
        return self._total(self.filters.get("stage"), self.filters.get("status"))

    @cached_property
    def count(self) -> int:
        return min(self.totals.count, COUNT_LIMIT + 1)

    @property
    def foot_cells(self) -> list[tuple[str, str]]:
        """What stands under each column: text and alignment."""
        totals = self.totals
        weighted = _("%(amount)s weighted") % {"amount": money_text(totals.weighted, places=0)}
        texts = {
            "title": _("All %(count)s") % {"count": formats.number_format(totals.count, force_grouping=True)},
            "amount": money_text(totals.amount),
            "close": weighted,
        }
        return [(texts.get(column.name, ""), column.align) for column in self.shown_columns if column.screen]

    # Tabs

    @cached_property
    def _all_stages(self) -> list[Stage]:
        rows = visible(Stage, self.user).select_related("pipeline")
        return list(rows.order_by("pipeline__position", "pipeline", "position"))

    @cached_property
    def _stages(self) -> list[Stage]:
        """Of the pipeline that is meant: the chosen one, or the only one."""
        stage, pipeline = self.filters.get("stage"), self.filters.get("pipeline")
        chosen = pipeline.pk if pipeline else stage.pipeline_id if stage else None
        stages = [stage for stage in self._all_stages if chosen in {None, stage.pipeline_id}]
        return stages if len({stage.pipeline_id for stage in stages}) == 1 else []

    @cached_property
    def groups(self) -> list[Group]:
        chosen = self.filters.get("stage"), self.filters.get("status")
        tabs = [
            self._group(_("All"), {}, chosen == (None, None), self._total().count),
            self._group(
                _("Open"), {"status": "open"}, chosen == (None, "open"), self._total(status=DealStatus.OPEN).count
            ),
        ]
        return tabs + [
            self._group(stage.name, {"stage": str(stage.pk)}, chosen[0] == stage, self._total(stage).count)
            for stage in self._stages
        ]

    def _group(self, label: str, query: dict[str, str], current: bool, count: int) -> Group:
        url = self.url_with(**{"stage": "", "status": ""} | query)
        return Group(label, url, bool(current), formats.number_format(count, force_grouping=True))

    @cached_property
    def pipelines(self) -> list[tuple[Pipeline, str, bool]]:
        """To choose from, when there are several."""
        rows = list(dict.fromkeys(stage.pipeline for stage in self._all_stages if stage.pipeline.is_active))
        chosen = self.filters.get("pipeline")
        if len(rows) < 2:
            return []
        return [(row, self.url_with(pipeline=str(row.pk), stage=""), row == chosen) for row in rows]

    @property
    def views(self) -> list[View]:
        wanted: list[tuple[Any, dict[str, str]]] = [(_("All"), {})]
        if self.is_writer:
            wanted.append((_("My open deals"), {"owner": owners.MINE, "status": "open"}))
        wanted += [
            (_("No next activity"), {"next": "none"}),
            (_("Rotting"), {"rotting": "on"}),
            (_("Close date past"), {"status": "open", "close_to": self._yesterday}),
        ]
        views = [self._view(label, query) for label, query in wanted]
        return [*views, View(_("Deleted"), reverse("deals:deleted"), False)] if self.is_writer else views

    @property
    def _yesterday(self) -> str:
        return (timezone.localdate() - dt.timedelta(days=1)).isoformat()

    def _view(self, label: Any, query: dict[str, str]) -> View:
        given = {name: self.given[name] for name in self.filters}
        return View(label, f"{self.url}?{urlencode(query)}" if query else self.url, given == query)

    @property
    def query_text(self) -> str:
        """The filters, for what is done to all that the list holds."""
        query = self.given.copy()
        for name in ("after", "before", "panel"):
            query.pop(name, None)
        return query.urlencode()

    @cached_property
    def stages_to(self) -> list[Stage]:
        """Where chosen deals can go, by the bar below the list."""
        return self._stages or [stage for stage in self._all_stages if stage.pipeline.is_active]
