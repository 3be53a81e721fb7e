"""A small shop with everything in it that a board might get wrong, and its figures counted the slow way."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from decimal import Decimal

from customers.figures import figures_of
from customers.models import Customer, Order, OrderLine
from customers.models.order import COUNTED
from dashboard.figures import Figures
from tests import factories

KINDS = ("sale", "sale", "sale", "sale", "sale", "return", "adjustment")
STATUSES = ("completed", "completed", "completed", "open", "draft", "cancelled", "failed")
COUNTRIES = ("GB", "DE", "FR", "")
CHANNELS = ("shop", "online", "phone")


def fill(*, owners, first, last, orders=160, customers=18, seed=1):
    """Orders between two instants by customers of `owners` (None: nobody's)."""
    chance = random.Random(seed)
    people = [
        factories.CustomerFactory(owner=chance.choice(owners), country=chance.choice(COUNTRIES))
        for _ in range(customers)
    ]
    span = int((last - first).total_seconds())
    rows = [_order(chance, people, first + dt.timedelta(seconds=chance.randrange(span)), n) for n in range(orders)]
    # Two purchases of one customer at the same moment, in different countries: neither is earlier.
    for number, country in (("tie-1", "GB"), ("tie-2", "FR")):
        rows.append(order_of(people[0], first + dt.timedelta(seconds=span // 3), number=number, country=country))
    Order.objects.bulk_create(rows)
    lines = [line for order in Order.everything.all() for line in _lines(chance, order)]
    OrderLine.objects.bulk_create(lines)
    refresh()
    return people


def order_of(customer, placed_at, *, number, amount="10", **more):
    values = {"kind": "sale", "status": "completed", "channel": "shop", "country": "GB", "currency": "EUR"} | more
    return Order(
        number=number,
        customer=customer,
        placed_at=placed_at,
        total=Decimal(amount),
        base_total=Decimal(amount),
        **values,
    )


def _order(chance, people, placed_at, n):
    kind = chance.choice(KINDS)
    amount = Decimal(chance.randrange(0, 90_000)) / chance.choice((100, 1000)) * (1 if kind == "sale" else -1)
    if chance.random() < 0.06:
        amount = Decimal(0)
    foreign = chance.random() < 0.2
    return Order(
        number=f"N{n}",
        # A few customers buy again and again, most once or twice.
        customer=people[min(int(chance.expovariate(0.18)), len(people) - 1)] if chance.random() < 0.85 else None,
        kind=kind,
        status=chance.choice(STATUSES),
        channel=chance.choice(CHANNELS),
        country=chance.choice(COUNTRIES),
        placed_at=placed_at,
        currency="USD" if foreign else "EUR",
        total=amount * 2 if foreign else amount,
        base_total=amount,
        deleted_at=placed_at if chance.random() < 0.05 else None,
    )


def _lines(chance, order):
    """Two lines that come to the total, at times of the same article; now and then one without an article."""
    first = (order.total / 4).quantize(Decimal("0.0001"))
    skus = chance.choices(("A1", "A2", "B 1", "C&D", "Ü5", ""), k=2)
    for position, amount in enumerate((first, order.total - first)):
        yield OrderLine(
            order=order,
            position=position,
            sku=skus[position],
            description=skus[position].lower(),
            quantity=1,
            unit_price=amount,
        )


def refresh():
    figures_of(Customer.everything.all())


class Slowly:
    """The figures from their definitions, row by row in Python, of the orders as they are now."""

    def __init__(self, zone):
        rows = Order.everything.select_related("customer").filter(deleted_at=None, status__in=COUNTED)
        self.rows = [(order, order.placed_at.astimezone(zone).date()) for order in rows]
        self.firsts = {}
        for order, _day in self.rows:
            if is_purchase(order) and order.customer_id:
                earlier = self.firsts.get(order.customer_id, order.placed_at)
                self.firsts[order.customer_id] = min(order.placed_at, earlier)

    def figures(self, period, **scope):
        sums, orders, buyers, new = defaultdict(Decimal), 0, set(), set()
        for order, day in self.rows:
            if not period.first <= day <= period.last or not within(order, **scope):
                continue
            sums[order.kind] += order.base_total
            if is_purchase(order):
                orders += 1
                if order.customer_id and not order.customer.deleted_at:
                    buyers.add(order.customer_id)
                    if order.placed_at == self.firsts[order.customer_id]:
                        new.add(order.customer_id)
        return Figures(sums["sale"], sums["return"], sums["adjustment"], orders, len(buyers), len(new))


def within(order, *, owner=None, country=None, channel=None):
    owned = order.customer is not None and order.customer.owner_id == owner and not order.customer.deleted_at
    return (owner is None or owned) and country in {None, order.country} and channel in {None, order.channel}


def is_purchase(order):
    return order.kind == "sale" and order.base_total > 0
