"""What a board of sales says, each part read by one statement: leads, deals and work of a period and of those it is
compared with."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

from django.db.models import Count, DateField, F, Sum
from django.db.models.functions import Cast, TruncDay

from dashboard.periods import Period, Spanning, Unit
from dashboard.sales_counted import Counted
from dashboard.sales_forms import Against
from dashboard.sales_scope import Selling
from dashboard.sales_tallied import Tallied
from dashboard.tallies import is_kept_in
from deals.models.deal import VALUE
from leads.models import LeadStatus

NOTHING = Decimal(0)


@dataclass(frozen=True)
class SalesQuery(Spanning):
    """What a board of sales is asked for. `now` decides which answers are late by now."""

    scope: Selling
    period: Period
    by: Unit
    against: Against
    today: dt.date
    zone: dt.tzinfo
    now: dt.datetime

    @property
    def periods(self) -> tuple[Period, Period, Period]:
        return self.period, self.previous, self.last_year

    @cached_property
    def rows(self) -> Counted | Tallied:
        """The tallies, or the rows themselves while the tallies are in the days of another zone."""
        return Tallied(self) if is_kept_in(self.zone) else Counted(self)


class Day(NamedTuple):
    """What happened on one day, or on several of them."""

    new: int = 0
    converted: int = 0
    lost_leads: int = 0
    won: int = 0
    won_value: Decimal = NOTHING
    lost: int = 0
    lost_value: Decimal = NOTHING


NONE = Day()


class Days:
    """The days on which something happened, added up once: what a period had is the difference of two sums."""

    def __init__(self, days: dict[dt.date, Day]) -> None:
        self._days = sorted(days)
        columns = zip(*(days[day] for day in self._days), strict=True)
        self._until: list[list[Any]] = [list(accumulate(column, initial=0)) for column in columns]

    def of(self, period: Period) -> Day:
        before, until = bisect_left(self._days, period.first), bisect_right(self._days, period.last)
        pairs: Any = zip(self._until, NONE, strict=False)  # there are no sums where nothing happened
        return Day(*((sums[until] - sums[before]) or zero for sums, zero in pairs))


@dataclass(frozen=True)
class Answers:
    """First answers to the leads that came in: in time, too late or overdue, and still awaited."""

    in_time: int
    late: int
    waiting: int

    @property
    def rate(self) -> Decimal | None:
        return share(self.in_time, self.in_time + self.late)


@dataclass(frozen=True)
class Pipeline:
    """The open deals of now."""

    deals: int
    value: Decimal
    weighted: Decimal


@dataclass(frozen=True)
class Part:
    """The leads of one source, or in one status: how many came in, and what became of them by now."""

    key: str
    label: str
    new: int
    converted: int
    lost: int

    @property
    def rate(self) -> Decimal | None:
        return share(self.converted, self.new)


@dataclass(frozen=True)
class Worker:
    """What one person has done, by kind; `person` None stands for everybody."""

    person: int | None
    name: str
    done: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.done.values())


def share(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    return Decimal(part) / Decimal(whole) if whole else None


def win_rate(day: Day) -> Decimal | None:
    return share(day.won, day.won + day.lost)


def conversion_rate(day: Day) -> Decimal | None:
    return share(day.converted, day.converted + day.lost_leads)


# Reading


def read_days(query: SalesQuery) -> Days:
    """Leads by the day they came in and by the day they were closed, deals by the day they closed."""
    found = {day: Day(new, converted, lost) for day, new, converted, lost in query.rows.lead_days()}
    for day, won, won_value, lost, lost_value in query.rows.deal_days():
        found[day] = Day(*found.get(day, NONE)[:3], won, won_value, lost, lost_value)
    return Days(found)


def read_leads(query: SalesQuery) -> list[tuple[int, Answers]]:
    """For each period: how many leads there were at its end, and how those that came in were answered."""
    answers = (Answers(*counts) for counts in query.rows.answers())
    return list(zip(query.rows.totals(), answers, strict=True))


def read_pipeline(query: SalesQuery) -> Pipeline:
    """As it is now: what it was at other times is not kept."""
    rows = query.scope.deals().open().weighed()
    found = rows.aggregate(deals=Count("*"), value=Sum(VALUE), sum=Sum("weighted"))
    return Pipeline(found["deals"], found["value"] or NOTHING, found["sum"] or NOTHING)


def read_parts(query: SalesQuery) -> tuple[list[Part], list[Part]]:
    """The leads that came in, by status and by source, the largest first."""
    statuses: defaultdict[tuple[str, str], defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    sources: defaultdict[tuple[str, str], defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for status, source, name, count in query.rows.parts():
        statuses[status, str(LeadStatus(status).label)][status] += count
        sources[str(source or ""), name or ""][status] += count
    order = list(LeadStatus.values)
    by_source = sorted((_part(key, found) for key, found in sources.items()), key=lambda part: (-part.new, part.label))
    by_status = sorted((_part(key, found) for key, found in statuses.items()), key=lambda part: order.index(part.key))
    return by_status, by_source


def _part(key: tuple[str, str], counts: dict[str, int]) -> Part:
    return Part(*key, sum(counts.values()), counts.get(LeadStatus.CONVERTED, 0), counts.get(LeadStatus.LOST, 0))


def read_work(query: SalesQuery) -> tuple[list[Worker], list[int]]:
    """Who has done what in the period, the busiest first, and how much was done in each period."""
    people: dict[int, Worker] = {}
    totals = [0] * len(query.periods)
    for person, name, email, kind, *numbers in query.rows.work():
        totals = [total + number for total, number in zip(totals, numbers, strict=True)]
        if numbers[0]:
            done = people.setdefault(person, Worker(person, name or email, {})).done
            done[kind] = done.get(kind, 0) + numbers[0]
    working = (worker for worker in people.values() if worker.total)
    return sorted(working, key=lambda worker: (-worker.total, worker.name, worker.person or 0)), totals


def oldest_day(scope: Selling, zone: dt.tzinfo) -> dt.date | None:
    """When the first lead came in, or the first deal was closed; one statement."""
    leads = scope.leads().annotate(day=Cast(TruncDay("created_at", tzinfo=zone), DateField()))
    deals = scope.deals().exclude(closed_on=None).annotate(day=F("closed_on"))
    first, second = (rows.values_list("day").order_by("day")[:1] for rows in (leads, deals))
    return min((day for (day,) in first.union(second, all=True)), default=None)
