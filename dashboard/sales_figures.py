"""What a board of sales says, each part read by one statement: leads, deals and work of a period and of those it is
compared with."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, DateField, F, Q, Sum
from django.db.models.functions import Cast, TruncDay

from crm import moments
from dashboard.periods import Period, Spanning, Unit
from dashboard.sales_forms import Against
from dashboard.sales_scope import Selling
from deals.models import DealStatus
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


class Day(NamedTuple):
    """What happened on one day, or on several of them."""

    new: int = 0
    converted: int = 0
    lost_leads: int = 0
    won: int = 0
    won_value: Decimal = NOTHING
    lost: int = 0
    lost_value: Decimal = NOTHING

    def plus(self, other: Day) -> Day:
        pairs: Any = zip(self, other, strict=True)
        return Day(*(one + two for one, two in pairs))


class Days:
    """The days on which something happened."""

    def __init__(self, days: dict[dt.date, Day]) -> None:
        self.days = days

    def of(self, period: Period) -> Day:
        if period.days <= len(self.days):
            found: Iterable[Day | None] = map(self.days.get, period.each())
        else:
            found = (day for at, day in self.days.items() if period.first <= at <= period.last)
        total = Day()
        for day in found:
            total = total.plus(day) if day else total
        return total


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
    """Three statements: leads by the day they came in, those closed by the day of it, deals by the day they closed."""
    found: defaultdict[dt.date, Day] = defaultdict(Day)
    leads, deals = query.scope.leads(), query.scope.deals()
    for day, new in _by_day(leads, "created_at", query).values_list("day").annotate(count=Count("pk")).order_by():
        found[day] = found[day]._replace(new=new)
    closed = _by_day(leads, "closed_at", query).values_list("day", "status").annotate(count=Count("pk"))
    for day, status, count in closed.order_by():
        name = "converted" if status == LeadStatus.CONVERTED else "lost_leads"
        found[day] = found[day]._replace(**{name: count})
    ended: Any = deals.exclude(status=DealStatus.OPEN).filter(_any(query.periods, "closed_on"))
    ended = ended.values_list("closed_on", "status").annotate(count=Count("pk"), value=Sum(VALUE))
    for day, status, count, value in ended.order_by():
        found[day] = found[day]._replace(**{status: count, f"{status}_value": value})
    return Days(dict(found))


def _by_day(rows: Any, moment: str, query: SalesQuery) -> Any:
    rows = rows.filter(_any(query.periods, moment, query.zone))
    return rows.annotate(day=Cast(TruncDay(moment, tzinfo=query.zone), DateField()))


def within(field: str, period: Period, zone: dt.tzinfo | None = None) -> Q:
    """A date of the period; with a zone, an instant of its days there."""
    if zone is None:
        return Q(**{f"{field}__gte": period.first, f"{field}__lte": period.last})
    start, end = period.bounds(zone)
    return Q(**{f"{field}__gte": start, f"{field}__lt": end})


def _any(periods: Iterable[Period], field: str, zone: dt.tzinfo | None = None) -> Q:
    fits = Q()
    for period in periods:
        fits |= within(field, period, zone)
    return fits


def read_leads(query: SalesQuery) -> list[tuple[int, Answers]]:
    """For each period: how many leads there were at its end, and how those that came in were answered."""
    late = Q(responded_at__gt=F("response_due_at")) | Q(responded_at=None, response_due_at__lt=query.now)
    kinds = {
        "in_time": Q(responded_at__lte=F("response_due_at")),
        "late": late,
        "waiting": Q(responded_at=None, response_due_at__gte=query.now),
    }
    counts: dict[str, Count] = {}
    for place, period in enumerate(query.periods):
        end = moments.bounds(period.first, period.last, query.zone)[1]
        counts[f"total_{place}"] = Count("pk", filter=Q(created_at__lt=end))
        came_in = within("created_at", period, query.zone)
        counts |= {f"{name}_{place}": Count("pk", filter=came_in & fits) for name, fits in kinds.items()}
    found = query.scope.leads().aggregate(**counts)
    return [
        (found[f"total_{place}"], Answers(*(found[f"{name}_{place}"] for name in kinds)))
        for place in range(len(query.periods))
    ]


def read_pipeline(query: SalesQuery) -> Pipeline:
    """As it is now: what it was at other times is not kept."""
    rows = query.scope.deals().open().weighed()
    found = rows.aggregate(deals=Count("pk"), value=Sum(VALUE), sum=Sum("weighted"))
    return Pipeline(found["deals"], found["value"] or NOTHING, found["sum"] or NOTHING)


def read_parts(query: SalesQuery) -> tuple[list[Part], list[Part]]:
    """The leads that came in, by status and by source, the largest first."""
    rows = query.scope.leads().filter(within("created_at", query.period, query.zone))
    counted = rows.values_list("status", "source_id", "source__name").annotate(count=Count("pk")).order_by()
    statuses: defaultdict[tuple[str, str], defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    sources: defaultdict[tuple[str, str], defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for status, source, name, count in counted:
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
    counts = {
        f"count_{place}": Count("pk", filter=within("done_at", period, query.zone))
        for place, period in enumerate(query.periods)
    }
    rows = query.scope.done().filter(_any(query.periods, "done_at", query.zone))
    grouped = rows.values_list("done_by_id", "done_by__name", "done_by__email", "kind").annotate(**counts).order_by()
    people: dict[int, Worker] = {}
    totals = [0] * len(counts)
    for person, name, email, kind, *numbers in grouped:
        totals = [total + number for total, number in zip(totals, numbers, strict=True)]
        if numbers[0]:
            people.setdefault(person, Worker(person, name or email, {})).done[kind] = numbers[0]
    return sorted(people.values(), key=lambda worker: (-worker.total, worker.name, worker.person or 0)), totals


def oldest_day(scope: Selling, zone: dt.tzinfo) -> dt.date | None:
    """When the first lead came in, or the first deal was closed; one statement."""
    leads = scope.leads().annotate(day=Cast(TruncDay("created_at", tzinfo=zone), DateField()))
    deals = scope.deals().exclude(closed_on=None).annotate(day=F("closed_on"))
    first, second = (rows.values_list("day").order_by("day")[:1] for rows in (leads, deals))
    return min((day for (day,) in first.union(second, all=True)), default=None)
