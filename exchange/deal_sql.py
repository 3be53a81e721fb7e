"""The steps of an import of deals in SQL: from staged rows to companies, deals, lines and stays in stages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crm import bulk
from deals import ranks

DEALS = """
    row bigint, external_id text, title text, stage text, status text, amount numeric(18, 4),
    base_amount numeric(18, 4), product text, company text, owner text, opened_on date, closed_on date,
    expected_close date, lost_reason text, fingerprint uuid
"""
COMPANIES = "first_row bigint, name text, industry text, country text, id bigint"
NAMES = "kind text, name text, id bigint, PRIMARY KEY (kind, name)"

TWICE = """
    SELECT max(row), external_id FROM staged_deal GROUP BY external_id HAVING count(*) > 1 ORDER BY 1
"""
CHANGED = """
    SELECT staged.row, staged.external_id FROM staged_deal AS staged
    JOIN deals_deal AS known ON known.external_source = %s AND known.external_id = staged.external_id
    LEFT JOIN exchange_importeddeal AS imported ON imported.deal_id = known.id
    WHERE imported.fingerprint IS DISTINCT FROM staged.fingerprint
    ORDER BY staged.row
"""
FORGET_KNOWN = """
    DELETE FROM staged_deal AS staged USING deals_deal AS known
    WHERE known.external_source = %s AND known.external_id = staged.external_id
"""
KNOWN_COMPANIES = """
    UPDATE staged_company AS staged SET id = known.id
    FROM (SELECT sort_key, min(id) AS id FROM customers_company WHERE deleted_at IS NULL GROUP BY 1) AS known
    WHERE known.sort_key = lower(f_unaccent(staged.name))
"""
NEW_COMPANIES = """
    INSERT INTO customers_company (id, name, industry, country, created_by_id)
    SELECT id, name, industry, country, %s FROM staged_company WHERE id >= %s ORDER BY id
"""
NAME_COMPANIES = "INSERT INTO staged_name SELECT 'company', name, id FROM staged_company"

# Newest first in their column, below what stands there already. A day begins at midnight of the organisation.
INSERT_DEALS = f"""
    INSERT INTO deals_deal (id, title, stage_id, status, company_id, amount, currency, base_amount, amount_from_lines,
        opened_on, expected_close, closed_on, lost_reason_id, owner_id, created_by_id, external_source, external_id,
        stage_entered_at, created_at, updated_at, moves, rank)
    SELECT staged.id, title, stage.id, status, company.id, amount, %(currency)s, base_amount,
        product IS NOT NULL AND amount IS NOT NULL, opened_on, expected_close, closed_on, reason.id, owner.id, %(by)s,
        %(source)s, external_id, coalesce(coalesce(closed_on, opened_on)::timestamp AT TIME ZONE %(zone)s, now()),
        coalesce(opened_on::timestamp AT TIME ZONE %(zone)s, now()), now(),
        CASE WHEN closed_on IS NOT NULL AND opened_on IS NOT NULL AND %(worked_in)s <> '' THEN 1 ELSE 0 END,
        coalesce(lowest.rank, 0) + {ranks.GAP} * row_number() OVER (
            PARTITION BY stage.id ORDER BY coalesce(closed_on, opened_on) DESC NULLS FIRST, row)
    FROM staged_deal AS staged
    JOIN staged_name AS stage ON stage.kind = 'stage' AND stage.name = staged.stage
    LEFT JOIN staged_name AS company ON company.kind = 'company' AND company.name = staged.company
    LEFT JOIN staged_name AS owner ON owner.kind = 'owner' AND owner.name = staged.owner
    LEFT JOIN staged_name AS reason ON reason.kind = 'reason' AND reason.name = staged.lost_reason
    LEFT JOIN (SELECT stage_id, max(rank) AS rank FROM deals_deal GROUP BY 1) AS lowest ON lowest.stage_id = stage.id
    ORDER BY staged.id
"""  # noqa: S608  a number of our own
INSERT_LINES = """
    INSERT INTO deals_dealline (deal_id, position, product_id, quantity, unit_price)
    SELECT staged.id, 1, product.id, 1, amount FROM staged_deal AS staged
    JOIN staged_name AS product ON product.kind = 'product' AND product.name = staged.product
    WHERE amount IS NOT NULL ORDER BY staged.id
