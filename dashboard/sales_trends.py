"""Leads and deals by bucket, beside an earlier period: the rows of the charts' tables and of the downloads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.periods import DAY, Bucket, Period, counterpart
from dashboard.sales_figures import Day, Days, SalesQuery, win_rate
from dashboard.sales_links import SalesLinks, closed, created
from dashboard.wording import NOTHING, Names, Numbers


@dataclass(frozen=True)
class Head:
    """A column; `series` says how the chart draws it."""

    name: str
    label: Any
    series: str = ""


@dataclass(frozen=True)
class Cell:
    text: str
    url: str = ""
    value: Any = ""


@dataclass(frozen=True)
class Line:
    label: str
    short: str
    cells: list[Cell]
    title: str = ""


@dataclass(frozen=True)
class Trend:
    """A chart and its table."""

    name: str
    title: str
    summary: str
    heads: list[Head]
    lines: list[Line]
    total: Line
    is_empty: bool = field(default=False)


def earlier(query: SalesQuery, bucket: Bucket) -> Period | None:
    """What a bucket is compared with: as many days before, or the same days of the year before (of weeks, 52 weeks
    before); None where that is not compared, since the bucket has not begun."""
    if query.against == "year":
        days, whole = Bucket.of(counterpart(bucket.start, query.by), query.by).period, query.last_year
    else:
        shift = query.period.days * DAY
        days, whole = Period(bucket.period.first - shift, bucket.period.last - shift), query.previous
    first, last = max(days.first, whole.first), min(days.last, whole.last)
    return Period(first, last) if first <= last else None


def whole_earlier(query: SalesQuery) -> Period:
    return query.last_year if query.against == "year" else query.previous


class Trends:
    def __init__(self, query: SalesQuery, days: Days, links: SalesLinks) -> None:
        self.query, self.days, self.links = query, days, links
        self.numbers, self.names = Numbers.here(), Names.here()

    @property
    def before(self) -> str:
        return _("a year ago") if self.query.against == "year" else _("before")

    def leads(self) -> Trend:
        heads = [
            Head("new", gettext_lazy("New"), "bar"),
            Head("new_before", _("New, %(when)s") % {"when": self.before}, "dashed"),
            Head("converted", gettext_lazy("Converted")),
            Head("lost", gettext_lazy("Lost")),
        ]
        title = {"day": _("Leads by day"), "week": _("Leads by week"), "month": _("Leads by month")}[self.query.by]
        new = self.days.of(self.query.period).new
        summary = _("New leads: %(count)s in total. The table below has the figures.") % {"count": new}
        return self._trend("leads", title, summary, heads, self._lead_cells, lambda day: not day.new)

    def deals(self) -> Trend:
        heads = [
            Head("won", gettext_lazy("Won"), "bar"),
            Head("lost", gettext_lazy("Lost"), "bar"),
            Head("won_before", _("Won, %(when)s") % {"when": self.before}, "dashed"),
            Head("won_value", gettext_lazy("Won value")),
            Head("lost_value", gettext_lazy("Lost value")),
            Head("win_rate", gettext_lazy("Win rate")),
        ]
        titles = {
            "day": _("Won and lost by day"),
            "week": _("Won and lost by week"),
            "month": _("Won and lost by month"),
        }
        day = self.days.of(self.query.period)
        summary = _("Deals won: %(won)s, lost: %(lost)s. The table below has the figures.") % {
            "won": day.won,
            "lost": day.lost,
        }
        return self._trend(
            "deals", titles[self.query.by], summary, heads, self._deal_cells, lambda day: not day.won + day.lost
        )

    def _trend(
        self,
        name: str,
        title: str,
        summary: str,
        heads: list[Head],
        cells: Callable[[Period, Period | None], list[Cell]],
        nothing: Callable[[Day], bool],
    ) -> Trend:
        period = self.query.period
        total = Line(_("Total"), "", cells(period, whole_earlier(self.query)))
        lines = [self._line(bucket, cells) for bucket in period.buckets(self.query.by)]
        return Trend(name, title, summary, heads, lines, total, nothing(self.days.of(period)))

    def _line(self, bucket: Bucket, cells: Callable[[Period, Period | None], list[Cell]]) -> Line:
        by = self.query.by
        whole = Bucket.of(bucket.start, by) == bucket
        return Line(
            self.names.bucket(bucket, by),
            self.names.tick(bucket, by),
            cells(bucket.period, earlier(self.query, bucket)),
            "" if whole else self.names.period(bucket.period),
        )

    def _lead_cells(self, period: Period, before: Period | None) -> list[Cell]:
        day, leads = self.days.of(period), self.links.leads
        return [
            self._count(day.new, leads(**created(period))),
            self._before(before, lambda day: day.new, lambda p: leads(**created(p))),
            self._count(day.converted, leads(status="converted", **closed(period))),
            self._count(day.lost_leads, leads(status="lost", **closed(period))),
        ]

    def _deal_cells(self, period: Period, before: Period | None) -> list[Cell]:
        day, deals = self.days.of(period), self.links.deals
        won, lost = deals(status="won", **closed(period)), deals(status="lost", **closed(period))
        rate = win_rate(day)
        return [
            self._count(day.won, won),
            self._count(day.lost, lost),
            self._before(before, lambda day: day.won, lambda p: deals(status="won", **closed(p))),
            Cell(self.numbers.amount(day.won_value), won, day.won_value),
            Cell(self.numbers.amount(day.lost_value), lost, day.lost_value),
            Cell(NOTHING if rate is None else self.numbers.percent(rate), deals(**closed(period)), _plain(rate)),
        ]

    def _before(self, period: Period | None, value: Callable[[Day], int], to: Callable[[Period], str]) -> Cell:
        if period is None:
            return Cell(NOTHING)
        return self._count(value(self.days.of(period)), to(period))

    def _count(self, number: int, url: str) -> Cell:
        return Cell(self.numbers.count(number), url, number)


def _plain(rate: Decimal | None) -> Any:
    return "" if rate is None else round(rate, 4)


def rows_of(query: SalesQuery, days: Days) -> Iterator[list[Any]]:
    """Heading and numbers of each bucket, for the download."""
    yield ["from", "to", "new_leads", "converted", "lost_leads", "won", "won_value", "lost", "lost_value"]
    for bucket in query.period.buckets(query.by):
        yield [bucket.period.first, bucket.period.last, *days.of(bucket.period)]
