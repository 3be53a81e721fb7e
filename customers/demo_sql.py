"""The staging tables of the demo data, and the statements that carry them over, figures included."""

from __future__ import annotations

#: temporary table -> its columns
STAGED = {
    "demo_company": """
        id bigint, name text, website text, industry text, street text, postal_code text, city text, country text,
        owner_id bigint""",
    "demo_customer": """
        id bigint, name text, reference text, company_id bigint, job_title text, street text, postal_code text,
        city text, country text, time_zone text, owner_id bigint, tags text[], call_eligible boolean,
        monthly_income numeric, joined integer""",
    "demo_phone": "customer_id bigint, number text, national text, position integer",
    "demo_email": "customer_id bigint, address text, position integer",
    "demo_order": """
        id bigint, number text, customer_id bigint, kind text, status text, channel text, country text,
        placed_at timestamp, total numeric, returns_order_id bigint""",
    "demo_line": """
        order_id bigint, position integer, sku text, description text, quantity numeric, unit_price numeric""",
}

#: what is written -> how. Parameters: start (timestamp), today (date), zone, currency, source.
STATEMENTS = {
    "companies": """
        INSERT INTO customers_company (id, name, website, industry, street, postal_code, city, country, owner_id,
            created_at, updated_at)
        SELECT c.id, name, website, industry, street, postal_code, city, country, owner_id, known.since, known.since
        FROM demo_company AS c,
            LATERAL (
                SELECT (%(start)s - (c.id - (SELECT min(id) FROM demo_company)) %% 600 * interval '1 day')
                    AT TIME ZONE %(zone)s AS since
            ) AS known
        ORDER BY c.id""",
    # The figures follow customers.figures (a test compares them): writing them now saves an UPDATE of every row.
    "customers": """
        INSERT INTO customers_customer (id, name, reference, company_id, job_title, street, postal_code, city, country,
            time_zone, owner_id, tags, call_eligible, monthly_income, lifecycle, created_at, updated_at, created_by_id,
            orders_count, net_total, first_order_at, last_order_at)
        SELECT c.id, name, reference, company_id, job_title, street, postal_code, city, country, time_zone, owner_id,
            tags, call_eligible, monthly_income,
            CASE WHEN coalesce(count, 0) = 0 THEN 'prospect'
                WHEN last < %(today)s::date - 365 THEN 'former' ELSE 'customer' END,
            known.since, known.since, owner_id,
            coalesce(count, 0), coalesce(net, 0), first AT TIME ZONE %(zone)s, last AT TIME ZONE %(zone)s
        FROM demo_customer AS c
        LEFT JOIN (
            SELECT customer_id, sum(total) AS net,
                count(*) FILTER (WHERE kind = 'sale' AND total > 0) AS count,
                min(placed_at) FILTER (WHERE kind = 'sale' AND total > 0) AS first,
                max(placed_at) FILTER (WHERE kind = 'sale' AND total > 0) AS last
            FROM demo_order WHERE status IN ('open', 'completed') GROUP BY customer_id
        ) AS figures ON figures.customer_id = c.id,
        LATERAL (SELECT c.id - (SELECT min(id) FROM demo_customer) AS place) AS counted,
        LATERAL (
            SELECT least(
                %(start)s + (CASE joined WHEN 0 THEN -(place %% 400) ELSE joined END) * interval '1 day'
                    + place * 37 %% 540 * interval '1 minute',
                first - interval '7 minutes'
            ) AT TIME ZONE %(zone)s AS since
        ) AS known
        ORDER BY c.id""",
    "phone numbers": """
        INSERT INTO customers_phone (customer_id, number, national, position) SELECT * FROM demo_phone""",
    "e-mail addresses": """
        INSERT INTO customers_email (customer_id, address, position) SELECT * FROM demo_email""",
    "numbers in the web shop": """
        INSERT INTO customers_externalid (customer_id, source, value)
        SELECT id, 'webshop', reference FROM demo_customer WHERE reference <> '' ORDER BY id""",
    "orders": """
        INSERT INTO customers_order (id, number, source, customer_id, kind, status, channel, country, placed_at,
            currency, returns_order_id, total, base_total, created_at, updated_at)
        SELECT id, number, %(source)s, customer_id, kind, status, channel, country, placed_at AT TIME ZONE %(zone)s,
            %(currency)s, returns_order_id, total, total,
            placed_at AT TIME ZONE %(zone)s, placed_at AT TIME ZONE %(zone)s
        FROM demo_order ORDER BY id""",
    "order lines": """
        INSERT INTO customers_orderline (order_id, position, sku, description, quantity, unit_price)
        SELECT * FROM demo_line""",
}
