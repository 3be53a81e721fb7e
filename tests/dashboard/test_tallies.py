"""Tallies always say what counting the rows says: whoever changed what and however, for everybody who looks."""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections import Counter
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models import Count

from accounts.deactivation import deactivate
from activities.models import Activity
from crm.access import visible
from crm.moments import organisation_zone
from customers.models import Customer
from dashboard import tallies, tally_sql
from dashboard.models import LeadTally, WorkTally
from dashboard.periods import Period
from dashboard.planned import FIGURES, planned_of
from dashboard.sales_counted import Counted
from dashboard.sales_figures import SalesQuery
from dashboard.sales_scope import Selling, sees_owned
from dashboard.sales_tallied import Tallied
from dashboard.today import Clock, due_within, overdue
from deals.models import Deal, LostReason, Stage
from leads.models import Lead, Source
from tests import factories
from tests.dashboard import sales_scene

FIRST, TODAY = dt.date(2025, 1, 10), dt.date(2026, 4, 9)
NOW = dt.datetime(2026, 4, 9, 10, tzinfo=dt.UTC)
PERIODS = (
    Period(dt.date(2025, 5, 1), TODAY),
    Period(dt.date(2026, 2, 17), dt.date(2026, 4, 3)),
    Period(dt.date(2026, 3, 1), dt.date(2026, 3, 31)),
    Period(dt.date(2026, 4, 9), dt.date(2026, 4, 9)),
)


@pytest.fixture
def cast(alice, bob, mona, ada, rita):
    eve = factories.UserFactory(name="Eve Elsewhere", role="sales")
    return [alice, bob, mona, ada, rita, eve]


@pytest.fixture
def world(cast, customer):
    alice, bob, mona, _ada, _rita, eve = cast
    sales_scene.fill(
        owners=[alice, alice, bob, mona, eve, None], first=FIRST, last=TODAY, leads=60, deals=60, done=90, seed=3
    )
    for number in range(30):
        of = {"lead": Lead.objects.all()[number]} if number % 2 else {"customer": customer}
        row = factories.ActivityFactory(created_by=alice, kind="call", **({"customer": None} | of))
        Activity.everything.filter(pk=row.pk).update(done_by=[bob, eve][number % 2], done_at=sales_scene.at(TODAY))
    return cast


def query(user, period=PERIODS[0], **scope):
    return SalesQuery(Selling(user, **scope), period, "month", "before", TODAY, organisation_zone(), NOW)


def said(by):
    """What it says, without what is nothing."""
    work = Counter()
    for person, _name, _email, kind, *numbers in by.work():
        work.update({(person, kind, place): number for place, number in enumerate(numbers)})
    return {
        "leads": sorted(row for row in by.lead_days() if any(row[1:])),
        "deals": sorted(tuple(row) for row in by.deal_days() if any(row[1:])),
        "totals": by.totals(),
        "answers": by.answers(),
        "parts": sorted(map(str, by.parts())),
        "work": {key: number for key, number in work.items() if number},
    }


def slowly_planned(people, viewer, clock):
    rows = visible(Activity, viewer).filter(done_at=None, owner__in=people)
    late = overdue(clock)
    counted = (
        rows.order_by()
        .values_list("owner_id")
        .annotate(
            open=Count("pk"), late=Count("pk", filter=late), due=Count("pk", filter=due_within(clock, 0, 0) & ~late)
        )
    )
    return {person: numbers for person, *numbers in counted}


def assert_planned(people):
    """For those who lead; in zones whose day is another than that of UTC, too."""
    ids = [person.pk for person in people]
    for viewer in people[2:4]:
        for zone in ("UTC", "Pacific/Auckland", "America/Los_Angeles"):
            clock = Clock(NOW, ZoneInfo(zone))
            found = {pk: [n[name] for name in FIGURES] for pk, n in planned_of(ids, viewer, clock).items()}
            assert {pk: n for pk, n in found.items() if any(n)} == slowly_planned(ids, viewer, clock), (viewer, zone)


def assert_right(people, periods=PERIODS[:2]):
    for user in people:
        for period in periods:
            asked = query(user, period)
            assert isinstance(asked.rows, Tallied)
            assert said(Tallied(asked)) == said(Counted(asked)), (user, period)


# Changes of every kind; each takes the dice and the people


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


@pytest.mark.parametrize("seed", range(3))
def test_after_any_changes_the_tallies_are_what_counting_gives(world, seed):
    chance = random.Random(seed)
    for _round in range(4):
        for change in chance.sample(CHANGES, 6):
            change(chance, world)
        assert_right(world[:5])
        assert_planned(world)


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_alone(world, change):
    plan_work(random.Random(7), world)
    change(random.Random(7), world)
    assert_right(world[:4], PERIODS[:1])
    assert_planned(world[:4])


def test_whoever_leaves_keeps_what_they_did(world):
    alice, bob, _mona, ada, *_others = world
    deactivate(alice, by=ada, successor=bob)
    assert_right([bob, ada], PERIODS)
    assert_planned(world)


@pytest.mark.parametrize("period", PERIODS)
def test_every_kind_of_range(world, period):
    assert_right([world[2], world[4]], [period])


