"""Half a million real order lines: the imported rows against answers that were computed elsewhere.

The import takes a while, so it is done once: by the test of the board over these rows.
"""

from __future__ import annotations

import csv
from decimal import Decimal

from crm import bulk
from customers.models import Customer, Order, OrderLine
from customers.models.order import IS_PURCHASE
from exchange.presets import country_codes
from tests.exchange.test_reading import SHARED

FILES = SHARED / "online_retail"

BOARD = """
    SELECT {bucket} AS bucket, sum(amount) FILTER (WHERE kind = 'sale'),
        coalesce(sum(amount) FILTER (WHERE kind = 'return'), 0),
        coalesce(sum(amount) FILTER (WHERE kind = 'adjustment'), 0), sum(amount),
        count(*) FILTER (WHERE kind = 'sale' AND amount > 0),
        count(DISTINCT customer_id) FILTER (WHERE kind = 'sale' AND amount > 0)
    FROM ({orders}) AS orders GROUP BY 1
"""
MONTH = "to_char(placed_at AT TIME ZONE 'Europe/London', 'YYYY-MM')"
FROM_TOTALS = "SELECT *, base_total AS amount FROM customers_order"
FROM_LINES = """
    SELECT o.*, lines.amount FROM customers_order AS o
    JOIN (SELECT order_id, sum(amount) AS amount FROM customers_orderline GROUP BY 1) AS lines ON order_id = o.id
"""


def board(bucket, orders=FROM_TOTALS):
    return {row[0]: row[1:] for row in bulk.fetch(BOARD.format(bucket=bucket, orders=orders))}


def truth(name):
    with (FILES / name).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["bucket", "gross", "returns", "adjustments", "net", "orders", "customers"]
    return {bucket: (*map(Decimal, money), int(orders), int(buyers)) for bucket, *money, orders, buyers in rows}


def assert_whole(printed):
    """The rows that import_orders wrote, and what it `printed`, are those of the file."""
    assert "25,900 orders with 541,909 lines imported, 4,372 new customers." in printed
    monthly = truth("truth_board_monthly.csv")
    assert board(MONTH) == monthly
    assert board(MONTH, FROM_LINES) == monthly
    codes = country_codes()
    countries = truth("truth_board_by_country.csv")
    assert board("country") == {codes[name.lower()]: figures for name, figures in countries.items()}
    assert (Order.objects.count(), OrderLine.objects.count(), Customer.objects.count()) == (25_900, 541_909, 4_372)
    known = Order.objects.filter(IS_PURCHASE).exclude(customer=None)
    assert sum(Customer.objects.values_list("orders_count", flat=True)) == known.count()
