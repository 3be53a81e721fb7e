"""The first-response clock in words: what is left, how late it is, how fast it was answered, by working time."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Holiday, WorkingHours
from accounts.working_time import Schedule
from crm.events import record
from crm.models import Event
from leads import clock, jobs
from leads.models import Lead, Source
from tests import factories

#: A Monday, ten in the morning; work is from nine to five.
NOW = dt.datetime(2026, 11, 16, 10, tzinfo=dt.UTC)
NINE, FIVE = dt.time(9), dt.time(17)
SCHEDULE = Schedule(dict.fromkeys(range(5), (NINE, FIVE)), frozenset({dt.date(2026, 12, 25)}), dt.UTC)


def minutes(count):
    return dt.timedelta(minutes=count)


def lead(**fields):
    """Not saved: the words need no database."""
    return Lead(**{"status": "new", "created_at": NOW, "response_due_at": NOW + minutes(60)} | fields)


def words(row, at=NOW):
    found = clock.countdown(row, at, SCHEDULE)
    return found.text, found.tone


def test_it_works(db, settings):
    settings.FIRST_RESPONSE_MINUTES = 90
    demo = Source.objects.get(kind="demo_request")
    assert clock.response_due(factories.LeadFactory.build(owner=None), NOW) == NOW + minutes(90)
    assert clock.response_due(factories.LeadFactory.build(owner=None, source=demo), NOW) == NOW + minutes(15)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-16 16:30", "2026-11-17 09:30"),
        ("2026-11-20 16:30", "2026-11-23 09:30"),  # over the weekend
        ("2026-12-24 16:30", "2026-12-28 09:30"),  # Christmas, and then the weekend
        ("2026-12-25 10:00", "2026-12-28 10:00"),
    ],
)
def test_nights_weekends_and_holidays_do_not_count(db, start, due):
    Holiday.objects.create(day="2026-12-25", name="Christmas")
    start, due = (dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC) for text in (start, due))
    assert clock.due_after(None, start) == due


def test_without_working_hours_there_is_no_clock(db):
    WorkingHours.objects.all().delete()
    assert clock.due_after(None, NOW) is None


@pytest.mark.parametrize(
    ("fields", "at", "expected"),
    [
        ({}, NOW, ("1 h left", "")),
        ({}, NOW + minutes(37), ("23 min left", "")),
        ({}, NOW + minutes(50), ("10 min left", "warn")),
        ({}, NOW + minutes(60), ("0 min left", "warn")),
        ({}, NOW + minutes(65), ("5 min late", "bad")),
        ({}, NOW + minutes(190), ("2 h late", "bad")),
        ({}, NOW + dt.timedelta(days=7), ("4 d late", "bad")),
        # Due at the end of the day: late by no working minute until the next begins.
        ({"response_due_at": NOW + minutes(420)}, NOW + minutes(500), ("late", "bad")),
        ({"responded_at": NOW + minutes(12)}, NOW + dt.timedelta(days=9), ("answered in 12 min", "good")),
        ({"responded_at": NOW + minutes(125)}, NOW, ("answered in 2 h, late", "warn")),
        ({"responded_at": NOW - minutes(5)}, NOW, ("answered in 0 min", "good")),
        ({"responded_at": NOW, "response_due_at": None}, NOW, ("answered", "")),
        ({"response_due_at": None}, NOW, ("", "")),
        ({"status": "lost"}, NOW + minutes(90), ("", "")),
        ({"status": "lost", "responded_at": NOW + minutes(12)}, NOW, ("answered in 12 min", "good")),
    ],
    ids=str,
)
def test_the_words(fields, at, expected):
    assert words(lead(**fields), at) == expected


@pytest.mark.parametrize(
    ("days", "at", "expected"),
    [
        (1, NOW + minutes(600), ("due Tue 11:00", "")),  # at night
        (1, NOW + minutes(60 * 21), ("due 11:00", "")),  # early in the morning
        (7, NOW + dt.timedelta(days=5), ("due Mon 11:00", "")),  # on Saturday
        (7, NOW + dt.timedelta(days=5, minutes=30), ("due Mon 11:00", "")),
        (39, NOW + dt.timedelta(days=28, hours=10), ("due 25 Dec 2026, 11:00", "")),
    ],
)
def test_while_nobody_works_it_says_when_it_is_due_in_the_zone_of_the_reader(days, at, expected):
    with timezone.override("Europe/Paris"):
        assert words(lead(response_due_at=NOW + dt.timedelta(days=days)), at) == expected


def test_due_soon_after_work_begins_it_warns_while_nobody_works():
    row = lead(response_due_at=NOW + dt.timedelta(days=7, minutes=-51))
    with timezone.override("UTC"):
        assert words(row, NOW + dt.timedelta(days=5)) == ("due Mon 09:09", "warn")


def test_a_cell_says_the_same(db):
    cell = clock.clock_cell(lead(), NOW, SCHEDULE)
    assert (cell.kind, cell.value, cell.extra) == ("badge", "1 h left", "")


def test_reopened_before_anybody_answered_it_is_due_anew(db):
    late = NOW + dt.timedelta(days=1)
    assert clock.due_when_reopened(lead(), late) == late + minutes(60)


def test_reopened_after_an_answer_it_stays_answered(db):
    answered = lead(responded_at=NOW + minutes(5))
    assert clock.due_when_reopened(answered, NOW + dt.timedelta(days=1)) == answered.response_due_at


def test_a_new_holiday_moves_the_clocks_that_still_run(db, ada, settings):
    settings.TIME_ZONE = "UTC"
    running = factories.LeadFactory(response_due_at=NOW + minutes(60))
    answered = factories.LeadFactory(response_due_at=NOW + minutes(60), responded_at=NOW)
    imported = factories.LeadFactory(response_due_at=None)
    came_back = factories.LeadFactory(response_due_at=NOW + minutes(60))
    Lead.everything.update(created_at=NOW)
    tuesday = NOW + dt.timedelta(days=1)
    Event.objects.filter(pk=record("lead.reopened", on=came_back, by=ada).pk).update(at=tuesday)
    holiday = Holiday.objects.create(day=NOW.date(), name="Founders' day")
    jobs.reset_clocks(0)  # nobody said that anything had changed
    assert Lead.everything.get(pk=running.pk).response_due_at == NOW + minutes(60)
    record("holiday.created", on=holiday, by=ada)
    jobs.reset_clocks(0)
    due = dict(Lead.everything.values_list("pk", "response_due_at"))
    assert due == {
        running.pk: tuesday.replace(hour=10),
        answered.pk: NOW + minutes(60),
        imported.pk: None,
        came_back.pk: tuesday + minutes(60),
    }


def test_many_leads_are_told_without_a_query(db, django_assert_num_queries):
    rows = [lead() for _ in range(50)]
    with django_assert_num_queries(0):
        for row in rows:
            clock.countdown(row, NOW, SCHEDULE)
