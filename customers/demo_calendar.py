"""When the customers of the demo data buy: skewed by customer, season, weekday and hour as real orders are."""

from __future__ import annotations

import datetime as dt
import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

DAYS = 912  # thirty months, the last day of them yesterday
DAY = 86_400
STOCK = 0.25  # customers from before the period
BUYERS = 0.88
WALK_INS = 0.03
RETURNS = 0.06
ADJUSTMENTS = 0.001
SEASON = (0.85, 0.82, 0.92, 0.95, 0.98, 0.97, 0.90, 0.88, 1.02, 1.12, 1.40, 1.35)
WEEKDAYS = (1.05, 1.0, 1.0, 1.05, 1.1, 0.8, 0.7)
HOURS = list(accumulate((1, 1, 0, 0, 0, 1, 2, 5, 14, 24, 30, 31, 29, 26, 25, 26, 25, 22, 18, 17, 20, 17, 9, 3)))
SALE, RETURN, ADJUSTMENT = range(3)
BITS = 21  # of a place in the list of customers or of sales
PLACE = (1 << BITS) - 1


@dataclass(frozen=True)
class Timeline:
    """`sales`: second of the period and customer's place (0: a walk-in), sorted. `events`: second, kind and sale's
    place of everything that happens, sorted. Numbers instead of tuples: there are a million of them."""

    sales: list[int]
    events: list[int]


class Calendar:
    """How much is sold on each day of the period, and so when a customer comes."""

    def __init__(self, rng: random.Random, today: dt.date) -> None:
        first = today - dt.timedelta(days=DAYS)
        days = [first + dt.timedelta(days=day) for day in range(DAYS)]
        self.dates = [day.isoformat() for day in days]
        self.busy = list(
            accumulate(
                (1 + number / DAYS) * SEASON[day.month - 1] * WEEKDAYS[day.weekday()] * rng.uniform(0.8, 1.2)
                for number, day in enumerate(days)
            )
        )

    def joined(self, rng: random.Random) -> int:
        """The day on which a customer becomes known."""
        return 0 if rng.random() < STOCK else self.between(rng, 0, DAYS - 1)

    def between(self, rng: random.Random, first: int, last: int) -> int:
        """A day from first to last, busy ones more often."""
        low = self.busy[first - 1] if first else 0.0
        return bisect_left(self.busy, low + rng.random() * (self.busy[last] - low), first, last)

    def text(self, moment: int) -> str:
        """Local time, for PostgreSQL."""
        second = moment % DAY
        return f"{self.dates[moment // DAY]} {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def timeline(rng: random.Random, calendar: Calendar, joined: Sequence[int], count: int) -> Timeline:
    """`count` sales, returns and adjustments of customers who are known since the days `joined`."""
    returns, adjustments = int(count * RETURNS), max(3, int(count * ADJUSTMENTS))
    sales = _sales(rng, calendar, joined, count - returns - adjustments)
    events = [(key >> BITS) << (BITS + 2) | SALE << BITS | place for place, key in enumerate(sales)]
    old_enough = bisect_left(sales, (DAYS - 3) * DAY << BITS)
    for kind, number in ((RETURN, returns), (ADJUSTMENT, adjustments)):
        for place in rng.sample(range(old_enough), number):
            day = (sales[place] >> BITS) // DAY
            later = _at_some_hour(rng, min(day + rng.randint(2, 30), DAYS - 1))
            events.append(later << (BITS + 2) | kind << BITS | place)
    events.sort()
    return Timeline(sales, events)


def _sales(rng: random.Random, calendar: Calendar, joined: Sequence[int], count: int) -> list[int]:
    """As Timeline.sales. Every buyer has one; few have many."""
    buyers = [place for place in range(1, len(joined) + 1) if rng.random() < BUYERS][: count // 2]
    spans = {place: _span(rng, joined[place - 1]) for place in buyers}
    eager = list(accumulate(min(rng.paretovariate(1.2), 40.0) * _share(calendar, *spans[place]) for place in buyers))
    walk_ins = int(count * WALK_INS)
    again = rng.choices(buyers, cum_weights=eager, k=count - walk_ins - len(buyers))
    sales = [_at_some_hour(rng, spans[place][0]) << BITS | place for place in buyers]
    sales += [_at_some_hour(rng, calendar.between(rng, *spans[place])) << BITS | place for place in again]
    sales += [_at_some_hour(rng, calendar.between(rng, 0, DAYS - 1)) << BITS for _ in range(walk_ins)]
    sales.sort()
    return sales


def _span(rng: random.Random, joined: int) -> tuple[int, int]:
    """The days from the first to the last purchase: a third of the customers leave again."""
    first = joined or rng.randint(0, 120)
    stays = DAYS if rng.random() < 0.65 else 30 + int(rng.expovariate(1 / 250))
    return first, min(first + stays, DAYS - 1)


def _share(calendar: Calendar, first: int, last: int) -> float:
    return (calendar.busy[last] - (calendar.busy[first - 1] if first else 0.0)) / calendar.busy[-1]


def _at_some_hour(rng: random.Random, day: int) -> int:
    hour = rng.choices(range(24), cum_weights=HOURS)[0]
    return day * DAY + hour * 3600 + int(rng.random() * 3600)
