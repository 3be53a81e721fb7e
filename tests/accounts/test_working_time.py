"""Minutes that count only while work is done: nights, weekends, holidays, and days on which clocks are changed."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Holiday, WorkingHours
from accounts.working_time import NoWorkingTime, Schedule

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NINE, FIVE = dt.time(9), dt.time(17)
WEEK = dict.fromkeys(range(5), (NINE, FIVE))
#: all hours of every day but the last minute
ROUND_THE_CLOCK = dict.fromkeys(range(7), (dt.time(0), dt.time(23, 59)))
EASTER = frozenset({dt.date(2026, 4, 3), dt.date(2026, 4, 6)})  # Friday and Monday


def utc(text):
    return at(text, dt.UTC)


def schedule(hours=WEEK, holidays=frozenset(), zone=STOCKHOLM):
    return Schedule(hours, frozenset(holidays), zone)


def at(text, zone=STOCKHOLM, fold=0):
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-11-16 10:00", 60, "2026-11-16 11:00"),
        ("2026-11-16 16:00", 60, "2026-11-16 17:00"),  # to the last minute
        ("2026-11-16 16:30", 60, "2026-11-17 09:30"),  # over night
        ("2026-11-16 06:00", 60, "2026-11-16 10:00"),  # before work
        ("2026-11-16 22:00", 60, "2026-11-17 10:00"),  # after it
        ("2026-11-16 17:00", 1, "2026-11-17 09:01"),
        ("2026-11-20 16:45", 60, "2026-11-23 09:45"),  # Friday to Monday
        ("2026-11-21 12:00", 0, "2026-11-23 09:00"),  # Saturday, nothing to wait for but the opening
        ("2026-11-16 10:00", 8 * 60 * 5, "2026-11-23 10:00"),  # a week
    ],
)
def test_minutes_are_added_where_work_is_done(start, minutes, due):
    assert schedule().add_working_minutes(at(start), minutes) == at(due)


def test_a_long_weekend_is_jumped():
    """Maundy Thursday, half an hour before the end: Friday and Monday are holidays, between them lies a weekend."""
    easter = schedule(holidays=EASTER)
    assert easter.add_working_minutes(at("2026-04-02 16:30"), 60) == at("2026-04-07 09:30")
    assert easter.working_minutes(at("2026-04-02 16:30"), at("2026-04-07 09:30")) == 60
    assert easter.next_opening(at("2026-04-03 10:00")) == at("2026-04-07 09:00")
    assert not easter.is_working(at("2026-04-06 10:00"))


def test_the_day_that_loses_an_hour():
    """29 March 2026, 02:00 to 03:00 does not exist: the day has 23 hours, and the last minute is free."""
    clock = schedule(ROUND_THE_CLOCK)
    assert clock.working_minutes(at("2026-03-29 00:00"), at("2026-03-30 00:00")) == 23 * 60 - 1
    assert clock.add_working_minutes(at("2026-03-29 01:30"), 60) == at("2026-03-29 03:30")


def test_the_day_that_has_an_hour_twice():
    clock = schedule(ROUND_THE_CLOCK)
    assert clock.working_minutes(at("2026-10-25 00:00"), at("2026-10-26 00:00")) == 25 * 60 - 1
    assert clock.add_working_minutes(at("2026-10-25 01:30"), 120) == utc("2026-10-25 01:30")


def test_office_hours_are_the_same_length_on_both_sides_of_a_change():
    clock = schedule()
    friday, monday = at("2026-03-27 16:00"), at("2026-03-30 10:00")
    assert clock.working_minutes(friday, monday) == 120
    assert clock.add_working_minutes(friday, 120) == monday


def test_hours_inside_the_hour_that_is_skipped_are_none():
    night = schedule({6: (dt.time(2, 15), dt.time(2, 45))})
    assert night.add_working_minutes(at("2026-03-28 12:00"), 0) == at("2026-03-29 03:15")
    short = schedule({6: (dt.time(2, 30), dt.time(3))})
    assert short.opening(dt.date(2026, 3, 29)) is None


def test_a_day_that_a_whole_country_skipped_counts_once():
    """Samoa went from 29 to 31 December 2011."""
    apia = ZoneInfo("Pacific/Apia")
    clock = schedule(dict.fromkeys(range(7), (NINE, FIVE)), zone=apia)
    start, end = at("2011-12-29 00:00", apia), at("2011-12-31 23:59", apia)
    assert clock.working_minutes(start, end) == 2 * 8 * 60


def test_the_zone_is_the_organisations(db, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    loaded = Schedule.load()
    assert loaded.is_working(at("2026-11-16 09:30", ZoneInfo("Asia/Tokyo")))
    assert not loaded.is_working(at("2026-11-16 09:30", dt.UTC))


def test_it_is_loaded_with_one_query(db, django_assert_num_queries):
    WorkingHours.objects.filter(weekday=0).update(opens="10:00")
    Holiday.objects.create(day="2026-11-17", name="A day off")
    with django_assert_num_queries(1):
        loaded = Schedule.load()
        assert loaded.add_working_minutes(at("2026-11-16 08:00", dt.UTC), 7 * 60 + 1) == at("2026-11-18 09:01", dt.UTC)


@pytest.mark.parametrize("minutes", [0, 1, 60])
def test_without_working_hours_nothing_can_be_added(minutes):
    with pytest.raises(NoWorkingTime):
        schedule({}).add_working_minutes(at("2026-11-16 10:00"), minutes)
    assert schedule({}).working_minutes(at("2026-11-16 10:00"), at("2026-12-16 10:00")) == 0


def test_a_year_of_holidays_does_not_hang():
    days = {dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(400)}
    with pytest.raises(NoWorkingTime):
        schedule(holidays=days).add_working_minutes(at("2026-01-01 10:00"), 1)


def test_measured_backwards_it_is_negative():
    assert schedule().working_minutes(at("2026-11-17 09:30"), at("2026-11-16 16:30")) == -60


NAMES = ["Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
ZONES = [ZoneInfo(name) for name in NAMES]
LAST = 24 * 60 - 1


def span(opens, length):
    """From a minute of the day on, so many minutes, at most until the last of the day."""
    closes = min(opens + length, LAST)
    return dt.time(*divmod(opens, 60)), dt.time(*divmod(closes, 60))


SPANS = st.builds(span, st.integers(0, LAST - 1), st.integers(1, LAST))
DAYS = st.integers(0, 364).map(lambda day: dt.date(2026, 1, 1) + dt.timedelta(days=day))
schedules = st.builds(
    Schedule,
    st.dictionaries(st.integers(0, 6), SPANS, min_size=1),
    st.frozensets(DAYS, max_size=8),
    st.sampled_from(ZONES),
)
# A busy machine is slow to draw; that is no failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
MOMENTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 31), timezones=st.just(dt.UTC))


@patient
@given(schedules, MOMENTS, st.integers(0, 5_000))
def test_what_is_added_is_what_is_measured(clock, start, minutes):
    due = clock.add_working_minutes(start, minutes)
    assert due >= start
    assert clock.working_minutes(start, due) == minutes


@patient
@given(schedules, MOMENTS, st.integers(0, 1_000), st.integers(0, 1_000))
def test_two_steps_are_one(clock, start, first, second):
    # Zero minutes wait for the opening; from there both ways are the same.
    start = clock.next_opening(start)
    halfway = clock.add_working_minutes(start, first)
    assert clock.working_minutes(start, clock.add_working_minutes(halfway, second)) == first + second


@patient
@given(schedules, MOMENTS)
def test_it_opens_when_somebody_works(clock, start):
    assert clock.is_working(clock.next_opening(start))
