"""The staging table of the demo leads, and the statements that carry them over with their events."""

from __future__ import annotations

COLUMNS = """
    id bigint, name text, job_title text, email text, phone text, company_name text, industry text, website text,
    city text, country text, source_id bigint, campaign_id bigint, status text, owner_id bigint, value numeric,
    lost_reason_id bigint, lost_note text, customer_id bigint, created_at timestamp, closed_at timestamp,
    response_due_at timestamp, score integer
"""

#: what is written -> how. Parameters: zone, today. What came this morning lies before now, whenever that is.
STATEMENTS = {
    "leads": """
        INSERT INTO leads_lead (id, name, job_title, email, phone, company_name, industry, website, city, country,
            source_id, campaign_id, status, owner_id, value, currency, base_value, lost_reason_id, lost_note,
            customer_id, created_at, updated_at, closed_at, response_due_at, score, scored_at)
        SELECT id, name, job_title, email, phone, company_name, industry, website, city, country, source_id,
            campaign_id, status, owner_id, value, %(currency)s, value, lost_reason_id, lost_note, customer_id,
            least(created_at AT TIME ZONE %(zone)s, now()), coalesce(closed_at, created_at) AT TIME ZONE %(zone)s,
            closed_at AT TIME ZONE %(zone)s, response_due_at AT TIME ZONE %(zone)s, score, %(today)s
        FROM demo_lead ORDER BY id""",
    "events of leads": """
        INSERT INTO crm_event (kind, subject_type, subject_id, customer_id, actor_id, at, data)
        SELECT kind, 'leads.lead', lead.id, lead.customer_id, actor, at, data
        FROM leads_lead AS lead JOIN demo_lead USING (id)
        LEFT JOIN accounts_user AS owner ON owner.id = lead.owner_id,
        LATERAL (
            SELECT min(id) AS id FROM accounts_user
            WHERE team_id = owner.team_id AND role = 'manager' AND is_active AND id <> owner.id
        ) AS manager,
        LATERAL (
            VALUES ('lead.created', NULL, lead.created_at, '{}'::jsonb),
                ('lead.assigned', manager.id, lead.created_at + make_interval(mins => 5 + (lead.id %% 60)::integer),
                    jsonb_build_object('to', jsonb_build_object('id', owner.id, 'text', owner.name))),
                ('lead.' || lead.status, lead.owner_id, lead.closed_at, '{}')
        ) AS happened (kind, actor, at, data)
        WHERE at IS NOT NULL
            AND (kind <> 'lead.assigned' OR actor IS NOT NULL AND at < coalesce(lead.closed_at, now()))
        ORDER BY at""",
}
