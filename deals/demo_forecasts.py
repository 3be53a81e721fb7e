"""What would have been forecast of the demo deals, had somebody kept it: for a year, and day by day of late."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from crm import bulk
from crm.seeding import Plan
from deals.forecast_filter import next_month

MONTHS, DAYS = 13, 14

# Demo deals that are closed promise nothing, and some name no expected close. Of those that had come far on the day
# every other one is taken to have been promised, and each without a day to have been expected when it was closed.
KEEP = """
    WITH kept AS (
        INSERT INTO deals_forecastsnapshot (day, taken_at)
        SELECT day, least((day + time '00:04') AT TIME ZONE %(zone)s, now()) FROM unnest(%(days)s::date[]) AS day
        ON CONFLICT (day) DO NOTHING
        RETURNING id, day
    ), counted AS (
        SELECT kept.id, date_trunc('month', expected)::date AS month, stage.pipeline_id, deal.owner_id,
            coalesce(deal.base_amount, 0) AS amount, coalesce(deal.probability, stage.probability) AS chance,
            deal.is_committed OR (deal.closed_on IS NOT NULL AND stage.probability >= 50 AND deal.id %% 2 = 0)
                AS promised, false AS is_won
        FROM kept
        JOIN deals_deal AS deal ON deal.deleted_at IS NULL AND deal.opened_on <= kept.day
            AND (deal.closed_on IS NULL OR deal.closed_on >= kept.day)
        JOIN LATERAL coalesce(deal.expected_close, deal.closed_on) AS expected ON expected >= kept.day
        JOIN LATERAL (
            SELECT stage.pipeline_id, stage.probability
            FROM deals_stagevisit AS visit JOIN deals_stage AS stage ON stage.id = visit.stage_id
            WHERE visit.deal_id = deal.id AND stage.kind = 'open'
                AND visit.entered_at < (kept.day + 1)::timestamp AT TIME ZONE %(zone)s
            ORDER BY visit.entered_at DESC LIMIT 1
        ) AS stage ON true
        UNION ALL
        SELECT kept.id, date_trunc('month', kept.day)::date, stage.pipeline_id, deal.owner_id,
            coalesce(deal.base_amount, 0), 100, false, true
        FROM kept
        JOIN deals_deal AS deal ON deal.deleted_at IS NULL AND deal.status = 'won'
            AND deal.closed_on >= date_trunc('month', kept.day)::date AND deal.closed_on < kept.day
        JOIN deals_stage AS stage ON stage.id = deal.stage_id
    )
    INSERT INTO deals_forecastline (snapshot_id, month, pipeline_id, owner_id, open_count, total, weighted, committed,
        won_count, won)
    SELECT id, month, pipeline_id, owner_id, count(*) FILTER (WHERE NOT is_won),
        coalesce(sum(amount) FILTER (WHERE NOT is_won), 0),
        coalesce(sum(round(amount * chance * 0.01, 2)) FILTER (WHERE NOT is_won), 0),
        coalesce(sum(amount) FILTER (WHERE promised), 0),
        count(*) FILTER (WHERE is_won), coalesce(sum(amount) FILTER (WHERE is_won), 0)
    FROM counted GROUP BY id, month, pipeline_id, owner_id
"""


def seed_forecasts(plan: Plan) -> None:
    """Days whose forecast is there already stay as they are."""
    written = bulk.execute(KEEP, {"zone": settings.TIME_ZONE, "days": _days(plan.today)})
    plan.say(f"{written:,} lines of past forecasts written")


def _days(today: dt.date) -> list[dt.date]:
    """Of each of the last months the first and the Monday by its 15th, and each of the last days."""
    firsts = [next_month(today, -number) for number in range(MONTHS)]
    middles = [first.replace(day=15 - first.replace(day=15).weekday()) for first in firsts]
    days = [today - dt.timedelta(days=number) for number in range(DAYS)]
    return sorted(day for day in {*firsts, *middles, *days} if day <= today)
