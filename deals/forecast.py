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
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from accounts.models import OWNER_ROLES, Team, User, UserQuerySet
from crm.access import visible
from deals.forecast_filter import OVERDUE, UNDATED, Apart, Months, next_month
from deals.models import Deal, Pipeline, Target
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
        chosen = {"stage__pipeline": self.pipeline, "owner__team": self.team, "owner": self.owner}
        return visible(Deal, self.user).filter(**{name: value for name, value in chosen.items() if value})

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

    @property
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
    """Four queries, however many months."""
    span = Months(scope.first, scope.last)
    due = _by_month(scope.deals().filter(Months(span.first, span.last, "open").fits(today)), "expected_close", OPEN)
    won = _by_month(scope.deals().filter(Months(span.first, span.last, "won").fits(today)), "closed_on", WON)
    targets = dict(scope.targets().order_by().values_list("month").annotate(total=Sum("amount")))
    lines = []
    for month in scope.all_months:
        still_open = Open(*_known(due[month])) if month in due else Open()
        count, amount = _known(won[month]) if month in won else (0, NOTHING)
        lines.append(Line(month, month, still_open, count, amount, targets.get(month, NOTHING)))
    return Forecast(scope, lines, *_apart(scope.deals(), today))


OPEN: dict[str, Aggregate] = {
    "n": Count("pk"),
    "total": Sum(VALUE),
    "by_chance": Sum(WEIGHTED),
    "promised": Sum(VALUE, filter=Q(is_committed=True)),
}
WON: dict[str, Aggregate] = {"n": Count("pk"), "total": Sum(VALUE)}


def _by_month(rows: QuerySet[Deal], field: str, figures: dict[str, Aggregate]) -> dict[dt.date, tuple[Any, ...]]:
    found = rows.order_by().annotate(in_month=TruncMonth(field)).values("in_month").annotate(**figures)
    return {month: tuple(rest) for month, *rest in found.values_list("in_month", *figures)}


def _apart(rows: QuerySet[Deal], today: dt.date) -> tuple[Open, Open]:
    """Overdue and undated, in one query."""
    kinds = {name: Apart(name).fits(today) for name in (OVERDUE, UNDATED)}
    late, undated = kinds.values()
    found = rows.filter(late | undated).aggregate(
        **{f"{name}_{figure}": _only(figure, fits) for name, fits in kinds.items() for figure in OPEN}
    )
    first, second = (Open(*_known(found[f"{name}_{figure}"] for figure in OPEN)) for name in kinds)
    return first, second


def _only(figure: str, fits: Q) -> Aggregate:
    """The figure of those rows alone."""
    if figure == "n":
        return Count("pk", filter=fits)
    if figure == "promised":
        return Sum(VALUE, filter=fits & Q(is_committed=True))
    return Sum(VALUE if figure == "total" else WEIGHTED, filter=fits)


def _known(values: Iterable[Any]) -> list[Any]:
    return [value or NOTHING if place else value for place, value in enumerate(values)]
