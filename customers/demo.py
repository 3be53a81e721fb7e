"""Companies, customers and two and a half years of orders for looking around."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import chain, islice
from typing import Any

from django.conf import settings

from accounts.models import Role, User
from crm import bulk
from crm.seeding import Plan
from customers.demo_calendar import DAYS, Calendar, timeline
from customers.demo_goods import Shelf
from customers.demo_orders import Orders
from customers.demo_people import People, Person, companies
from customers.demo_sql import STAGED, STATEMENTS

#: scale -> companies, customers, orders, articles
SIZES = {
    "demo": (150, 1_500, 9_000, 120),
    "small": (1_000, 10_000, 100_000, 300),
    "medium": (10_000, 100_000, 1_000_000, 480),
}
SOURCE = "demo"
CHUNK = 20_000  # orders whose lines are held in memory


def seed(plan: Plan) -> None:
    """People first, then their orders, then both from the staging tables into the real ones."""
    firms, people, orders, articles = SIZES[plan.scale]
    for table, columns in STAGED.items():
        bulk.stage(table, columns)
    calendar, shelf = Calendar(plan.rng, plan.today), Shelf(plan.rng, articles)
    first_customer = bulk.reserve("customers_customer", people)
    crowd = _people(plan, calendar, firms, range(first_customer, first_customer + people))
    _stage_people(crowd)
    history = timeline(plan.rng, calendar, [person.joined for person in crowd], orders)
    countries = [person.country for person in crowd]
    del crowd
    first_order = bulk.reserve("customers_order", orders)
    drawn = Orders(plan.rng, calendar, shelf, countries, first_customer).rows(history, first_order)
    _stage_orders(drawn)
    plan.say(f"{people:,} customers and {orders:,} orders drawn")
    _write(plan)


def _people(plan: Plan, calendar: Calendar, firms: int, ids: Iterable[int]) -> list[Person]:
    sellers = User.objects.active().filter(role__in=[Role.SALES, Role.MANAGER])
    staff = list(sellers.order_by("email").values_list("pk", flat=True))
    made = list(companies(plan.rng, firms, staff, bulk.reserve("customers_company", firms)))
    bulk.copy("demo_company", (firm.row for firm in made))
    draw = People(plan.rng, staff, made).draw
    return [draw(pk, number, calendar.joined(plan.rng)) for number, pk in enumerate(ids, 1)]


def _stage_people(crowd: list[Person]) -> None:
    bulk.copy("demo_customer", ((*person.row, person.joined) for person in crowd))
    phones = ((person.row[0], *phone, place) for person in crowd for place, phone in enumerate(person.phones))
    bulk.copy("demo_phone", phones)
    emails = ((person.row[0], address, place) for person in crowd for place, address in enumerate(person.emails))
    bulk.copy("demo_email", emails)


def _stage_orders(drawn: Iterable[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]) -> None:
    drawn = iter(drawn)
    while chunk := list(islice(drawn, CHUNK)):
        bulk.copy("demo_order", (order for order, _ in chunk))
        bulk.copy("demo_line", chain.from_iterable(lines for _, lines in chunk))


def _write(plan: Plan) -> None:
    start = dt.datetime.combine(plan.today - dt.timedelta(days=DAYS), dt.time(8))
    values = {"start": start, "today": plan.today, "zone": settings.TIME_ZONE}
    values |= {"currency": settings.BASE_CURRENCY, "source": SOURCE}
    for table in STAGED:
        bulk.execute(f"ANALYZE {table}")
    for words, statement in STATEMENTS.items():
        plan.say(f"{bulk.execute(statement, values):,} {words} written")
