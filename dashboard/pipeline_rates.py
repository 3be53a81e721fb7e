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
ClosedCell = dict[str, Any]
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
CELL = (
    *("owner_id", "owner__name", "owner__email", "owner__team_id", "owner__team__name"),
    *("source_id", "source__name", "lost_reason_id", "lost_reason__name"),
)


def closed_cells(rows: Any) -> list[ClosedCell]:
    """The closed ones of `rows` by all that they are told apart by, but for products: read once for several tables."""
    return list(rows.exclude(status=DealStatus.OPEN).order_by().values(*CELL).annotate(**SUMS))


def win_rates(by: By, rows: Any, cells: list[ClosedCell] | None = None) -> list[Rate]:
    """The closed ones of `rows` by owner, team ("manager"), source or product; most closed first. `cells` are theirs,
    if they were read.

    A deal with several products counts for each of them, with its whole amount: these rows do not add up to all.
    """
    if by == "product":
        rates = _by_product(rows.exclude(status=DealStatus.OPEN).order_by())
    else:
        rates = folded(closed_cells(rows) if cells is None else cells, *KEYS[by])
    return sorted(rates, key=lambda rate: (-rate.closed, rate.label, str(rate.key)))


def folded(cells: list[ClosedCell], key: str, names: tuple[str, ...]) -> list[Rate]:
    """The cells added up by one of their columns."""
    rates: dict[Any, Rate] = {}
    for cell in cells:
        label = next(filter(None, (cell[name] for name in names)), "")
        rates[cell[key]] = rates.get(cell[key], Rate(cell[key], label)) + rate_of(cell)
    return list(rates.values())


def _by_product(closed: Any) -> list[Rate]:
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
    counted = with_product.union(others.values_list("key", "label").annotate(**SUMS), all=True)
    return [Rate(key, label, *sums[:2], *(value or NOTHING for value in sums[2:])) for key, label, *sums in counted]


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
