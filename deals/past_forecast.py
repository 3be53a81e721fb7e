"""How past forecasts came out: what was kept of them, beside what was won in the end."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Min, Q, Sum

from crm.access import visible
from deals.forecast import NOTHING, Line, Open, Scope, known, won_by_month
from deals.forecast_filter import next_month
from deals.models import ForecastSnapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

#: the day whose forecast is compared: of each month its first, the first of the month before, or its 15th
START, BEFORE, HALFWAY = "", "before", "halfway"
#: where none was kept on the day, the newest one of so many days before it stands in
LATEST = dt.timedelta(days=7)
#: so many months that are over make an average
ENOUGH = 3
SUMS = ("open_count", "total", "weighted", "committed", "won_count", "won")


def wanted(month: dt.date, as_of: str) -> dt.date:
    return {BEFORE: next_month(month, -1), HALFWAY: month.replace(day=15)}.get(as_of, month)


@dataclass(frozen=True)
class Outcome:
    """Of one month, or of several together: what was forecast, if it was kept, and what was won in the end."""

    first: dt.date
    last: dt.date
    forecast: Line | None
    won: Decimal
    is_over: bool = True
    kept_on: dt.date | None = None

    @property
    def is_complete(self) -> bool:
        return self.is_over and self.forecast is not None

    @property
    def off(self) -> Decimal | None:
        """What was won beyond the weighted forecast; below nothing when less came."""
        return self.won - self.forecast.weighted if self.is_over and self.forecast else None

    @property
    def share(self) -> Decimal | None:
        """The same as a share of the forecast."""
        weighted = self.forecast.weighted if self.forecast else NOTHING
        return self.off / weighted if self.off is not None and weighted else None


@dataclass(frozen=True)
class Past:
    scope: Scope
    today: dt.date
    months: list[Outcome]

    @cached_property
    def complete(self) -> list[Outcome]:
        """The months that can be compared."""
        return [month for month in self.months if month.is_complete]

    @cached_property
    def total(self) -> Outcome | None:
        """Of the months that can be compared, if there are any."""
        lines = [month.forecast for month in self.complete if month.forecast]
        if not lines:
            return None
        first, last = self.complete[0].first, self.complete[-1].last
        due = sum((line.open for line in lines), Open())
        forecast = Line(first, last, due, won=sum((line.won for line in lines), NOTHING))
        return Outcome(first, last, forecast, sum((month.won for month in self.complete), NOTHING))

    @property
    def has_gaps(self) -> bool:
        return any(not month.is_complete for month in self._span)

    @property
    def _span(self) -> Iterator[Outcome]:
        """All months from the first to the last that can be compared."""
        for month in self.months:
            if self.total and self.total.first <= month.first <= self.total.last:
                yield month

    @property
    def reached(self) -> Decimal | None:
        """What was won as a share of the weighted forecast, once there are enough months to tell."""
        if self.total is None or self.total.share is None or len(self.complete) < ENOUGH:
            return None
        return 1 + self.total.share

    @cached_property
    def since(self) -> dt.date | None:
        """The first day whose forecast is kept."""
        day: dt.date | None = visible(ForecastSnapshot, self.scope.user).aggregate(day=Min("day"))["day"]
        return day


def read_past(scope: Scope, as_of: str, *, today: dt.date) -> Past:
    """Three queries, however many months."""
    kept = _kept(scope, as_of, today)
    lines, won = _lines(scope, kept), won_by_month(scope, today)
    months = []
    for month in scope.all_months:
        snapshot, (_count, amount) = kept.get(month), won.get(month, (0, None))
        forecast = lines.get(month, Line(month, month)) if snapshot else None
        is_over, day = next_month(month) <= today, snapshot.day if snapshot else None
        months.append(Outcome(month, month, forecast, amount or NOTHING, is_over, day))
    return Past(scope, today, months)


def _kept(scope: Scope, as_of: str, today: dt.date) -> dict[dt.date, ForecastSnapshot]:
    """The one to compare with of each month; none for a day that is still to come."""
    days = {month: day for month in scope.all_months if (day := wanted(month, as_of)) <= today}
    if not days:
        return {}
    rows = visible(ForecastSnapshot, scope.user).filter(
        day__gte=min(days.values()) - LATEST, day__lte=max(days.values())
    )
    newest = list(rows.order_by("-day"))
    return {month: found for month, day in days.items() if (found := _nearest(newest, day))}


def _nearest(newest: list[ForecastSnapshot], day: dt.date) -> ForecastSnapshot | None:
    return next((row for row in newest if day - LATEST <= row.day <= day), None)


def _lines(scope: Scope, kept: dict[dt.date, ForecastSnapshot]) -> dict[dt.date, Line]:
    if not kept:
        return {}
    chosen = Q()
    for month, snapshot in kept.items():
        chosen |= Q(snapshot=snapshot, month=month)
    rows = scope.kept().filter(chosen).order_by().values("month").annotate(**{f"{name}_": Sum(name) for name in SUMS})
    found = {}
    for month, *sums in rows.values_list("month", *(f"{name}_" for name in SUMS)):
        count, total, weighted, committed, won_count, won = known(sums)
        found[month] = Line(month, month, Open(count, total, weighted, committed), won_count, won)
    return found
