"""What a board says: figures of days, months and periods, and what they are compared with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from dashboard.periods import Bucket, Period, Unit

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Figures:
    """Revenue in the base currency: returns and adjustments are negative. `new` customers bought for the first time."""

    gross: Decimal = NOTHING
    returns: Decimal = NOTHING
    adjustments: Decimal = NOTHING
    orders: int = 0
    customers: int = 0
    new: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.gross + other.gross,
            self.returns + other.returns,
            self.adjustments + other.adjustments,
            self.orders + other.orders,
            self.customers + other.customers,
            self.new + other.new,
        )

    def with_customers(self, customers: int) -> Figures:
        """Customers are no sum: who buys twice is one. They are counted for each period anew."""
        return replace(self, customers=customers)

    @property
    def net(self) -> Decimal:
        return self.gross + self.returns + self.adjustments

    @property
    def average(self) -> Decimal | None:
        """Average order value; None without orders."""
        return self.net / self.orders if self.orders else None

    @property
    def returning(self) -> int:
        return self.customers - self.new

    def as_json(self) -> list[Any]:
        return [str(self.gross), str(self.returns), str(self.adjustments), self.orders, self.customers, self.new]

    @classmethod
    def from_json(cls, values: list[Any]) -> Figures:
        gross, returns, adjustments, *counts = values
        return cls(Decimal(gross), Decimal(returns), Decimal(adjustments), *counts)


def total(figures: Iterable[Figures]) -> Figures:
    return sum(figures, Figures())


@dataclass(frozen=True)
class Sheet:
    """The figures of each day of a month, or of some days, and of all of them together.

    Days are kept as they are written: a long board reads few of them.
    """

    total: Figures = Figures()
    days: dict[str, list[Any]] = field(default_factory=dict)

    def of(self, period: Period) -> Figures:
        """The sum of the days within `period`; its customers mean nothing."""
        first, last = period.first.isoformat(), period.last.isoformat()
        return total(Figures.from_json(values) for day, values in self.days.items() if first <= day <= last)

    def as_json(self) -> list[Any]:
        return [self.total.as_json(), self.days]

    @classmethod
    def from_json(cls, kept: list[Any]) -> Sheet:
        return cls(Figures.from_json(kept[0]), kept[1])

    @classmethod
    def from_days(cls, days: dict[dt.date, Figures], customers: int) -> Sheet:
        written = {day.isoformat(): figures.as_json() for day, figures in days.items()}
        return cls(total(days.values()).with_customers(customers), written)


@dataclass(frozen=True)
class Line:
    """One bucket of the table, and the net of the same bucket a year before (None where that is not compared)."""

    bucket: Bucket
    figures: Figures
    year_ago: Bucket | None
    net_year_ago: Decimal | None


@dataclass(frozen=True)
class Compared:
    """Another period, cut to as many days as the board's own has had."""

    period: Period
    figures: Figures


@dataclass(frozen=True)
class Board:
    period: Period
    by: Unit
    lines: list[Line]
    total: Figures
    previous: Compared
    last_year: Compared
    elapsed: int
    at: dt.datetime

    @property
    def is_empty(self) -> bool:
        return not any(line.figures.orders or line.figures.net for line in self.lines)

    @property
    def is_unfinished(self) -> bool:
        return self.elapsed < self.period.days
