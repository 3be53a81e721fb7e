"""How long it takes to win and to lose, and what the pipeline brings in a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Avg, Count, DurationField, ExpressionWrapper, F, Q, Sum

from dashboard.pipeline_rates import LOST, NOTHING, SUMS, WON, Rate, rate_of
from deals.models import DealStatus
from deals.models.deal import VALUE


class Median(Aggregate):
    """The middle value; between two, half way."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


CYCLE = ExpressionWrapper(F("closed_on") - F("opened_on"), DurationField())
HAS_DAYS = Q(opened_on__isnull=False, closed_on__isnull=False)


@dataclass(frozen=True)
class Spell:
    """How long something took: of how many, on average and in the middle, in days."""

    count: int
    mean: Decimal | None
    median: Decimal | None


def days_to_win(rows: Any) -> dict[str, Spell]:
    """From opening to closing, of those that have both days: "won", "lost", and both together as "closed"."""
    return _spells(rows.aggregate(**_cycles()))


def _cycles() -> dict[str, Any]:
    wanted = {"won": WON & HAS_DAYS, "lost": LOST & HAS_DAYS, "closed": HAS_DAYS}
    counts: dict[str, Any] = {}
    for name, fits in wanted.items():
        counts |= {
            f"{name}_n": Count("pk", filter=fits),
            f"{name}_mean": Avg(CYCLE, filter=fits),
            f"{name}_median": Median(CYCLE, filter=fits, output_field=DurationField()),
        }
    return counts


def _spells(found: dict[str, Any]) -> dict[str, Spell]:
    return {
        name: Spell(found[f"{name}_n"], in_days(found[f"{name}_mean"]), in_days(found[f"{name}_median"]))
        for name in ("won", "lost", "closed")
    }


def in_days(span: dt.timedelta | None) -> Decimal | None:
    return None if span is None else Decimal(span // dt.timedelta(microseconds=1)) / Decimal(86_400_000_000)


# Velocity


@dataclass(frozen=True)
class Velocity:
    """Money a day: open deals x average won value x win rate / mean days from opening to closing.

    A lead becomes a deal once it is qualified, so all open deals count.
    """

    open_deals: int
    average_won: Decimal | None
    win_rate: Decimal | None
    cycle_days: Decimal | None

    @property
    def per_day(self) -> Decimal | None:
        parts = (self.average_won, self.win_rate, self.cycle_days)
        if None in parts or not self.cycle_days:
            return None
        return self.open_deals * (self.average_won or NOTHING) * (self.win_rate or NOTHING) / self.cycle_days


def velocity(open_deals: int, closed: Rate, spells: dict[str, Spell]) -> Velocity:
    return Velocity(open_deals, closed.average_won, closed.rate, spells["closed"].mean)


@dataclass(frozen=True)
class Totals:
    """What is open now, and what was closed."""

    open_deals: int
    open_value: Decimal
    weighted: Decimal
    closed: Rate
    spells: dict[str, Spell]

    @property
    def velocity(self) -> Velocity:
        return velocity(self.open_deals, self.closed, self.spells)


def totals(rows: Any, closed_within: Q) -> Totals:
    """One statement: the open ones of `rows`, and those closed as `closed_within` says."""
    is_open = Q(status=DealStatus.OPEN)
    found = (
        rows.weighed()
        .filter(is_open | closed_within)
        .aggregate(
            open_deals=Count("pk", filter=is_open),
            open_value=Sum(VALUE, filter=is_open),
            weighted_sum=Sum("weighted", filter=is_open),
            **SUMS,
            **_cycles(),
        )
    )
    return Totals(
        found["open_deals"],
        found["open_value"] or NOTHING,
        found["weighted_sum"] or NOTHING,
        rate_of(found),
        _spells(found),
    )