"""
# Where the file says when the work began, a closed deal was in that stage until it was closed.
INSERT_VISITS = """
    INSERT INTO deals_stagevisit (deal_id, stage_id, entered_at, left_at, by_id)
    SELECT staged.id, stage.id, opened_on::timestamp AT TIME ZONE %(zone)s,
        closed_on::timestamp AT TIME ZONE %(zone)s, owner.id
    FROM staged_deal AS staged
    JOIN staged_name AS stage ON stage.kind = 'stage' AND stage.name = %(worked_in)s
    LEFT JOIN staged_name AS owner ON owner.kind = 'owner' AND owner.name = staged.owner
    WHERE opened_on IS NOT NULL AND closed_on IS NOT NULL
    UNION ALL
    SELECT deal.id, deal.stage_id, deal.stage_entered_at, NULL, deal.owner_id
    FROM deals_deal AS deal JOIN staged_deal AS staged ON staged.id = deal.id
    ORDER BY 1, 3
"""
INSERT_IMPORTED = """
    INSERT INTO exchange_importeddeal (deal_id, run_id, fingerprint) SELECT id, %s, fingerprint FROM staged_deal
"""


def stage(rows: Iterable[Sequence[Any]]) -> int:
    """COPY the rows (in the order of deal_rows.STAGED) into the staging table."""
    bulk.stage("staged_deal", DEALS)
    staged = bulk.copy("staged_deal", rows)
    bulk.execute("ALTER TABLE staged_deal ADD id bigint")
    bulk.execute("ANALYZE staged_deal")
    return staged


def twice() -> list[tuple[Any, ...]]:
    return bulk.fetch(TWICE)


def changed(source: str) -> list[tuple[Any, ...]]:
    """Line and number of what is known here with other content."""
    return bulk.fetch(CHANGED, [source])


def forget_known(source: str) -> int:
    return bulk.execute(FORGET_KNOWN, [source])


def begin_names() -> None:
    bulk.stage("staged_name", NAMES)


def left() -> int:
    """How many of the staged deals are new."""
    return int(bulk.fetch("SELECT count(*) FROM staged_deal")[0][0])


def name(kind: str, ids: Mapping[str, int]) -> None:
    """Say which row stands behind each name of a kind: stage, product, owner or reason."""
    bulk.copy("staged_name", ((kind, text, pk) for text, pk in ids.items()))


def write_companies(rows: Iterable[Mapping[str, Any]], by: int | None) -> int:
    """Find those of the same name and make the others; returns how many are new."""
    bulk.stage("staged_company", COMPANIES)
    found = (
        (place, row["name"], row.get("industry") or "", row.get("country") or "", None)
        for place, row in enumerate(rows)
    )
    bulk.copy("staged_company", found)
    bulk.execute(KNOWN_COMPANIES)
    new = bulk.fetch("SELECT count(*) FROM staged_company WHERE id IS NULL")[0][0]
    first = bulk.reserve("customers_company", new)
    _number("staged_company", "first_row", first)
    bulk.execute(NEW_COMPANIES, [by, first])
    bulk.execute(NAME_COMPANIES)
    return int(new)


def write_deals(values: Mapping[str, Any], run: int) -> int:
    """Write the staged deals with all that belongs to them; returns how many."""
    ranks.hold()
    _number("staged_deal", "row", bulk.reserve("deals_deal", left()))
    bulk.execute("ANALYZE staged_deal")
    made = bulk.execute(INSERT_DEALS, dict(values))
    bulk.execute(INSERT_LINES)
    bulk.execute(INSERT_VISITS, dict(values))
    bulk.execute(INSERT_IMPORTED, [run])
    bulk.tell_planner(made, "customers_company", "deals_product", "deals_deal", "deals_dealline", "deals_stagevisit")
    return made


def _number(staged: str, order: str, first: int) -> None:
    """Ids from `first` on for the staged rows that have none, in their order."""
    bulk.execute(
        f"UPDATE {staged} SET id = %s + place - 1 FROM ("  # noqa: S608  names of our own
        f" SELECT {order} AS of, row_number() OVER (ORDER BY {order}) AS place FROM {staged} WHERE id IS NULL"
        f") AS numbered WHERE {staged}.{order} = numbered.of",
        [first],
    )
