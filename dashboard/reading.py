"""Days and buyers of a scope: what is settled comes from the shelf, the rest is counted, all of one moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from crm.moments import day_start
from dashboard.counting import Count, Counted, count
from dashboard.figures import Figures, Sheet, total
from dashboard.kept import Ask, Shelf, one_moment, settled_before, utc_text
from dashboard.periods import DAY, Period, Unit, bucket_start, month_of
from dashboard.scope import Scope


class Reading:
    """Sheets of the months that some periods touch, a sheet of the days since, and counts of buyers."""

    def __init__(self, scope: Scope, today: dt.date, zone: dt.tzinfo) -> None:
        self.scope, self.zone = scope, zone
        self.settled = settled_before(today, zone)
        self._shelf = Shelf(scope, zone)
        self._sheets: dict[Period, Sheet] = {}
        self._buyers: dict[Count, dict[str, int]] = {}

    def read(self, periods: Iterable[Period], buyers: Iterable[Count]) -> None:
        """Look up or count everything that the board is going to ask for."""
        sheets = {Ask(f"days {sheet.first}", self._end(sheet)): sheet for sheet in self._sheets_of(periods)}
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
        parts = (
            sheet.total if period.first <= days.first and days.last <= period.last else sheet.of(period)
            for days, sheet in self._sheets.items()
            if days.first <= period.last and period.first <= days.last
        )
        return total(parts).with_customers(0)

    def day(self, day: dt.date) -> Figures:
        """A day, with its customers."""
        sheet = self._sheets.get(self._sheet_of(day))
        written = sheet.days.get(day.isoformat()) if sheet else None
        return Figures.from_json(written) if written else Figures()

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

    def bought_by(self, period: Period, by: Unit, start: dt.date) -> int:
        """How many bought in the bucket of `period` that begins on `start`."""
        return sum(self._buyers[piece].get(start.isoformat(), 0) for piece in self.buyers(period, by))

    def _sheets_of(self, periods: Iterable[Period]) -> set[Period]:
        """The months that `periods` touch, up to the last settled day; and the days since."""
        periods = list(periods)
        sheets = {
            Period(month.start, min(month_of(month.start).last, self.settled - DAY))
            for period in periods
            for month in period.buckets("month")
            if month.start < self.settled
        }
        last = max(period.last for period in periods)
        return sheets | ({Period(self.settled, last)} if last >= self.settled else set())

    def _sheet_of(self, day: dt.date) -> Period:
        if day >= self.settled:
            return next((days for days in self._sheets if days.first >= self.settled), Period(day, day))
        return Period(bucket_start(day, "month"), min(month_of(day).last, self.settled - DAY))

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
        found = {day: total(one.get(day, Figures()) for one in by_day) for day in by_day[0] if day}
        for sheet in run:
            days = {day: figures for day, figures in found.items() if sheet.first <= day <= sheet.last}
            yield sheet, Sheet.from_days(days, months.get(sheet.first, Figures()).customers)

    def _end(self, period: Period) -> dt.datetime:
        return period.bounds(self.zone)[1]


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