def test_teams_and_people_narrow_it(world):
    alice, _bob, mona, ada, _rita, eve = world
    for user, scope in (
        (ada, {"team": mona.team_id}),
        (ada, {"person": alice.pk}),
        (ada, {"person": "none"}),
        (ada, {"team": eve.team_id, "person": alice.pk}),
        (mona, {"person": alice.pk}),
        (mona, {"team": mona.team_id}),
    ):
        asked = query(user, **scope)
        assert said(Tallied(asked)) == said(Counted(asked)), scope


def test_whoever_has_no_role_sees_no_tally(world, charlie):
    assert not LeadTally.objects.filter(sees_owned(charlie)).exists()
    assert not WorkTally.objects.filter(sees_owned(charlie)).exists()


def test_folding_changes_no_sum_and_counting_anew_neither(world):
    before = said(Tallied(query(world[3])))
    rows = WorkTally.objects.count()
    tallies.fold()
    assert said(Tallied(query(world[3]))) == before
    assert WorkTally.objects.count() < rows
    kept = WorkTally.objects.count()
    tallies.recount()
    assert said(Tallied(query(world[3]))) == before
    assert WorkTally.objects.count() == kept, "folded, nothing is left that does not count"


def test_in_another_zone_rows_are_counted_until_the_tallies_are(world, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    asked = query(world[3])
    assert isinstance(asked.rows, Counted)
    from dashboard.defaults import make_defaults

    make_defaults()
    assert isinstance(query(world[3]).rows, Tallied)
    assert_right(world[:5])
    before = list(LeadTally.objects.values_list("pk", flat=True))
    make_defaults()
    assert list(LeadTally.objects.values_list("pk", flat=True)) == before, "once is enough"


def test_what_no_board_shows_adds_nothing(world):
    before = [model.objects.count() for model in (LeadTally, WorkTally)]
    Lead.everything.update(score=7, city="Lund")
    Deal.everything.update(title="Another")
    Activity.everything.update(body="Words")
    assert before == [model.objects.count() for model in (LeadTally, WorkTally)]


def test_emptied_tables_have_empty_tallies(world):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE leads_lead CASCADE")
        for table in tally_sql.CELLS:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
            assert cursor.fetchone()[0] == 0, table


# Several at once


@pytest.fixture
def other():
    """A connection of its own, as another process has one."""
    own = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{name: own[name] for name in names if own.get(name)}) as found:
        found.execute("SET lock_timeout = '4s'")
        yield found


def call_about(person, **about):
    row = Activity(kind="task", title="T", created_by=person, done_by=person, owner=person, **about)
    row.done_at = NOW
    return row


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("work_first", [True, False])
@pytest.mark.parametrize("about", ["deal", "lead"])
def test_work_is_done_while_its_record_changes_hands(cast, other, work_first, about):
    """One waits for the other, and the work counts with whoever has the record in the end."""
    alice, _bob, mona, ada, _rita, eve = cast
    factory = {"deal": factories.DealFactory, "lead": factories.LeadFactory}[about]
    record = factory(owner=alice)
    table = record._meta.db_table
    give = (f"UPDATE {table} SET owner_id = %s WHERE id = %s", [eve.pk, record.pk])  # noqa: S608
    done = threading.Event()

    def elsewhere():
        other.execute(*give)
        other.commit()
        done.set()

    def work():
        call_about(alice, **{about: record}).save()
        connection.close()
        done.set()

    if work_first:
        with transaction.atomic():
            call_about(alice, **{about: record}).save()
            threading.Thread(target=elsewhere, daemon=True).start()
            assert not done.wait(0.3), "it waits for the commit"
    else:
        other.execute(*give)
        threading.Thread(target=work, daemon=True).start()
        assert not done.wait(0.3), "it waits for the commit"
        other.commit()
    assert done.wait(5)
    assert_right([ada, mona, alice, eve], PERIODS[:1])
    assert WorkTally.objects.filter(owner=eve, is_month=False, n=1).exists()


@pytest.mark.django_db(transaction=True)
def test_writers_of_the_same_day_do_not_wait_for_one_another(cast, other):
    alice, ada = cast[0], cast[3]
    with transaction.atomic():
        factories.LeadFactory(owner=alice)
        other.execute("INSERT INTO leads_lead (name, owner_id, currency) VALUES ('b', %s, 'EUR')", [alice.pk])
        other.commit()
        factories.LeadFactory(owner=alice)
        assert Tallied(query(ada)).totals() == Counted(query(ada)).totals()
    assert_right([ada], PERIODS[:1])


@pytest.mark.django_db(transaction=True)
def test_folding_waits_for_nobody(cast, other):
    for _number in range(3):
        factories.LeadFactory(owner=cast[0])
    other.execute("SELECT FROM dashboard_leadtally FOR UPDATE")
    tallies.fold()
    assert LeadTally.objects.filter(is_month=False).count() == 3
    other.rollback()
    tallies.fold()
    assert LeadTally.objects.filter(is_month=False).count() == 1
    assert_right([cast[3]], PERIODS[:1])
