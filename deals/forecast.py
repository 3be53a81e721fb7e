"""What is going to be won, by the month in which it closes.

Committed, weighted and best case all hold what is won already; to that come the open deals expected to close in the
month: those that are promised, each by its chance, or all. An open deal whose expected close is over, or not known,
is in no month: it stands apart. Amounts are in the base currency; weighted ones are rounded to cents deal by deal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, DateField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncMonth

from accounts.models import OWNER_ROLES, Team, User, UserQuerySet
from crm.access import M, visible
from deals.forecast_filter import OVERDUE, UNDATED, Apart, Months, next_month
from deals.models import Deal, ForecastLine, Pipeline, Target
from deals.models.deal import VALUE, WEIGHTED

if TYPE_CHECKING:
    from django.db.models import Aggregate

NOTHING = Decimal()


@dataclass(frozen=True)
class Scope:
    """Whose deals, and which months."""

    user: User
    first: dt.date
    months: int
    pipeline: Pipeline | None = None
    team: Team | None = None
    owner: User | None = None

    @property
    def last(self) -> dt.date:
        return next_month(self.first, self.months - 1)

    @property
    def all_months(self) -> list[dt.date]:
        return [next_month(self.first, step) for step in range(self.months)]

    def deals(self) -> QuerySet[Deal]:
        return self._of(visible(Deal, self.user), {"stage__pipeline": self.pipeline})

    def kept(self) -> QuerySet[ForecastLine]:
        """What was forecast of them, on any day, for any month."""
        return self._of(visible(ForecastLine, self.user), {"pipeline": self.pipeline})

    def _of(self, rows: QuerySet[M], chosen: dict[str, Any]) -> QuerySet[M]:
        chosen |= {"owner__team": self.team, "owner": self.owner}
        return rows.filter(**{name: value for name, value in chosen.items() if value})

    def targets(self) -> QuerySet[Target]:
        """Of the people in scope, whatever they sell."""
        rows = visible(Target, self.user).filter(month__gte=self.first, month__lte=self.last)
        chosen = {"person__team": self.team, "person": self.owner}
        return rows.filter(**{name: value for name, value in chosen.items() if value})


@dataclass(frozen=True)
class Open:
    """Open deals: how many, their sum, the same by chance, and the sum of those that are promised."""

    count: int = 0
    total: Decimal = NOTHING
    weighted: Decimal = NOTHING
    committed: Decimal = NOTHING

    def __add__(self, other: Open) -> Open:
        return Open(
            self.count + other.count,
            self.total + other.total,
            self.weighted + other.weighted,
            self.committed + other.committed,
        )


@dataclass(frozen=True)
class Line:
    """One month, or all of them."""

    first: dt.date
    last: dt.date
    open: Open = Open()
    won_count: int = 0
    won: Decimal = NOTHING
    target: Decimal = NOTHING

    @property
    def committed(self) -> Decimal:
        return self.open.committed + self.won

    @property
    def weighted(self) -> Decimal:
        return self.open.weighted + self.won

    @property
    def best(self) -> Decimal:
        return self.open.total + self.won

    @property
    def count(self) -> int:
        return self.open.count + self.won_count

    @property
    def gap(self) -> Decimal | None:
        """What is still to be won; none without a target."""
        return max(NOTHING, self.target - self.won) if self.target else None

    @property
    def coverage(self) -> Decimal | None:
        """How much of the gap the open deals would fill by their chances; none when nothing is to be filled."""
        return self.open.weighted / self.gap if self.gap else None

    def rows(self, part: str = "") -> Months:
        return Months(self.first, self.last, part)


@dataclass(frozen=True)
class Forecast:
    scope: Scope
    lines: list[Line]
    overdue: Open
    undated: Open

    @cached_property
    def total(self) -> Line:
        return Line(
            self.scope.first,
            self.scope.last,
            sum((line.open for line in self.lines), Open()),
            sum(line.won_count for line in self.lines),
            sum((line.won for line in self.lines), NOTHING),
            sum((line.target for line in self.lines), NOTHING),
        )


def people_of(user: User) -> UserQuerySet:
    """Who may own a deal that `user` sees: those of the team, for a manager."""
    people = User.objects.get_queryset().filter(role__in=OWNER_ROLES).order_by("name", "pk")
    return people.filter(team=user.team_id) if user.effective_role == "manager" else people


def teams() -> QuerySet[Team]:
    return Team.objects.order_by("name", "pk")


def read_forecast(scope: Scope, *, today: dt.date) -> Forecast:
    """Three queries, however many months."""
    won = won_by_month(scope, today)
    still_open = {month: Open(*known(rest)) for month, *rest in _open(scope, today)}
    targets = dict(scope.targets().order_by().values_list("month").annotate(total=Sum("amount")))
    lines = []
    for month in scope.all_months:
        count, amount = won.get(month, (0, None))
        due = still_open.get(month, Open())
        lines.append(Line(month, month, due, count, amount or NOTHING, targets.get(month, NOTHING)))
    return Forecast(scope, lines, still_open.get(OVER, Open()), still_open.get(None, Open()))


#: in place of a month for open deals whose expected close is over; those without one are in none
OVER = dt.date(1900, 1, 1)
FIGURES: dict[str, Aggregate] = {
    "n": Count("*"),
    "total": Sum(VALUE),
    "by_chance": Sum(WEIGHTED),
    "promised": Sum(VALUE, filter=Q(is_committed=True)),
}


def _open(scope: Scope, today: dt.date) -> QuerySet[Deal, Any]:
    """By the month of the expected close, and apart: each open deal is read once."""
    due = Months(scope.first, scope.last, "open").fits(today)
    rows = scope.deals().filter(due | Apart(OVERDUE).fits(today) | Apart(UNDATED).fits(today))
    day = Case(When(expected_close__lt=today, then=Value(OVER)), default="expected_close", output_field=DateField())
    return rows.order_by().values(month=TruncMonth(day)).annotate(**FIGURES).values_list("month", *FIGURES)


def won_by_month(scope: Scope, today: dt.date) -> dict[dt.date, tuple[int, Decimal | None]]:
    """How many deals, and their sum."""
    rows = scope.deals().filter(Months(scope.first, scope.last, "won").fits(today))
    by_month = rows.order_by().values(month=TruncMonth("closed_on")).annotate(n=Count("*"), total=Sum(VALUE))
    return {month: (count, total) for month, count, total in by_month.values_list("month", "n", "total")}


def known(values: Iterable[Any]) -> list[Any]:
    """Of a count and the sums behind it: the sum of none is nothing."""
    return [value or NOTHING if place else value for place, value in enumerate(values)]
