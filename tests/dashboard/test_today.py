"""Whose plan it is, which section a thing belongs to, and when a day begins."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from django.db import connection

from dashboard.today import Clock, done_of, plan_of, planned_by
from tests import factories

PARIS, TOKYO, LIMA = (zoneinfo.ZoneInfo(name) for name in ("Europe/Paris", "Asia/Tokyo", "America/Lima"))
#: a Tuesday, ten in the morning in Paris
NOW = dt.datetime(2026, 5, 12, 8, tzinfo=dt.UTC)
DAY = dt.date(2026, 5, 12)


def at(hour, minute=0, day=DAY, zone=PARIS):
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=zone)


def planned(owner, when=None, title="Call", **fields):
    """For a day, for an hour, or for some time."""
    hour = {"due_at": when, "due_on": when.date()} if isinstance(when, dt.datetime) else {"due_on": when}
    return factories.PlanFactory(owner=owner, created_by=owner, title=title, **hour | fields)


def plan(person, *, viewer=None, now=NOW, zone=PARIS, **limits):
    return plan_of(person, viewer or person, Clock(now, zone), limits)


def titles(person, **more):
    found = plan(person, **more)
    return {name: [row.title for row in section.rows] for name, section in found.items() if section.rows}


def test_it_works(alice):
    planned(alice, at(9), "an hour ago")
    planned(alice, DAY - dt.timedelta(days=1), "yesterday")
    planned(alice, DAY, "some time today")
    planned(alice, at(23, 30), "late tonight")
    planned(alice, at(10), "right now")
    planned(alice, DAY + dt.timedelta(days=1), "tomorrow")
    planned(alice, None, "some day")
    planned(alice, DAY + dt.timedelta(days=2), "the day after")
    planned(alice, DAY + dt.timedelta(days=7), "in a week")
    planned(alice, DAY + dt.timedelta(days=8), "too far")
    assert titles(alice) == {
        "overdue": ["yesterday", "an hour ago"],
        "today": ["right now", "late tonight", "some time today"],
        "tomorrow": ["tomorrow"],
        "undated": ["some day"],
        "later": ["the day after", "in a week"],
    }


def test_what_is_done_deleted_or_somebody_elses_is_not_in_it(alice, bob):
    planned(alice, DAY, done_at=NOW, done_by=alice)
    planned(alice, DAY).delete_softly(by=alice)
    planned(bob, DAY)
    assert titles(alice) == {}


def test_what_one_does_with_a_colleague_is_in_both_plans_once(alice, bob, customer):
    row = planned(bob, DAY, "together", customer=customer)
    row.collaborators.add(alice, bob)
    assert titles(alice) == titles(bob) == {"today": ["together"]}


def test_what_is_about_a_record_that_is_out_of_sight_is_out_of_the_plan(alice, deal):
    planned(alice, DAY, deal=deal)
    assert titles(alice)
    type(deal).objects.filter(pk=deal.pk).update(owner=factories.UserFactory())
    assert titles(alice) == {}


def test_a_manager_sees_the_plan_of_the_team_as_far_as_its_records_are_the_teams(alice, mona, deal):
    planned(alice, DAY, "about a deal", deal=deal)
    planned(alice, DAY, "for herself")
    assert titles(alice, viewer=mona) == {"today": ["about a deal"]}


@pytest.mark.parametrize(
    ("zone", "section"),
    [(PARIS, "today"), (TOKYO, "tomorrow"), (LIMA, "today")],
    ids=["Paris", "Tokyo", "Lima"],
)
def test_half_past_eleven_tonight_belongs_to_the_day_of_whoever_looks(alice, zone, section):
    """In Tokyo it is 06:30 of the next day."""
    planned(alice, at(23, 30))
    assert list(titles(alice, zone=zone)) == [section]


def test_a_day_without_an_hour_is_the_same_day_everywhere(alice):
    planned(alice, DAY)
    before_midnight_in_lima = dt.datetime(2026, 5, 13, 4, 59, tzinfo=dt.UTC)
    assert list(titles(alice, now=before_midnight_in_lima, zone=LIMA)) == ["today"]
    assert list(titles(alice, now=before_midnight_in_lima, zone=PARIS)) == ["overdue"]


@pytest.mark.parametrize(
    ("now", "sections"),
    [
        (at(23, 29), ["today", "tomorrow"]),
        (at(23, 31), ["overdue", "tomorrow"]),
        (at(0, 0, DAY + dt.timedelta(days=1)), ["overdue", "today"]),
    ],
    ids=["before", "after", "midnight"],
)
def test_around_midnight(alice, now, sections):
    planned(alice, at(23, 30))
    planned(alice, DAY + dt.timedelta(days=1))
    assert list(titles(alice, now=now)) == sections


@pytest.mark.parametrize("day", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)], ids=["23 hours", "25 hours"])
def test_a_day_that_changes_the_clocks_is_one_day(alice, day):
    """Spring leaves out 02:00 to 03:00, autumn has it twice."""
    tomorrow = day + dt.timedelta(days=1)
    planned(alice, at(0, 0, day), "its first minute")
    planned(alice, at(23, 59, day), "its last minute")
    planned(alice, at(0, 0, tomorrow), "the next one's first")
    found = titles(alice, now=at(0, 0, day))
    assert found == {"today": ["its first minute", "its last minute"], "tomorrow": ["the next one's first"]}


def test_a_long_section_shows_its_first_rows_and_counts_the_rest(alice):
    for days in range(1, 6):
        planned(alice, DAY - dt.timedelta(days=days), f"{days} days late")
    section = plan(alice, overdue=2)["overdue"]
    assert [row.title for row in section.rows] == ["5 days late", "4 days late"]
    assert (section.count, section.rest) == (5, 3)
    assert plan(alice, overdue=5)["overdue"].rest == 0


def test_done_today_is_what_one_finished_since_midnight_of_ones_own_day(alice, bob, customer):
    def finished(when, by=alice, **fields):
        fields = {"customer": customer, "owner": alice, "created_by": alice, "kind": "call"} | fields
        factories.ActivityFactory(done_at=when, done_by=by, title=f"{when:%H:%M}", **fields)

    finished(at(0, 0))
    finished(at(9, 30))
    finished(at(23, 59, DAY - dt.timedelta(days=1)))
    finished(at(9, 40), by=bob)
    finished(at(9, 50), kind="note")
    section = done_of(alice, alice, Clock(NOW, PARIS), 10)
    assert [row.title for row in section.rows] == ["09:30", "00:00"]
    assert section.count == 2
    assert done_of(alice, alice, Clock(NOW, PARIS), 1).rest == 1


def test_one_persons_plan_is_read_by_the_index_of_owners(alice):
    """However much everybody has done, and everybody else has to do."""
    owners = [alice.pk, *(factories.UserFactory(role="sales").pk for _ in range(19))]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO activities_activity (kind, owner_id, created_by_id, due_on, done_at, done_by_id)"
            " SELECT 'task', owner, owner, date '2026-05-01' + n %% 40,"
            "   CASE WHEN done THEN timestamptz '2026-05-01 12:00+00' END, CASE WHEN done THEN owner END"
            " FROM generate_series(1, 300) AS n, unnest(ARRAY[true, false]) AS done, unnest(%s::bigint[]) AS owner"
            " ORDER BY n",
            [owners],
        )
        cursor.execute("ANALYZE activities_activity")
    read = planned_by(alice, alice).explain()
    assert "activity_owner_due" in read, read
    assert "Seq Scan on activities_activity " not in read
