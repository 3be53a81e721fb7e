"""Win rates: of what was closed, how much was won; and how sure that is."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.db.models import CharField, Count, DateField, Exists, F, IntegerField, OuterRef, Q, Sum, Value
from django.db.models.functions import Cast, Coalesce, TruncMonth

from deals.models import DealLine, DealStatus
from deals.models.deal import VALUE

By = Literal["owner", "manager", "source", "product"]
NOTHING = Decimal(0)
#: so few closed deals make a rate a guess
FEW = 30
#: of the normal distribution, for 95 of 100
Z = 1.959964
WON, LOST = Q(status=DealStatus.WON), Q(status=DealStatus.LOST)


@dataclass(frozen=True)
class Rate:
    """Deals closed of one kind. `key` is the id of the owner, source or product (None: of none of them)."""

    key: Any
    label: str
    won: int = 0
    lost: int = 0
    won_value: Decimal = NOTHING
    lost_value: Decimal = NOTHING

    def __add__(self, other: Rate) -> Rate:
        return Rate(
            self.key,
            self.label,
            self.won + other.won,
            self.lost + other.lost,
            self.won_value + other.won_value,
            self.lost_value + other.lost_value,
        )

    @property
    def closed(self) -> int:
        return self.won + self.lost

    @property
    def rate(self) -> Decimal | None:
        """Won among won and lost, by number."""
        return share(self.won, self.closed)

    @property
    def value_rate(self) -> Decimal | None:
        """The same by amount."""
        return share(self.won_value, self.won_value + self.lost_value)

    @property
    def average_won(self) -> Decimal | None:
        return share(self.won_value, self.won)

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        return wilson(self.won, self.closed)

    @property
    def is_few(self) -> bool:
        return 0 < self.closed < FEW


def share(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    return Decimal(part) / Decimal(whole) if whole else None


def wilson(hits: int, of: int) -> tuple[Decimal, Decimal] | None:
    """The interval that holds the true rate 95 times of 100 (Wilson 1927): never below 0 nor above 1."""
    if not of:
        return None
    p, square = hits / of, Z * Z
    middle = p + square / (2 * of)
    spread = Z * math.sqrt(p * (1 - p) / of + square / (4 * of * of))
    scale = 1 + square / of
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return Decimal(max(0.0, low)), Decimal(min(1.0, high))


# Win rates

SUMS: dict[str, Any] = {
    "won_count": Count("pk", filter=WON),
    "lost_count": Count("pk", filter=LOST),
    "won_value": Sum(VALUE, filter=WON),
    "lost_value": Sum(VALUE, filter=LOST),
}
#: by -> the column of the key, and those of its name, the first that is not empty
KEYS: dict[By, tuple[str, tuple[str, ...]]] = {
    "owner": ("owner_id", ("owner__name", "owner__email")),
    "manager": ("owner__team_id", ("owner__team__name",)),
    "source": ("source_id", ("source__name",)),
}


def win_rates(by: By, rows: Any) -> list[Rate]:
    """The closed ones of `rows` by owner, team ("manager"), source or product; most closed first.

    A deal with several products counts for each of them, with its whole amount: these rows do not add up to all.
    """
    closed = rows.exclude(status=DealStatus.OPEN).order_by()
    counted = _by_product(closed) if by == "product" else _grouped(closed, *KEYS[by])
    rates = [
        Rate(key, next(filter(None, names), ""), won, lost, won_value or NOTHING, lost_value or NOTHING)
        for key, *names, won, lost, won_value, lost_value in counted
    ]
    return sorted(rates, key=lambda rate: (-rate.closed, rate.label, str(rate.key)))


def _grouped(rows: Any, key: str, names: tuple[str, ...]) -> Any:
    return rows.values_list(key, *names).annotate(**SUMS)


def _by_product(closed: Any) -> Any:
    """Each deal once for each of its products; those without any under None."""
    known = _known_lines()
    before = known.filter(deal=OuterRef("deal"), product=OuterRef("product"), position__lt=OuterRef("position"))
    lines = known.filter(~Exists(before), deal__in=closed.values("pk")).order_by()
    won, lost = Q(deal__status=DealStatus.WON), Q(deal__status=DealStatus.LOST)
    value = Coalesce(F("deal__base_amount"), Value(NOTHING))
    with_product = lines.values_list("product_id", "product__name").annotate(
        won_count=Count("pk", filter=won),
        lost_count=Count("pk", filter=lost),
        won_value=Sum(value, filter=won),
        lost_value=Sum(value, filter=lost),
    )
    others = closed.filter(has_no_product()).annotate(
        key=Cast(Value(None), IntegerField()), label=Cast(Value(""), CharField())
    )
    return with_product.union(others.values_list("key", "label").annotate(**SUMS), all=True)


def has_no_product() -> Q:
    """Deals without a line of a known product."""
    return ~Q(Exists(_known_lines().filter(deal=OuterRef("pk"))))


def _known_lines() -> Any:
    return DealLine.objects.filter(product__isnull=False)


def total_rate(rows: Any) -> Rate:
    """All the closed ones of `rows` together."""
    return rate_of(rows.aggregate(**SUMS))


def rate_of(found: dict[str, Any]) -> Rate:
    """What SUMS found."""
    won, lost, won_value, lost_value = (found[name] for name in SUMS)
    return Rate(None, "", won, lost, won_value or NOTHING, lost_value or NOTHING)


def won_by_month(rows: Any) -> dict[dt.date, Rate]:
    """The closed ones of `rows` by the first day of the month in which they closed, in order."""
    months = rows.exclude(closed_on=None).annotate(month=Cast(TruncMonth("closed_on"), DateField())).order_by("month")
    return {
        month: Rate(month, f"{month:%Y-%m}", won, lost, won_value or NOTHING, lost_value or NOTHING)
        for month, won, lost, won_value, lost_value in months.values_list("month").annotate(**SUMS)
    }
