"""The board of a period, and what it is compared with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.timezone import now

from dashboard.counting import Count
from dashboard.figures import Board, Compared, Figures, Line
from dashboard.periods import Bucket, Period, Spanning, Unit, counterpart
from dashboard.reading import Reading
from dashboard.scope import Scope


@dataclass(frozen=True)
class Query(Spanning):
    """What a board is asked for."""

    scope: Scope
    period: Period
    by: Unit
    today: dt.date
    zone: dt.tzinfo


def read_board(query: Query) -> Board:
    reading = Reading(query.scope, query.today, query.zone)
    periods = [query.period, query.previous, query.last_year]
    wholes = [piece for period in periods for piece in reading.buyers(period)]
    reading.read(periods, {*wholes, *_buyers_of_buckets(reading, query)})
    own, previous, last_year = (reading.of(period).with_customers(reading.bought(period)) for period in periods)
    return Board(
        period=query.period,
        by=query.by,
        lines=[_line(reading, query, bucket, figures) for bucket, figures in _buckets(reading, query)],
        total=own,
        previous=Compared(query.previous, previous),
        last_year=Compared(query.last_year, last_year),
        elapsed=query.elapsed,
        at=now(),
    )


def read_lines(query: Query) -> list[tuple[Bucket, Figures]]:
    """The buckets alone."""
    reading = Reading(query.scope, query.today, query.zone)
    reading.read([query.period], _buyers_of_buckets(reading, query))
    return list(_buckets(reading, query))


def _buyers_of_buckets(reading: Reading, query: Query) -> list[Count]:
    """Days and settled months have their customers on their sheets already."""
    match query.by:
        case "day":
            return []
        case "week":
            return reading.buyers(query.period, "week")
        case "month":
            parts = (bucket.period for bucket in query.period.buckets("month"))
            return [piece for part in parts if not reading.is_settled_month(part) for piece in reading.buyers(part)]


def _buckets(reading: Reading, query: Query) -> Iterator[tuple[Bucket, Figures]]:
    weeks = reading.bought_by(query.period, "week") if query.by == "week" else {}
    for bucket in query.period.buckets(query.by):
        match query.by:
            case "day":
                yield bucket, reading.day(bucket.start)
            case "week":
                yield bucket, reading.of(bucket.period).with_customers(weeks[bucket.start.isoformat()])
            case "month":
                whole = reading.month(bucket.period)
                yield bucket, whole or reading.of(bucket.period).with_customers(reading.bought(bucket.period))


def _line(reading: Reading, query: Query, bucket: Bucket, figures: Figures) -> Line:
    """Last year's bucket may lie partly, or wholly, outside of the days compared."""
    start, compared = counterpart(bucket.start, query.by), query.last_year
    days = Bucket.of(start, query.by).period
    first, last = max(days.first, compared.first), min(days.last, compared.last)
    if last < first:
        return Line(bucket, figures, None, None)
    shared = Period(first, last)
    net = reading.day(first).net if query.by == "day" else reading.of(shared).net
    return Line(bucket, figures, Bucket(start, shared), net)
