"""The order figures kept on each customer: how many orders, what they brought, first and last."""

from __future__ import annotations

from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from crm.money import MoneyField
from customers.models.customer import Customer
from customers.models.order import IS_COUNTED, Order, OrderKind

#: A purchase: a counted sale of more than nothing.
IS_PURCHASE = Q(kind=OrderKind.SALE, base_total__gt=0)


def figures_of(customers: QuerySet[Customer]) -> int:
    """Write the figures of all `customers` in one UPDATE; returns how many rows it touched."""
    counted = Order.everything.filter(IS_COUNTED, customer=OuterRef("pk")).order_by().values("customer")

    def one(aggregate: Count | Sum | Min | Max) -> Subquery:
        return Subquery(counted.annotate(figure=aggregate).values("figure"))

    return customers.update(
        orders_count=Coalesce(one(Count("pk", filter=IS_PURCHASE)), 0),
        net_total=Coalesce(one(Sum("base_total")), 0, output_field=MoneyField()),
        first_order_at=one(Min("placed_at", filter=IS_PURCHASE)),
        last_order_at=one(Max("placed_at", filter=IS_PURCHASE)),
    )
