"""The steps of an import in SQL: from staged lines to orders, customers and lines, all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.conf import settings

from crm import bulk
from customers.models import Lifecycle, OrderStatus
from exchange.presets import Layout
from exchange.problems import Problems

TOO_LARGE = "100000000000000"  # numeric(18, 4) holds less than 10^14

LINES = """
    row bigint, number text, placed_at timestamptz, quantity numeric(14, 4), unit_price numeric(18, 4), sku text,
    description text, customer text, customer_name text, country text, kind text
"""

# The earliest line gives the time; customer, name and country come from the first line that names one.
# The fingerprint is of all lines whatever their order, so that another file with the same rows is recognised.
ORDERS = """
    SELECT number, min(row) AS first_row, min(placed_at) AS placed_at, max(kind) AS kind,
        count(DISTINCT kind) AS kinds, count(DISTINCT nullif(customer, '')) AS customers, max(customer) AS customer,
        coalesce((array_agg(country ORDER BY row) FILTER (WHERE country <> ''))[1], '') AS country,
        sum(round(quantity * unit_price, 4)) AS total,
        md5(string_agg(line, '' ORDER BY line COLLATE "C") || max(customer) || max(kind) || %s)::uuid AS fingerprint,
        NULL::numeric AS base_total, NULL::bigint AS id, NULL::bigint AS customer_id
    FROM (
        SELECT *, md5(concat_ws(chr(31), sku, description, trim_scale(quantity), trim_scale(unit_price),
            extract(epoch FROM placed_at), country)) AS line
        FROM staged_line
    ) AS lines
    GROUP BY number
"""

CHANGED = """
    SELECT staged.number FROM staged_order AS staged
    JOIN customers_order AS known ON known.source = %s AND known.number = staged.number
    LEFT JOIN exchange_importedorder AS imported ON imported.order_id = known.id
    WHERE imported.fingerprint IS DISTINCT FROM staged.fingerprint
    ORDER BY staged.first_row
"""

FORGET_KNOWN = """
    DELETE FROM staged_order AS staged USING customers_order AS known
    WHERE known.source = %s AND known.number = staged.number
"""

# Half to even, as crm.money.rounded: PostgreSQL's round() takes halves away from zero.
IN_BASE_CURRENCY = """
    UPDATE staged_order SET base_total = CASE
        WHEN abs(foreign_total * 10000 - trunc(foreign_total * 10000)) = 0.5 THEN round(foreign_total * 5000) / 5000
        ELSE round(foreign_total, 4) END
    FROM (
        SELECT staged.number AS of, staged.total * (
            SELECT rate FROM crm_exchangerate
            WHERE currency = %s AND day <= (staged.placed_at AT TIME ZONE %s)::date ORDER BY day DESC LIMIT 1
        ) AS foreign_total
        FROM staged_order AS staged
    ) AS rated
    WHERE rated.of = staged_order.number
"""

# A new customer gets the country of their newest line.
CUSTOMERS = """
    SELECT staged.customer AS value, min(staged.row) AS first_row,
        coalesce((array_agg(customer_name ORDER BY row DESC) FILTER (WHERE customer_name <> ''))[1], '') AS name,
        coalesce((array_agg(country ORDER BY row DESC) FILTER (WHERE country <> ''))[1], '') AS country,
        NULL::bigint AS id
    FROM staged_line AS staged
    WHERE staged.customer <> '' AND staged.number IN (SELECT number FROM staged_order) AND NOT EXISTS (
        SELECT 1 FROM customers_externalid WHERE source = %s AND value = staged.customer
    )
    GROUP BY staged.customer
"""

INSERT_CUSTOMERS = """
    INSERT INTO customers_customer (id, name, reference, country, lifecycle, created_by_id)
    SELECT id, name, value, country, %s, %s FROM staged_customer ORDER BY id
"""

INSERT_EXTERNAL_IDS = """
    INSERT INTO customers_externalid (customer_id, source, value)
    SELECT id, %s, value FROM staged_customer ORDER BY id
"""

FIND_CUSTOMERS = """
    UPDATE staged_order AS staged SET customer_id = known.customer_id
    FROM customers_externalid AS known WHERE known.source = %s AND known.value = staged.customer
