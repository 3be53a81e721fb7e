"""Leads, deals and work of several people, with everything in them that a board of sales might get wrong."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from activities.models import Activity
from crm.moments import organisation_zone
from deals.models import Deal, DealLine, LostReason, Product, Stage, StageVisit
from leads.models import Lead
from tests import factories

KINDS = ("call", "meeting", "email", "task", "note")
STATUSES = ("new", "contacted", "qualified", "lost", "converted")


def at(day, hour=12, minute=0):
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=organisation_zone())


def fill(*, owners, first, last, leads=120, deals=120, done=150, seed=1):
    """Between two days, of `owners` (None: nobody's). Some are deleted, some lie at the ends of their days."""
    chance = random.Random(seed)
    sources = [None, *(factories.SourceFactory(name=f"Source {seed} {n}") for n in range(3))]
    make_leads(chance, owners, sources, first, last, leads)
    made = make_deals(chance, owners, sources, first, last, deals)
    make_work(chance, [owner for owner in owners if owner], made, first, last, done)
    return made


def a_day(chance, first, last):
    return first + dt.timedelta(days=chance.randrange((last - first).days + 1))


def a_moment(chance, first, last):
    """Often the first or the last minute of a day."""
    hour, minute = chance.choice(((0, 0), (23, 59), (12, 30), (9, 5)))
    return at(a_day(chance, first, last), hour, minute)


def make_leads(chance, owners, sources, first, last, count):
    reason, rows = LostReason.objects.first(), []
    for number in range(count):
        created, status = a_moment(chance, first, last), chance.choice(STATUSES)
        closed = status in {"lost", "converted"}
        due = created + dt.timedelta(hours=2) if chance.random() < 0.7 else None
        answered = created + dt.timedelta(minutes=chance.choice((10, 120, 300))) if chance.random() < 0.7 else None
        row = Lead(
            name=f"Lead {number}",
            owner=chance.choice(owners),
            source=chance.choice(sources),
            status=status,
            closed_at=created + dt.timedelta(days=chance.randrange(20)) if closed else None,
            lost_reason=reason if status == "lost" else None,
            response_due_at=due,
            responded_at=answered,
            deleted_at=created if chance.random() < 0.05 else None,
        )
        row.created_at = created
        rows.append(row)
    Lead.everything.bulk_create(rows)
    Lead.everything.bulk_update(rows, ["created_at"])  # the moment of creation is the database's own unless it is set


def make_deals(chance, owners, sources, first, last, count):
    stages, reasons = list(Stage.objects.filter(pipeline__position=1).order_by("position")), LostReason.objects.all()
    products = [Product.objects.create(name=f"Product {n} {count} {chance.random()}", price=10) for n in range(3)]
    rows = [_deal(chance, owners, sources, stages, reasons, first, last, number) for number in range(count)]
    Deal.everything.bulk_create(rows)
    visits = [visit for row in rows for visit in _visits(chance, row, stages)]
    StageVisit.objects.bulk_create(visits)
    DealLine.objects.bulk_create(line for row in rows for line in _lines(chance, row, products))
    return rows


def _deal(chance, owners, sources, stages, reasons, first, last, number):
    stage, opened = chance.choice([*stages, *stages[-2:] * 3]), a_day(chance, first, last)
    amount = Decimal(chance.randrange(0, 900_000)) / 100 if chance.random() < 0.9 else None
    if stage.name == "Won":
        amount = amount or Decimal(5)
    closed = None if stage.kind == "open" else min(last, opened + dt.timedelta(days=chance.randrange(60)))
    return Deal(
        title=f"Deal {number}",
        owner=chance.choice(owners),
        source=chance.choice(sources),
        stage=stage,
        status=stage.kind,
        amount=amount,
        base_amount=amount,
        probability=chance.choice((None, None, 33)) if stage.kind == "open" else None,
        opened_on=opened if chance.random() < 0.9 else None,
        closed_on=closed,
        lost_reason=chance.choice(reasons) if stage.kind == "lost" else None,
        deleted_at=at(opened) if chance.random() < 0.05 else None,
    )


def _visits(chance, row, stages):
    """Up to the present stage, at times with a stage skipped or visited twice."""
    came = [stage for stage in stages[: stages.index(row.stage)] if stage.kind == "open" and chance.random() < 0.8]
    if row.stage.kind == "lost":
        came = came[: chance.randrange(len(came) + 1)]
    if came and chance.random() < 0.2:
        came.append(came[0])
    moment = at(row.opened_on or dt.date(2026, 1, 1))
    for stage in came:
        left = moment + dt.timedelta(hours=chance.randrange(1, 400))
        yield StageVisit(deal=row, stage=stage, entered_at=moment, left_at=left)
        moment = left
    yield StageVisit(deal=row, stage=row.stage, entered_at=moment)


def _lines(chance, row, products):
    """At times one product twice; at times none that is known."""
    chosen = chance.choices([*products, None], k=chance.randrange(3))
    for position, product in enumerate(chosen):
        yield DealLine(
            deal=row,
            position=position,
            product=product,
            description="" if product else "Else",
            quantity=1,
            unit_price=1,
        )


def make_work(chance, people, deals, first, last, count):
    customer = factories.CustomerFactory(owner=people[0])
    rows = []
    for _number in range(count):
        person, deal = chance.choice(people), chance.choice([*deals, None])
        plan, kind = chance.random() < 0.2, chance.choice(KINDS)
        plan = plan and kind != "note"
        rows.append(
            Activity(
                kind=kind,
                title="Talk",
                deal=deal,
                customer=None if deal else customer,
                owner=person,
                created_by=person,
                done_by=None if plan else person,
                done_at=None if plan else a_moment(chance, first, last),
            )
        )
    Activity.everything.bulk_create(rows)
