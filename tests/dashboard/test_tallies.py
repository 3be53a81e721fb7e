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
from dashboard import tallies, tally_sql
from dashboard.models import LeadTally, WorkTally
from dashboard.periods import Period
from dashboard.planned import FIGURES, planned_of
from dashboard.sales_counted import Counted
from dashboard.sales_figures import SalesQuery
from dashboard.sales_scope import Selling, sees_owned
from dashboard.sales_tallied import Tallied
from dashboard.today import Clock, due_within, overdue
from deals.models import Deal
from leads.models import Lead
from tests import factories
from tests.dashboard import sales_scene
from tests.dashboard.tally_changes import CHANGES, FIRST, NOW, TODAY, plan_work

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