"""

INSERT_ORDERS = """
    INSERT INTO customers_order (id, number, source, customer_id, kind, status, channel, country, placed_at,
        currency, total, base_total, created_by_id)
    SELECT id, number, %s, customer_id, kind, %s, %s, country, placed_at, %s, total, base_total, %s
    FROM staged_order ORDER BY id
"""

INSERT_LINES = """
    INSERT INTO customers_orderline (order_id, position, sku, description, quantity, unit_price)
    SELECT o.id, row_number() OVER (PARTITION BY o.id ORDER BY row), sku, description, quantity, unit_price
    FROM staged_line JOIN staged_order AS o USING (number)
"""

INSERT_IMPORTED = """
    INSERT INTO exchange_importedorder (order_id, run_id, fingerprint)
    SELECT id, %s, fingerprint FROM staged_order
"""


def stage_lines(rows: Iterable[Sequence[object]]) -> int:
    """COPY the rows (line number first, then presets.FIELDS) into the staging table."""
    bulk.stage("staged_line", LINES)
    staged = bulk.copy("staged_line", rows)
    bulk.execute("ANALYZE staged_line")
    return staged


def stage_orders(layout: Layout) -> int:
    """Gather the lines to orders; returns how many."""
    found = bulk.stage_as("staged_order", ORDERS, [layout.currency])
    if layout.currency == settings.BASE_CURRENCY:
        bulk.execute("UPDATE staged_order SET base_total = total")
    else:
        bulk.execute(IN_BASE_CURRENCY, [layout.currency, settings.TIME_ZONE])
    return found


def check_orders(layout: Layout, problems: Problems) -> None:
    """Note each order that contradicts itself, is too large, or has no exchange rate."""
    faults = (
        ("customers > 1", "its lines name several customers"),
        ("kinds > 1", "its lines are of several kinds"),
        (f"abs(total) >= {TOO_LARGE} OR abs(base_total) >= {TOO_LARGE}", "its sum is too large"),
        ("base_total IS NULL", f"there is no exchange rate for {layout.currency} on its day"),
    )
    for condition, reason in faults:
        found = bulk.fetch(f"SELECT first_row, number FROM staged_order WHERE {condition} ORDER BY first_row")  # noqa: S608
        for line, number in found:
            problems.add(f"line {line}: order {number}: {reason}")


def changed_numbers(source: str) -> list[str]:
    """The numbers that are known here with other content."""
    return [number for (number,) in bulk.fetch(CHANGED, [source])]


def forget_known(source: str) -> int:
    """Leave only the new orders staged; returns how many were known."""
    return bulk.execute(FORGET_KNOWN, [source])


def insert_customers(source: str, by: int | None) -> int:
    """Make the customers whose number is new, and lead each order to its customer; returns how many are new."""
    found = bulk.stage_as("staged_customer", CUSTOMERS, [source])
    _number("staged_customer", "customers_customer")
    bulk.execute(INSERT_CUSTOMERS, [Lifecycle.CUSTOMER, by])
    bulk.execute(INSERT_EXTERNAL_IDS, [source])
    bulk.execute(FIND_CUSTOMERS, [source])
    return found


def insert_orders(layout: Layout, run: int, by: int | None) -> int:
    """Write the staged orders with their lines; returns how many lines."""
    _number("staged_order", "customers_order")
    completed = OrderStatus.COMPLETED
    bulk.execute(INSERT_ORDERS, [layout.source, completed, layout.channel, layout.currency, by])
    bulk.execute("ANALYZE staged_order")
    lines = bulk.execute(INSERT_LINES)
    bulk.execute(INSERT_IMPORTED, [run])
    return lines


def touched_customers() -> list[int]:
    """The customers whose figures are no longer right, in id order."""
    rows = bulk.fetch("SELECT DISTINCT customer_id FROM staged_order WHERE customer_id IS NOT NULL ORDER BY 1")
    return [pk for (pk,) in rows]


def _number(staged: str, table: str) -> None:
    """Give the staged rows ids from the table's sequence, in the order of the file."""
    bulk.execute(
        f"UPDATE {staged} SET id = numbered.id FROM ("  # noqa: S608  names of our own
        f" SELECT first_row, nextval(pg_get_serial_sequence('{table}', 'id')) AS id"
        f" FROM (SELECT first_row FROM {staged} ORDER BY first_row) AS ordered"
        f") AS numbered WHERE {staged}.first_row = numbered.first_row"
    )
