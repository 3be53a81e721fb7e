"""The board of a period, and what it is compared with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.timezone import now

from dashboard.counting import Count
from dashboard.figures import Board, Compared, Figures, Line
from dashboard.periods import Bucket, By, Period, Unit, counterpart
from dashboard.reading import Reading
from dashboard.scope import Scope


@dataclass(frozen=True)
class Query:
    """What a board is asked for."""

    scope: Scope
    period: Period
    by: Unit
    today: dt.date
    zone: dt.tzinfo

    @property
    def by_label(self) -> str:
        return str(By(self.by).label)

    @property
    def elapsed(self) -> int:
        return self.period.elapsed(self.today)

    @property
    def previous(self) -> Period:
        return self.period.previous().head(self.elapsed)

    @property
    def last_year(self) -> Period:
        return self.period.head(self.elapsed).last_year()


def read_board(query: Query) -> Board:
    reading = Reading(query.scope, query.today, query.zone)
    periods = [query.period, query.previous, query.last_year]
    wholes = [piece for period in periods for piece in reading.buyers(period)]
    reading.read(periods, {*wholes, *_buyers_of_buckets(reading, query)})
    own, previous, last_year = (reading.of(period).with_customers(reading.bought(period)) for period in periods)
    return Board(
        period=query.period,
        by=query.by,
        lines=[_line(reading, query, bucket) for bucket in query.period.buckets(query.by)],
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
    return [(bucket, _figures(reading, query, bucket)) for bucket in query.period.buckets(query.by)]


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


def _figures(reading: Reading, query: Query, bucket: Bucket) -> Figures:
    match query.by:
        case "day":
            return reading.day(bucket.start)
        case "week":
            return reading.of(bucket.period).with_customers(reading.bought_by(query.period, "week", bucket.start))
        case "month":
            whole = reading.month(bucket.period)
            return whole or reading.of(bucket.period).with_customers(reading.bought(bucket.period))


def _line(reading: Reading, query: Query, bucket: Bucket) -> Line:
    """Last year's bucket may lie partly, or wholly, outside of the days compared."""
    year_ago = counterpart(bucket.start, query.by)
    begun, days = query.last_year, Bucket.of(year_ago, query.by).period
    shared = Period(max(days.first, begun.first), min(days.last, begun.last))
    if shared.last < shared.first:
        return Line(bucket, _figures(reading, query, bucket), None, None)
    return Line(bucket, _figures(reading, query, bucket), Bucket(year_ago, shared), reading.of(shared).net)
