"""Notes that colleagues took about the customers of the demo data."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models

from activities.models import Activity
from crm import bulk
from crm.seeding import Plan

#: the customers must be there first
AFTER = "customers"
#: scale -> notes
SIZES = {"demo": 1_500, "small": 10_000, "medium": 100_000}
LONG_AGO = 912

OPENINGS = (
    "Called back about the last order.", "Spoke on the phone.", "Met at the trade fair.", "Wrote an e-mail.",
    "Visited the shop.", "Rang before the weekend.", "Left a message on the answering machine.",
    "Answered within the hour.", "Came by without an appointment.", "Short call, in a hurry.",
)  # fmt: skip
MIDDLES = (
    "Two mugs arrived broken, replacement promised.", "Asks for a quote for 40 lanterns in copper.",
    "Very pleased with the oak boards.", "The parcel stood at the neighbour’s all along.",
    "Wants the invoice with the new company address.", "Prices of the competition are 5 % lower, ours arrive sooner.",
    "Plans to open a second shop in spring.", "Needs delivery before the 20th, otherwise cancels.",
    "Would like a printed catalogue.", "The colour was darker than in the picture.",
    "Pays by bank transfer from now on.", "Interested in gift boxes for the staff party.",
    "Complained about the packaging: too much plastic.", "Orders for the hotel go through the office manager.",
    "Does not want calls before ten.", "Asked about returns of opened sets.", "Is moving house this month.",
)  # fmt: skip
ENDINGS = (
    "Will call again next week.", "Sent the price list.", "No action needed.", "Offer goes out tomorrow.", "",
    "Asked to be reminded in a month.", "Credit note arranged.", "Waiting for an answer.", "", "All sorted.",
)  # fmt: skip

INSERT = """
    INSERT INTO activities_activity (kind, customer_id, body, done_at, created_by_id, done_by_id, owner_id)
    SELECT 'note', customer_id, body, done_at AT TIME ZONE %s, created_by_id, created_by_id, created_by_id
    FROM demo_note
"""


def seed(plan: Plan) -> None:
    """Notes since each customer is known, most by the owner."""
    customers: type[models.Model] = Activity._meta.get_field("customer").remote_field.model
    people = list(customers._base_manager.order_by("pk").values_list("pk", "owner_id", "created_at__date"))
    staff = list(get_user_model().objects.filter(is_active=True).order_by("email").values_list("pk", flat=True))
    if not people or not staff:
        return
    bulk.stage("demo_note", "customer_id bigint, body text, done_at timestamp, created_by_id bigint")
    bulk.copy("demo_note", _notes(plan.rng, people, staff, plan.today, SIZES[plan.scale]))
    plan.say(f"{bulk.execute(INSERT, [settings.TIME_ZONE]):,} notes written")


def _notes(
    rng: random.Random,
    people: Sequence[tuple[int, int | None, dt.date]],
    staff: Sequence[int],
    today: dt.date,
    count: int,
) -> Iterator[tuple[int, str, dt.datetime, int]]:
    for _ in range(count):
        customer, owner, since = rng.choice(people)
        body = " ".join(filter(None, (rng.choice(OPENINGS), rng.choice(MIDDLES), rng.choice(ENDINGS))))
        known = min(max((today - since).days, 1), LONG_AGO)
        day = today - dt.timedelta(days=rng.randint(1, known))
        at = dt.datetime.combine(day, dt.time(rng.randint(8, 18), rng.randrange(60)))
        yield customer, body, at, owner if owner and rng.random() < 0.85 else rng.choice(staff)
