"""Who and what brought most in a period: customers, countries, articles. Exact, and quick while a shop sells.

The settled part of a period is ranked once and kept; the days since are ranked again after each order. A key beyond
the kept ranking cannot have more than its last one; where that could make a difference, it is looked up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Case, CharField, Count, F, IntegerField, Max, Sum, Value, When
from django.db.models.functions import Cast, NullIf

from crm.moments import day_start
from crm.money import MoneyField
from customers.models.order import IS_PURCHASE
from dashboard.board import Query
from dashboard.figures import NOTHING
from dashboard.kept import Ask, Shelf, one_moment, settled_before, utc_text
from dashboard.scope import Scope

Kind = Literal["customers", "countries", "articles"]
SHOWN, KEPT = 10, 200
#: what a line of an order in another currency is worth in the base currency
LINE = Case(
    When(total=F("base_total"), then=F("lines__amount")),
    default=F("lines__amount") * F("base_total") / NullIf(F("total"), Value(Decimal(0))),
    output_field=MoneyField(),
)


@dataclass(frozen=True)
class Entry:
    key: str
    label: str
    amount: Decimal = NOTHING
    orders: int = 0

    def __add__(self, other: Entry) -> Entry:
        return Entry(self.key, self.label or other.label, self.amount + other.amount, self.orders + other.orders)

    def as_json(self) -> list[Any]:
        return [self.key, self.label, str(self.amount), self.orders]

    @classmethod
    def from_json(cls, kept: list[Any]) -> Entry:
        return cls(kept[0], kept[1], Decimal(kept[2]), kept[3])


@dataclass(frozen=True)
class Ranking:
    """The best of the orders placed in [start, end), best first; all of them when `limit` is None."""

    kind: Kind
    start: dt.datetime
    end: dt.datetime
    limit: int | None
    keys: tuple[str, ...] | None = None


Ranked = dict[Ranking, list[Entry]]


def read_top(query: Query, kind: Kind) -> list[Entry]:
    """The ten best."""
    (start, end), shelf = query.period.bounds(query.zone), Shelf(query.scope, query.zone)
    cut = day_start(settled_before(query.today, query.zone), query.zone)
    split = start < cut < end
    own, recent = Ranking(kind, start, cut if split else end, KEPT), Ranking(kind, cut, end, None)
    with one_moment():
        ranked = _read(query.scope, [own, recent] if split else [own], shelf)
        top = _merge(query.scope, own, recent, ranked) if split else ranked[own]
    shelf.write()
    return top[:SHOWN]


def _read(scope: Scope, rankings: Sequence[Ranking], shelf: Shelf) -> Ranked:
    asks = {ranking: Ask(f"top {ranking.kind} {utc_text(ranking.start)}", ranking.end) for ranking in rankings}
    shelf.look_up(asks.values())
    ranked = {
        ranking: [Entry.from_json(kept) for kept in shelf.found[ask]]
        for ranking, ask in asks.items()
        if ask in shelf.found
    }
    missing = _rank(scope, [ranking for ranking in rankings if ranking not in ranked])
    for ranking, entries in missing.items():
        shelf.put(asks[ranking], [entry.as_json() for entry in entries])
    return ranked | missing


def _rank(scope: Scope, rankings: Sequence[Ranking]) -> Ranked:
    """All in one statement."""
    found: Ranked = {ranking: [] for ranking in rankings}
    if rankings:
        first, *others = [_rows(scope, ranking, place) for place, ranking in enumerate(rankings)]
        for place, *entry in first.union(*others, all=True):
            found[rankings[place]].append(Entry(*entry))
    return {ranking: _sorted(entries) for ranking, entries in found.items()}


def _rows(scope: Scope, ranking: Ranking, place: int) -> Any:
    orders: Any = scope.orders().filter(placed_at__gte=ranking.start, placed_at__lt=ranking.end).order_by()
    amount, count = Sum("base_total"), Count("placed_at", filter=IS_PURCHASE)
    label: Any = Value("", CharField())
    match ranking.kind:
        case "customers":
            orders, key = orders.filter(customer__isnull=False), Cast("customer_id", CharField())
        case "countries":
            key = Cast("country", CharField())
        case "articles":
            orders, key = orders.filter(lines__sku__gt=""), Cast("lines__sku", CharField())
            amount, label = Sum(LINE), Max("lines__description")
            count = Count("pk", filter=IS_PURCHASE, distinct=True)
    rows: Any = orders.annotate(place=Value(place, IntegerField()), key=key)
    if ranking.keys is not None:
        rows = rows.filter(key__in=ranking.keys)
    rows = rows.values("place", "key").annotate(label=label, amount=amount, count=count)
    rows = rows.values_list("place", "key", "label", "amount", "count")
    return rows if ranking.limit is None else rows.order_by("-amount", "key")[: ranking.limit]


def _merge(scope: Scope, own: Ranking, new: Ranking, ranked: Ranked) -> list[Entry]:
    """The best of both parts together."""
    kept = {entry.key: entry for entry in ranked[own]}
    recent = {entry.key: entry for entry in ranked[new]}
    known = {key: entry + recent[key] if key in recent else entry for key, entry in kept.items()}
    if len(kept) < KEPT:
        return _sorted([*known.values(), *(entry for key, entry in recent.items() if key not in kept)])
    least = ranked[own][-1].amount
    bar = _sorted(known.values())[SHOWN - 1].amount
    if bar < least:  # so much was taken back that a key beyond the ranking may be among the best
        return _rank(scope, [Ranking(own.kind, own.start, new.end, SHOWN)]).popitem()[1]
    doubtful = tuple(key for key, entry in recent.items() if key not in kept and least + entry.amount >= bar)
    if doubtful:
        exact = {entry.key: entry for entry in _looked_up(scope, own, doubtful)}
        known |= {key: exact[key] + recent[key] if key in exact else recent[key] for key in doubtful}
    return _sorted(known.values())


def _looked_up(scope: Scope, own: Ranking, keys: tuple[str, ...]) -> list[Entry]:
    return _rank(scope, [Ranking(own.kind, own.start, own.end, None, keys)]).popitem()[1]


def _sorted(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (-entry.amount, entry.key))
