"""The order figures kept on each customer: how many orders, what they brought, first and last."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Count, Max, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from crm.money import MoneyField
from customers.models.customer import Customer
from customers.models.order import IS_COUNTED, IS_PURCHASE, Order


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


def refresh_many(customer_ids: list[int]) -> int:
    """Write the figures of many customers by one grouped query; at a thousand it is quicker than a subquery a row."""
    if not customer_ids:
        return 0
    counted = Order.everything.filter(IS_COUNTED, customer__in=customer_ids).order_by().values("customer")
    grouped = counted.annotate(
        count=Count("pk", filter=IS_PURCHASE),
        net=Sum("base_total"),
        first=Min("placed_at", filter=IS_PURCHASE),
        last=Max("placed_at", filter=IS_PURCHASE),
    )
    query, parameters = grouped.query.sql_with_params()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM customers_customer WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [customer_ids])
        cursor.execute(
            "UPDATE customers_customer SET orders_count = coalesce(figures.count, 0),"  # noqa: S608  the ORM's own SQL
            " net_total = coalesce(figures.net, 0), first_order_at = figures.first, last_order_at = figures.last"
            f" FROM unnest(%s::bigint[]) AS touched (pk) LEFT JOIN ({query})"
            " AS figures (customer, count, net, first, last) ON figures.customer = touched.pk"
            " WHERE customers_customer.id = touched.pk",
            [customer_ids, *parameters],
        )
        return int(cursor.rowcount)
