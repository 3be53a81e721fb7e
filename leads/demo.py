"""Leads of the last fourteen months: new ones waiting for an answer, lost ones, and those who became customers."""

from __future__ import annotations

from django.conf import settings

from crm import bulk
from crm.seeding import Plan
from leads import score
from leads.demo_people import Leads
from leads.demo_sql import COLUMNS, STATEMENTS
from leads.models import Campaign

AFTER = "customers"
#: scale -> leads, of which open, of which became customers
SIZES = {"demo": (700, 170, 170), "small": (10_000, 1_200, 2_400), "medium": (100_000, 8_000, 24_000)}
#: name, first and last day counted from today
CAMPAIGNS = (
    ("Spring showroom", -240, -170),
    ("Hotel refurbishment", -150, -60),
    ("Autumn trade fair", -75, -70),
    ("Gifts for the holidays", -30, 40),
)


def seed(plan: Plan) -> None:
    """Campaigns, the leads in the order of their time, then what is known to have happened to them."""
    count, still_open, converted = SIZES[plan.scale]
    bulk.stage("demo_lead", COLUMNS)
    first = bulk.reserve("leads_lead", count)
    drawn = Leads(plan, _campaigns(plan)).rows(count, still_open, converted)
    bulk.copy("demo_lead", ((first + place, *row) for place, row in enumerate(drawn)))
    bulk.execute("ANALYZE demo_lead")
    values = {"zone": settings.TIME_ZONE, "today": plan.today, "currency": settings.BASE_CURRENCY}
    for words, statement in STATEMENTS.items():
        plan.say(f"{bulk.execute(statement, values):,} {words} written")


def afterwards(plan: Plan) -> None:
    """What was done about the open leads counts for their scores."""
    plan.say(f"{score.rescore_all():,} scores written")


def _campaigns(plan: Plan) -> list[Campaign]:
    """Those of a name that is there already stay as they are."""
    made = []
    for name, first, last in CAMPAIGNS:
        days = {"starts_on": plan.day(first), "ends_on": plan.day(last)}
        made.append(Campaign.objects.get_or_create(name=name, defaults=days)[0])
    return made
