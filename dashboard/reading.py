"""Days and buyers of a scope: what is settled comes from the shelf, the rest is counted, all of one moment."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from crm.moments import day_start
from dashboard.counting import Count, Counted, count
from dashboard.figures import Figures, Sheet, total
from dashboard.kept import Ask, Shelf, one_moment, settled_before, utc_text
from dashboard.periods import DAY, Period, Unit, month_of
from dashboard.scope import Scope

NONE = Figures()
FEW = 14


class Reading:
    """Sheets of the months that some periods touch, a sheet of the days since, and counts of buyers."""

    def __init__(self, scope: Scope, today: dt.date, zone: dt.tzinfo) -> None:
        self.scope, self.zone = scope, zone
        self.settled = settled_before(today, zone)
        self._shelf = Shelf(scope, zone)
        self._last = self.settled
        self._sheets: dict[Period, Sheet] = {}
        self._buyers: dict[Count, dict[str, int]] = {}

    def read(self, periods: Iterable[Period], buyers: Iterable[Count]) -> None:
        """Look up or count everything that the board is going to ask for."""
        periods = list(periods)
        self._last = max(period.last for period in periods)
        touched = {days for period in periods for days in self._days_of(period)}
        sheets = {Ask(f"days {days.first}", days.bounds(self.zone)[1]): days for days in touched}
        pieces = {_ask(piece): piece for piece in buyers}
        with one_moment():
            self._shelf.look_up([*sheets, *pieces])
            found = self._shelf.found
            self._sheets = {sheet: Sheet.from_json(found[ask]) for ask, sheet in sheets.items() if ask in found}
            self._buyers = {piece: found[ask] for ask, piece in pieces.items() if ask in found}
            self._count(sheets, pieces)
        self._shelf.write()

    def of(self, period: Period) -> Figures:
        """The sum of the days of `period`, without customers."""
        if period.days <= FEW:
            return total(self.day(day) for day in period.each()).with_customers(0)
        sheets = ((days, self._sheets[days]) for days in self._days_of(period))
        parts = (sheet.total if days.is_within(period) else sheet.of(period) for days, sheet in sheets)
        return total(parts).with_customers(0)

    def day(self, day: dt.date) -> Figures:
        """A day, with its customers."""
        written = self._written_days.get(day.isoformat())
        return Figures.from_json(written) if written else NONE

    @cached_property
    def _written_days(self) -> dict[str, list[Any]]:
        return {day: figures for sheet in self._sheets.values() for day, figures in sheet.days.items()}

    def month(self, period: Period) -> Figures | None:
        """A whole month with its customers; None when it is not settled, or `period` is not a month."""
        sheet = self._sheets.get(period) if self.is_settled_month(period) else None
        return sheet.total if sheet else None

    def is_settled_month(self, period: Period) -> bool:
        return period == month_of(period.first) and period.last < self.settled

    def buyers(self, period: Period, by: Unit | None = None) -> list[Count]:
        """The counts that together say how many bought in `period`: its settled part, and the rest."""
        (start, end), cut = period.bounds(self.zone), day_start(self.settled, self.zone)
        edges = [(start, cut), (cut, end)] if start < cut < end else [(start, end)]
        return [Count("buyers", by, start, *edge) for edge in edges]

    def bought(self, period: Period) -> int:
        return sum(self._buyers[piece].get("", 0) for piece in self.buyers(period))

    def bought_by(self, period: Period, by: Unit) -> Counter[str]:
        """How many bought in each bucket of `period`, by its first day as ISO writes it."""
        return sum((Counter(self._buyers[piece]) for piece in self.buyers(period, by)), Counter())

    def _days_of(self, period: Period) -> Iterator[Period]:
        """The days of the sheets that `period` touches: months up to the last settled day, and all days since."""
        for start in period.starts("month"):
            if start < self.settled:
                yield Period(start, min(month_of(start).last, self.settled - DAY))
        if period.last >= self.settled:
            yield Period(self.settled, self._last)

    def _count(self, sheets: dict[Ask, Period], pieces: dict[Ask, Count]) -> None:
        """Count in one statement what the shelf did not have, and put it there."""
        runs = list(_runs(sorted((sheet for sheet in sheets.values() if sheet not in self._sheets), key=_first)))
        missing = [piece for piece in pieces.values() if piece not in self._buyers]
        counted = count(self.scope, [*missing, *(one for run in runs for one in self._counts_of(run))], self.zone)
        self._sheets |= {sheet: made for run in runs for sheet, made in self._made(run, counted)}
        self._buyers |= {piece: _written(counted[piece]) for piece in missing}
        for ask, sheet in sheets.items():
            if ask not in self._shelf.found:
                self._shelf.put(ask, self._sheets[sheet].as_json())
        for ask, piece in pieces.items():
            if ask not in self._shelf.found:
                self._shelf.put(ask, self._buyers[piece])

    def _counts_of(self, run: list[Period]) -> list[Count]:
        start, end = Period(run[0].first, run[-1].last).bounds(self.zone)
        by_day = [Count(what, "day", start, start, end) for what in ("sums", "buyers", "new")]
        return [*by_day, Count("buyers", "month", start, start, end)]

    def _made(self, run: list[Period], counted: dict[Count, Counted]) -> Iterator[tuple[Period, Sheet]]:
        """The sheets of adjoining months that were counted together."""
        *by_day, months = (counted[one] for one in self._counts_of(run))
        found = {day: total(one.get(day, NONE) for one in by_day) for day in by_day[0] if day}
        for sheet in run:
            days = {day: found[day] for day in sheet.each() if day in found}
            yield sheet, Sheet.from_days(days, months.get(sheet.first, NONE).customers)


def _ask(piece: Count) -> Ask:
    return Ask(f"{piece.what} {piece.by or ''} {utc_text(piece.since)} {utc_text(piece.start)}", piece.end)


def _first(period: Period) -> dt.date:
    return period.first


def _written(counted: Counted) -> dict[str, Any]:
    return {bucket.isoformat() if bucket else "": figures.customers for bucket, figures in counted.items()}


def _runs(sheets: list[Period]) -> Iterator[list[Period]]:
    """Adjoining months together: one count finds them all. Days that are not settled stay apart."""
    run: list[Period] = []
    for sheet in sheets:
        if run and (sheet.first != run[-1].last + DAY or sheet.first.day != 1):
            yield run
            run = []
        run.append(sheet)
    if run:
        yield run
