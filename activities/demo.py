"""Notes about the customers of the demo data; what was done and is planned about their leads and deals."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models

from activities import demo_words as words
from activities.demo_work import Row, Subject, Work
from activities.models import Activity
from crm import bulk
from crm.seeding import Plan

#: customers, leads and deals must be there first
AFTER = "deals"
#: scale -> notes about customers, what else was done about them
SIZES = {"demo": (1_500, 700), "small": (10_000, 15_000), "medium": (100_000, 200_000)}
LONG_AGO, A_YEAR = 912, 365

INSERT_NOTES = """
    INSERT INTO activities_activity (kind, customer_id, body, done_at, created_by_id, done_by_id, owner_id)
    SELECT 'note', customer_id, body, done_at AT TIME ZONE %s, created_by_id, created_by_id, created_by_id
    FROM demo_note
"""
COLUMNS = """
    place bigint, kind text, title text, body text, customer_id bigint, lead_id bigint, deal_id bigint,
    owner_id bigint, due_on date, due_at timestamp, done_at timestamp, duration integer, outcome text, pinned boolean,
    repeats text, created_at timestamp, comment text
"""
# Nothing that was done lies in the future. An hour that is set is one of the owner's clock.
INSERT = """
    INSERT INTO activities_activity (id, kind, title, body, customer_id, lead_id, deal_id, owner_id, due_on, due_at,
        done_at, done_by_id, duration, outcome, pinned_at, repeats, repeat_anchor, created_by_id, created_at,
        updated_at)
    SELECT %(first)s + place, kind, title, body, customer_id, lead_id, deal_id, owner_id, due_on,
        due_at AT TIME ZONE coalesce(nullif(owner.time_zone, ''), %(zone)s),
        done.at, CASE WHEN done_at IS NOT NULL THEN owner_id END, duration, outcome,
        CASE WHEN pinned THEN done.at END, repeats, CASE WHEN repeats <> '' THEN due_on END, owner_id,
        least(demo_activity.created_at AT TIME ZONE %(zone)s, now()),
        coalesce(done.at, least(demo_activity.created_at AT TIME ZONE %(zone)s, now()))
    FROM demo_activity JOIN accounts_user AS owner ON owner.id = owner_id
    LEFT JOIN LATERAL (
        SELECT least(done_at AT TIME ZONE %(zone)s, now()) AS at WHERE done_at IS NOT NULL
    ) AS done ON true
    ORDER BY place
"""
#: said by the manager of whoever did it
INSERT_COMMENTS = """
    INSERT INTO activities_comment (activity_id, body, created_by_id, created_at, updated_at)
    SELECT %(first)s + place, comment, manager.id, said.at, said.at
    FROM demo_activity JOIN accounts_user AS owner ON owner.id = owner_id
    JOIN LATERAL (
        SELECT id FROM accounts_user AS boss
        WHERE boss.role = 'manager' AND boss.is_active AND boss.team_id = owner.team_id ORDER BY id LIMIT 1
    ) AS manager ON true,
    LATERAL (SELECT least(done_at AT TIME ZONE %(zone)s + interval '95 minutes', now()) AS at) AS said
    WHERE comment <> '' ORDER BY place
"""
DEALS = """
    SELECT deal.owner_id, deal.created_at AT TIME ZONE %s, coalesce(closed_on, %s::date - 1), customer_id, lead_id,
        deal.id, status, rotting_days
    FROM deals_deal AS deal JOIN deals_stage AS stage ON stage.id = stage_id
    WHERE deal.owner_id IS NOT NULL AND deal.created_at < %s ORDER BY deal.id
"""
LEADS = """
    SELECT owner_id, created_at AT TIME ZONE %(zone)s, coalesce((closed_at AT TIME ZONE %(zone)s)::date, %(today)s - 1),
        customer_id, id, NULL, status, NULL, response_due_at AT TIME ZONE %(zone)s
    FROM leads_lead WHERE owner_id IS NOT NULL AND created_at < %(today)s ORDER BY id
"""


def seed(plan: Plan) -> None:
    """Notes since each customer is known, most by the owner; then everything else that people do."""
    customers: type[models.Model] = Activity._meta.get_field("customer").remote_field.model
    columns = ("pk", "owner_id", "created_at__date")
    people = list(customers._base_manager.order_by("pk").values_list(*columns))
    staff = list(get_user_model().objects.filter(is_active=True).order_by("email").values_list("pk", flat=True))
    if not people or not staff:
        return
    notes, others = SIZES[plan.scale]
    bulk.stage("demo_note", "customer_id bigint, body text, done_at timestamp, created_by_id bigint")
    bulk.copy("demo_note", _notes(plan.rng, people, staff, plan.today, notes))
    plan.say(f"{bulk.execute(INSERT_NOTES, [settings.TIME_ZONE]):,} notes written")
    bulk.stage("demo_activity", COLUMNS)
    # Read before the COPY begins, which has the connection for itself.
    deals = [Subject(*row) for row in bulk.fetch(DEALS, [settings.TIME_ZONE, plan.today, plan.today])]
    leads = bulk.fetch(LEADS, {"zone": settings.TIME_ZONE, "today": plan.today})
    owned = [person for person in people if person[1]]
    rows = _rows(plan, deals, leads, (_customer(plan, owned) for _ in range(others if owned else 0)))
    count = bulk.copy("demo_activity", ((place, *row) for place, row in enumerate(rows)))
    # The figures of deals and leads follow by triggers: without statistics their plans are forty times slower.
    for table in ("demo_activity", "activities_activity", "leads_lead", "deals_deal"):
        bulk.execute(f"ANALYZE {table}")
    values = {"first": bulk.reserve("activities_activity", count), "zone": settings.TIME_ZONE}
    plan.say(f"{bulk.execute(INSERT, values):,} activities written")
    plan.say(f"{bulk.execute(INSERT_COMMENTS, values):,} comments written")


def _rows(plan: Plan, deals: Sequence[Subject], leads: Iterable[Row], customers: Iterable[Subject]) -> Iterator[Row]:
    work = Work(plan)
    for deal in deals:
        yield from work.of_deal(deal)
    for *lead, due in leads:
        yield from work.of_lead(Subject(*lead), due)
    for customer in customers:
        yield from work.of_customer(customer)
    for owner in sorted({deal.owner for deal in deals}):
        yield from work.of_nobody(owner)
        busy = [deal for deal in deals if deal.owner == owner and deal.status == "open"]
        for deal in plan.rng.sample(busy, min(2, len(busy))):
            yield from work.of_morning(deal)


def _customer(plan: Plan, owned: Sequence[tuple[Any, ...]]) -> Subject:
    pk, owner, since = plan.rng.choice(owned)
    first = max(since, plan.day(-A_YEAR))
    return Subject(owner, dt.datetime.combine(first, dt.time(12)), plan.day(-1), customer=pk)


def _notes(
    rng: random.Random,
    people: Sequence[tuple[int, int | None, dt.date]],
    staff: Sequence[int],
    today: dt.date,
    count: int,
) -> Iterator[tuple[int, str, dt.datetime, int]]:
    for _ in range(count):
        customer, owner, since = rng.choice(people)
        body = " ".join(
            filter(None, (rng.choice(words.OPENINGS), rng.choice(words.MIDDLES), rng.choice(words.ENDINGS)))
        )
        known = min(max((today - since).days, 1), LONG_AGO)
        day = today - dt.timedelta(days=rng.randint(1, known))
        at = dt.datetime.combine(day, dt.time(rng.randint(8, 18), rng.randrange(60)))
        yield customer, body, at, owner if owner and rng.random() < 0.85 else rng.choice(staff)
