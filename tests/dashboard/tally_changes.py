"""Changes of every kind to what the boards tally; each takes the dice and the people."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from activities.models import Activity
from customers.models import Customer
from dashboard import tallies
from deals.models import Deal, LostReason, Stage
from leads.models import Lead, Source
from tests.dashboard import sales_scene

FIRST, TODAY = dt.date(2025, 1, 10), dt.date(2026, 4, 9)
NOW = dt.datetime(2026, 4, 9, 10, tzinfo=dt.UTC)


def some(rows, chance, most=4):
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    return chance.sample(ids, min(len(ids), chance.randrange(1, most)))


def raw(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def owner_of(chance, cast):
    return chance.choice([*cast[:3], cast[5], None])


def give_leads(chance, cast):
    Lead.everything.filter(pk__in=some(Lead.everything, chance, 9)).update(owner=owner_of(chance, cast))


def give_deals_by_sql(chance, cast):
    owner = owner_of(chance, cast)
    ids = some(Deal.everything, chance, 9)
    raw("UPDATE deals_deal SET owner_id = %s WHERE id = ANY(%s)", owner and owner.pk, ids)


def close_leads(chance, cast):
    rows = Lead.everything.filter(pk__in=some(Lead.everything, chance))
    if chance.random() < 0.5:
        rows.update(status="converted", lost_reason=None, closed_at=sales_scene.at(TODAY, 8))
    else:
        rows.update(status="lost", lost_reason=LostReason.objects.first(), closed_at=sales_scene.at(FIRST, 23, 59))


def reopen_leads(chance, cast):
    rows = Lead.everything.filter(pk__in=some(Lead.everything, chance), customer=None)
    rows.update(status="new", lost_reason=None, closed_at=None, responded_at=None)


def answer_leads(chance, cast):
    due = chance.choice([None, NOW - dt.timedelta(hours=1), NOW, NOW + dt.timedelta(hours=1)])
    rows = Lead.everything.filter(pk__in=some(Lead.everything, chance))
    rows.update(response_due_at=due, responded_at=chance.choice([None, due, NOW]))


def date_leads(chance, cast):
    moment = sales_scene.a_moment(chance, FIRST, TODAY)
    rows = Lead.everything.filter(pk__in=some(Lead.everything, chance))
    rows.update(created_at=moment, source=chance.choice([None, *Source.objects.all()]))


def bury(model):
    def change(chance, cast):
        rows = model.everything.filter(pk__in=some(model.everything, chance, 6))
        rows.update(deleted_at=chance.choice([None, NOW]))

    return change


def add_leads(chance, cast):
    rows = [Lead(name=f"L{n}", owner=owner_of(chance, cast)) for n in range(3)]
    Lead.everything.bulk_create(rows)


def close_deals(chance, cast):
    rows = Deal.everything.filter(pk__in=some(Deal.everything, chance), opened_on=None)
    stage = Stage.objects.filter(kind=chance.choice(["won", "open"]), pipeline__position=1).first()
    closed = TODAY if stage.kind == "won" else None
    rows.update(stage=stage, status=stage.kind, closed_on=closed, lost_reason=None, amount=7, base_amount=7)


def add_work(chance, cast):
    """About a deal, a lead, a customer or nothing; planned or done."""
    deal, lead = Deal.everything.order_by("?").first(), Lead.everything.order_by("?").first()
    for about in ({"deal": deal}, {"lead": lead}, {"customer": Customer.everything.first()}, {}):
        by, at = chance.choice(cast), sales_scene.a_moment(chance, FIRST, TODAY)
        done = chance.random() < 0.8
        row = Activity(kind=chance.choice(["call", "meeting", "email", "task"]), title="T", created_by=by, owner=by)
        for name, value in {**about, "done_at": at if done else None, "done_by": by if done else None}.items():
            setattr(row, name, value)
        row.save()


def plan_work(chance, cast):
    """Due on a day around today, at an hour around now, or at no time."""
    rows = []
    for about in ({"deal": Deal.everything.order_by("?").first()}, {"customer": Customer.everything.first()}, {}):
        for _number in range(4):
            by, at = chance.choice(cast), NOW + dt.timedelta(hours=chance.randrange(-60, 60))
            due = chance.choice([{}, {"due_on": at.date()}, {"due_on": at.date(), "due_at": at}])
            rows.append(Activity(kind="call", title="P", created_by=by, owner=by, **about, **due))
    Activity.everything.bulk_create(rows)


def put_off(chance, cast):
    ids = some(Activity.everything.filter(done_at=None), chance, 6)
    at = NOW + dt.timedelta(minutes=chance.randrange(-9_000, 9_000))
    Activity.everything.filter(pk__in=ids).update(due_on=at.date(), due_at=chance.choice([at, None]))


def tick_off(chance, cast):
    ids = some(Activity.everything.filter(done_at=None), chance, 6)
    Activity.everything.filter(pk__in=ids).update(done_at=NOW, done_by=chance.choice(cast))


def change_work(chance, cast):
    ids = some(Activity.everything.filter(done_at__isnull=False), chance, 6)
    at, by = sales_scene.a_moment(chance, FIRST, TODAY), chance.choice(cast)
    Activity.everything.filter(pk__in=ids).update(done_at=at, done_by=by, kind=chance.choice(["call", "note"]))


def move_work(chance, cast):
    ids = some(Activity.everything, chance, 6)
    about = chance.choice(["deal", "lead", "nothing"])
    deal = Deal.everything.order_by("?").first() if about == "deal" else None
    lead = Lead.everything.order_by("?").first() if about == "lead" else None
    Activity.everything.filter(pk__in=ids).update(deal=deal, lead=lead, customer=None, owner=chance.choice(cast))


def drop_work(chance, cast):
    Activity.everything.filter(pk__in=some(Activity.everything, chance)).delete()


def share(chance, cast):
    for model in (Deal, Lead):
        model.everything.get(pk=some(model.everything, chance)[0]).shared_with.add(chance.choice(cast[:2]))


def change_team(chance, cast):
    one, other = cast[1], cast[5]
    one.team, other.team = other.team, one.team
    type(one).objects.bulk_update([one, other], ["team"])


def fold(chance, cast):
    tallies.fold()


def take_back(chance, cast):
    """Everything at once, and none of it."""
    with transaction.atomic():
        for change in (give_leads, close_leads, add_work, change_work, fold, bury(Deal)):
            change(chance, cast)
        transaction.set_rollback(True)


CHANGES = (
    give_leads,
    give_deals_by_sql,
    close_leads,
    reopen_leads,
    answer_leads,
    date_leads,
    add_leads,
    close_deals,
    add_work,
    plan_work,
    put_off,
    tick_off,
    change_work,
    move_work,
    drop_work,
    share,
    change_team,
    fold,
    take_back,
    *(bury(model) for model in (Lead, Deal, Activity, Customer)),
)
