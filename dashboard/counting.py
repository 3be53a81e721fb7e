"""Counting: one statement for any number of counts over a scope's orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Count as CountOf
from django.db.models import DateField, IntegerField, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Cast, TruncDay, TruncMonth, TruncWeek
from django.db.models.functions.datetime import TruncBase

from crm.money import MoneyField
from customers.models import Customer, Order, OrderKind
from customers.models.order import IS_COUNTED, IS_PURCHASE
from dashboard.figures import NOTHING, Figures
from dashboard.periods import Unit
from dashboard.scope import Scope

TRUNC: dict[Unit, type[TruncBase]] = {"day": TruncDay, "week": TruncWeek, "month": TruncMonth}
COLUMNS = ("place", "bucket", "gross", "returns", "adjustments", "orders", "customers", "new")
NO_MONEY, NONE = Value(Decimal(0), MoneyField()), Value(0, IntegerField())
EMPTY: dict[str, Any] = dict.fromkeys(COLUMNS[2:5], NO_MONEY) | dict.fromkeys(COLUMNS[5:], NONE)
SUMS: dict[str, Any] = {
    "gross": Sum("base_total", filter=Q(kind=OrderKind.SALE)),
    "returns": Sum("base_total", filter=Q(kind=OrderKind.RETURN)),
    "adjustments": Sum("base_total", filter=Q(kind=OrderKind.ADJUSTMENT)),
    "orders": CountOf("placed_at", filter=IS_PURCHASE),
}
BUYERS = CountOf("customer_id", distinct=True)
#: any rows: the annotations are not in the type
Rows = Any
Counted = dict[dt.date | None, Figures]


@dataclass(frozen=True)
class Count:
    """One count over the orders placed in [start, end), by buckets or (`by` None) as a whole, under the bucket None.

    Buyers who bought between `since` and `start`, in the same bucket, are left out: the parts of a period add up.
    """

    what: Literal["sums", "buyers", "new"]
    by: Unit | None
    since: dt.datetime
    start: dt.datetime
    end: dt.datetime


def count(scope: Scope, counts: Sequence[Count], zone: dt.tzinfo) -> dict[Count, Counted]:
    """Everything counted in one go."""
    found: dict[Count, Counted] = {one: {} for one in counts}
    if not counts:
        return found
    first, *others = [_rows(scope, one, place, zone) for place, one in enumerate(counts)]
    for place, bucket, gross, returns, adjustments, *numbers in first.union(*others, all=True):
        figures = Figures(gross or NOTHING, returns or NOTHING, adjustments or NOTHING, *numbers)
        found[counts[place]][bucket] = figures
    return found


def _rows(scope: Scope, one: Count, place: int, zone: dt.tzinfo) -> Rows:
    """One count as rows of the same columns as every other."""
    rows = scope.orders().filter(placed_at__gte=one.start, placed_at__lt=one.end)
    rows = _bucketed(rows.annotate(place=Value(place, IntegerField())), one.by, zone)
    match one.what:
        case "sums":
            figures = SUMS
        case "buyers":
            rows, figures = _first_counted(_purchases(rows), scope, one, zone), {"customers": BUYERS}
        case "new":
            rows, figures = _without(_purchases(rows), _earlier_purchases()), {"new": BUYERS}
    return rows.order_by().values("place", "bucket").annotate(**EMPTY | figures).values_list(*COLUMNS)


def _bucketed(rows: Rows, by: Unit | None, zone: dt.tzinfo) -> Rows:
    """With the local date on which each order's bucket begins."""
    if by is None:
        return rows.annotate(bucket=Cast(Value(None), DateField()))
    start = TRUNC[by]("placed_at", output_field=DateField(), tzinfo=zone)
    return rows.annotate(bucket=Cast(start, DateField()))


def _purchases(rows: Rows) -> Rows:
    """Those of customers who can be listed: deleted ones bring revenue, and are nobody's buyers."""
    deleted = Customer.everything.exclude(deleted_at=None).values("pk")
    return rows.filter(IS_PURCHASE, customer__isnull=False).exclude(customer__in=deleted)


def _earlier_purchases() -> Rows:
    """By anybody's account: whether a customer is new does not depend on who looks, nor at what."""
    everybody = Order.everything.filter(IS_COUNTED, IS_PURCHASE)
    return everybody.filter(customer=OuterRef("customer"), placed_at__lt=OuterRef("placed_at"))


def _first_counted(rows: Rows, scope: Scope, one: Count, zone: dt.tzinfo) -> Rows:
    """Without the customers counted in an earlier part of the same period, or of the same bucket."""
    if one.since >= one.start:
        return rows
    earlier = _purchases(scope.orders()).filter(
        customer=OuterRef("customer"), placed_at__gte=one.since, placed_at__lt=one.start
    )
    if one.by is not None:
        earlier = _bucketed(earlier, one.by, zone).filter(bucket=OuterRef("bucket"))
    return _without(rows, earlier)


def _without(rows: Rows, earlier: Rows) -> Rows:
    """The rows for which there is no `earlier` one. Not by ~Exists: right after an import, before the tables are
    analysed, that is planned as a join of everything with everything. One look into the index for each row never is."""
    return rows.alias(earlier=Subquery(earlier.order_by().values("placed_at")[:1])).filter(earlier=None)
