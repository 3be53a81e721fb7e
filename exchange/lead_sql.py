"""The steps of an import of leads in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crm import bulk

LEADS = """
    row bigint, external_id text, name text, job_title text, email text, phone text, company_name text, industry text,
    website text, city text, country text, source text, status text, value numeric(18, 4), base_value numeric(18, 4),
    owner_id bigint, created_at timestamptz, lost_reason text, details jsonb, fingerprint uuid
"""
TWICE = "SELECT max(row), external_id FROM staged_lead GROUP BY external_id HAVING count(*) > 1 ORDER BY 1"
CHANGED = """
    SELECT staged.row, staged.external_id FROM staged_lead AS staged
    JOIN leads_lead AS known ON known.external_source = %s AND known.external_id = staged.external_id
    LEFT JOIN exchange_importedlead AS imported ON imported.lead_id = known.id
    WHERE imported.fingerprint IS DISTINCT FROM staged.fingerprint
    ORDER BY staged.row
"""
FORGET_KNOWN = """
    DELETE FROM staged_lead AS staged USING leads_lead AS known
    WHERE known.external_source = %s AND known.external_id = staged.external_id
"""
# Nobody waits for an answer to what comes from a file: no clock runs. When it was closed is not known: now.
INSERT = """
    INSERT INTO leads_lead (id, external_source, external_id, name, job_title, email, phone, company_name, industry,
        website, city, country, source_id, status, value, currency, base_value, owner_id, lost_reason_id, details,
        created_by_id, created_at, closed_at)
    SELECT %(first)s + row_number() OVER (ORDER BY row) - 1, %(source)s, external_id, coalesce(staged.name, ''),
        coalesce(job_title, ''), coalesce(email, ''), coalesce(phone, ''), coalesce(company_name, ''),
        coalesce(industry, ''), coalesce(website, ''), coalesce(city, ''), coalesce(country, ''), named.id, status,
        value, %(currency)s, base_value, owner_id, reason.id, details, %(by)s,
        coalesce(staged.created_at, now()),
        CASE WHEN status IN ('lost', 'converted') THEN greatest(now(), staged.created_at) END
    FROM staged_lead AS staged
    LEFT JOIN leads_source AS named ON lower(named.name) = lower(staged.source)
    LEFT JOIN deals_lostreason AS reason ON reason.name = staged.lost_reason
    ORDER BY row
"""
INSERT_IMPORTED = """
    INSERT INTO exchange_importedlead (lead_id, run_id, fingerprint)
    SELECT lead.id, %s, fingerprint FROM staged_lead AS staged
    JOIN leads_lead AS lead ON lead.external_source = %s AND lead.external_id = staged.external_id
"""


def stage(rows: Iterable[Sequence[Any]]) -> int:
    """COPY the rows (in the order of lead_rows.STAGED) into the staging table."""
    bulk.stage("staged_lead", LEADS)
    staged = bulk.copy("staged_lead", rows)
    bulk.execute("ANALYZE staged_lead")
    return staged


def twice() -> list[tuple[Any, ...]]:
    return bulk.fetch(TWICE)


def changed(source: str) -> list[tuple[Any, ...]]:
    """Line and number of what is known here with other content."""
    return bulk.fetch(CHANGED, [source])


def forget_known(source: str) -> int:
    return bulk.execute(FORGET_KNOWN, [source])


def write(values: Mapping[str, Any], count: int, run: int) -> int:
    """Write the staged leads; returns how many."""
    made = bulk.execute(INSERT, {**values, "first": bulk.reserve("leads_lead", count)})
    bulk.execute(INSERT_IMPORTED, [run, values["source"]])
    bulk.tell_planner(made, "leads_lead")
    return made
