"""Products, a year of won and lost deals, those that are open, and what everybody is to win."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.conf import settings

from accounts.demo import sellers
from crm import bulk
from crm.seeding import Plan
from deals.demo_cases import Deals
from deals.demo_forecasts import seed_forecasts
from deals.demo_goods import PRODUCTS
from deals.demo_sql import STAGED, STATEMENTS, WON_A_MONTH
from deals.models import Product, Target

#: the leads must be there first: some became deals
AFTER = "leads"
#: scale -> deals, of which open
SIZES = {"demo": (260, 90), "small": (2_000, 600), "medium": (20_000, 6_000)}
#: the months that have a target, counted from this one
MONTHS = range(-5, 4)


def seed(plan: Plan) -> None:
    """Products, deals with their lines and stays in stages, conversions, events; then past forecasts and targets."""
    count, still_open = SIZES[plan.scale]
    for table, columns in STAGED.items():
        bulk.stage(table, columns)
    first = bulk.reserve("deals_deal", count)
    drawn = Deals(plan, _products()).draw(first, count, still_open)
    bulk.copy("demo_deal", (deal.row for deal in drawn))
    bulk.copy("demo_deal_line", (line for deal in drawn for line in deal.lines))
    bulk.copy("demo_visit", (visit for deal in drawn for visit in deal.visits))
    values = {"zone": settings.TIME_ZONE, "currency": settings.BASE_CURRENCY}
    for table in STAGED:
        bulk.execute(f"ANALYZE {table}")
    for words, statement in STATEMENTS.items():
        plan.say(f"{bulk.execute(statement, values):,} {words} written")
    seed_forecasts(plan)
    Target.objects.bulk_create(_targets(plan), ignore_conflicts=True)


def _products() -> list[Product]:
    """Those of a name that is there already stay as they are."""
    made = []
    for name, sku, series, price in PRODUCTS:
        rest = {"sku": sku, "series": series, "price": Decimal(price)}
        made.append(Product.objects.get_or_create(name=name, defaults=rest)[0])
    return made


def _targets(plan: Plan) -> Iterator[Target]:
    """A little more than what each has won in a month so far."""
    won: dict[int, Any] = dict(bulk.fetch(WON_A_MONTH, [plan.today]))
    first = plan.today.replace(day=1)
    for person in sellers()[0]:
        usual = float(won.get(person, 5_000)) * plan.rng.uniform(0.9, 1.25)
        for month in MONTHS:
            number = first.year * 12 + first.month - 1 + month
            amount = Decimal(max(1, round(usual * (1 + month / 60) / 500))) * 500
            yield Target(person_id=person, month=first.replace(number // 12, number % 12 + 1), amount=amount)
