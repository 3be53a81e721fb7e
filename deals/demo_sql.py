"""The staging tables of the demo deals, and the statements that carry them over with all that belongs to them."""

from __future__ import annotations

from deals.ranks import GAP

STAGED = {
    "demo_deal": """
        id bigint, title text, stage_id bigint, status text, customer_id bigint, company_id bigint, lead_id bigint,
        source_id bigint, campaign_id bigint, amount numeric, amount_from_lines boolean, opened_at timestamp,
        expected_close date, closed_on date, probability integer, is_committed boolean, lost_reason_id bigint,
        lost_note text, owner_id bigint, moves integer, entered_at timestamp""",
    "demo_deal_line": """
        deal_id bigint, position integer, product_id bigint, description text, quantity numeric, unit_price numeric,
        discount numeric""",
    "demo_visit": "deal_id bigint, stage_id bigint, entered_at timestamp, left_at timestamp, by_id bigint",
}

#: what is written -> how. Parameters: zone, currency.
STATEMENTS = {
    "deals": f"""
        INSERT INTO deals_deal (id, title, stage_id, status, customer_id, company_id, lead_id, source_id, campaign_id,
            amount, currency, base_amount, amount_from_lines, opened_on, expected_close, closed_on, probability,
            is_committed, lost_reason_id, lost_note, owner_id, created_by_id, moves, rank, created_at, updated_at,
            stage_entered_at)
        SELECT id, title, stage_id, status, customer_id, company_id, lead_id, source_id, campaign_id, amount,
            %(currency)s, amount, amount_from_lines, opened_at::date, expected_close, closed_on, probability,
            is_committed, lost_reason_id, lost_note, owner_id, owner_id, moves,
            row_number() OVER (PARTITION BY stage_id ORDER BY entered_at DESC, id) * {GAP},
            least(opened_at AT TIME ZONE %(zone)s, now()), least(entered_at AT TIME ZONE %(zone)s, now()),
            least(entered_at AT TIME ZONE %(zone)s, now())
        FROM demo_deal ORDER BY id""",  # noqa: S608  a number of our own
    "lines of deals": """
        INSERT INTO deals_dealline (deal_id, position, product_id, description, quantity, unit_price, discount)
        SELECT * FROM demo_deal_line""",
    "stays in stages": """
        INSERT INTO deals_stagevisit (deal_id, stage_id, entered_at, left_at, by_id)
        SELECT deal_id, stage_id, least(entered_at AT TIME ZONE %(zone)s, now()),
            CASE WHEN left_at IS NOT NULL THEN least(left_at AT TIME ZONE %(zone)s, now()) END, by_id
        FROM demo_visit""",
    # Long done: they cannot be undone.
    "conversions": """
        INSERT INTO leads_conversion (lead_id, status_before, customer_id, company_id, deal_id, made_customer,
            made_company, versions, by_id, at)
        SELECT DISTINCT ON (lead.id) lead.id, 'qualified', lead.customer_id, customer.company_id, deal.id, true,
            false, '{"event": 0, "versions": {}, "related": {}, "activities": {}, "carried": {}, "step": null}',
            lead.owner_id, lead.closed_at
        FROM leads_lead AS lead
        JOIN customers_customer AS customer ON customer.id = lead.customer_id
        LEFT JOIN deals_deal AS deal ON deal.lead_id = lead.id
        WHERE lead.status = 'converted'
        ORDER BY lead.id, deal.id""",
    "events of deals": """
        INSERT INTO crm_event (kind, subject_type, subject_id, customer_id, actor_id, at, data)
        SELECT CASE WHEN before IS NULL THEN 'deal.created' WHEN kind = 'open' THEN 'deal.moved'
                ELSE 'deal.' || kind END,
            'deals.deal', deal_id, customer_id, by_id, entered_at,
            jsonb_build_object('title', title, 'amount', amount::text, 'currency', currency)
                || CASE WHEN before IS NULL THEN '{}' ELSE jsonb_build_object('stage_from', before, 'stage_to', stage)
                END
                || CASE WHEN kind = 'lost' THEN jsonb_build_object('reason', reason, 'note', lost_note) ELSE '{}' END
        FROM (
            SELECT visit.*, kind, title, amount, currency, customer_id, lost_note, named.stage, why.reason,
                lag(named.stage) OVER (PARTITION BY deal_id ORDER BY entered_at, visit.id) AS before
            FROM deals_stagevisit AS visit
            JOIN deals_stage AS stage ON stage.id = visit.stage_id
            JOIN deals_deal AS deal ON deal.id = visit.deal_id
            LEFT JOIN deals_lostreason AS lost ON lost.id = deal.lost_reason_id,
            LATERAL (SELECT jsonb_build_object('id', stage.id, 'text', stage.name) AS stage) AS named,
            LATERAL (SELECT jsonb_build_object('id', lost.id, 'text', lost.name) AS reason) AS why
        ) AS visits
        ORDER BY entered_at""",
}

WON_A_MONTH = """
    SELECT owner_id, sum(base_amount) / 12 FROM deals_deal
    WHERE status = 'won' AND closed_on > %s::date - 365 GROUP BY owner_id
"""
