"""Figures kept in the database, found again only while nothing that they count has changed.

Triggers raise the stamp of a day in the transaction that changes its orders (customers/models/stamp.py). Figures are
kept with the stamps of all days up to their end: a customer is new or not by what was bought before. Whoever reads a
kept row together with an equal stamp knows that no commit lies between the two.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, Sum
from django.utils.timezone import now

from crm.moments import day_start
from customers.models import RevenueStamp
from dashboard.models import KeptFigures
from dashboard.scope import Scope

INSTANT = dt.timedelta(microseconds=1)
#: so many stamps beyond one a day are added up by whoever has to count anyway
CROWD = 5_000
#: raised when figures come to mean something else, so that none of the old ones is found
MEANING = "1"


@dataclass(frozen=True)
class Ask:
    """What is wanted of a scope's orders placed before `until`: `name` says which figures."""

    name: str
    until: dt.datetime


@dataclass
class Shelf:
    """The kept figures of one scope, looked up at once; what is put on it is written at the end."""

    scope: Scope
    zone: dt.tzinfo
    found: dict[Ask, Any] = field(default_factory=dict)
    _stamps: dict[Ask, str] = field(default_factory=dict)
    _fresh: dict[Ask, Any] = field(default_factory=dict)
    _is_crowded: bool = False

    def look_up(self, asks: Iterable[Ask]) -> None:
        keys = {self._key(ask): ask for ask in asks}
        if not keys:
            return
        self._stamps |= self._read_stamps(list(keys.values()))
        for key, stamp, figures in KeptFigures.objects.filter(key__in=keys).values_list("key", "stamp", "figures"):
            if stamp == self._stamps[keys[key]]:
                self.found[keys[key]] = figures

    def put(self, ask: Ask, figures: Any) -> None:
        self._fresh[ask] = figures

    def write(self) -> None:
        """Keep what was computed. Two readers may write the same: the later one wins, and both are right."""
        if not self._fresh:
            return
        if self._is_crowded:
            RevenueStamp.fold()
        at = now()
        rows = [
            KeptFigures(key=self._key(ask), stamp=self._stamps[ask], figures=figures, computed_at=at)
            for ask, figures in self._fresh.items()
        ]
        rows.sort(key=lambda row: row.key)  # two writers lock the same rows in the same order
        KeptFigures.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["key"], update_fields=["stamp", "figures", "computed_at"]
        )

    def _key(self, ask: Ask) -> str:
        return f"{MEANING} {self.zone} {self.scope.key} {utc_text(ask.until)} {ask.name}"

    def _read_stamps(self, asks: list[Ask]) -> dict[Ask, str]:
        """The sums of all stamps up to the last UTC day that each ask looks at, and that of the owner."""
        last = {ask: (ask.until - INSTANT).astimezone(dt.UTC).date() for ask in asks}
        owner = self.scope.owner
        rows = RevenueStamp.objects.filter(Q(day__lte=max(last.values())) | Q(day=None, owner=owner or 0))
        read = list(rows.values_list("day").annotate(sum=Sum("n"), rows=Count("pk")).order_by())
        self._is_crowded |= sum(rows for _day, _sum, rows in read) > len(read) + CROWD
        sums = {day: total for day, total, _rows in read}
        owned = sums.pop(None, 0)
        days = sorted(sums)
        until = dict(zip(days, accumulate(sums[day] for day in days), strict=True))
        return {ask: f"{until.get(_last_before(days, day), 0)} {owned}" for ask, day in last.items()}


def _last_before(days: list[dt.date], day: dt.date) -> dt.date | None:
    """The latest of the sorted `days` that is not after `day`."""
    place = bisect_right(days, day)
    return days[place - 1] if place else None


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read inside is of one moment, whatever others commit meanwhile."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def settled_before(today: dt.date, zone: dt.tzinfo) -> dt.date:
    """The first local day that today's orders may share a UTC day, and so a stamp, with: today or yesterday.
    What lies before stays kept while a shop sells; the rest is counted again after each order."""
    midnight = day_start(today, zone).astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(zone).date()


def utc_text(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%S}"
