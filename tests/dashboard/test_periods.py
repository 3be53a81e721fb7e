from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from dashboard.board import Query
from dashboard.periods import (
    PRESETS,
    Bucket,
    Period,
    all_time,
    bucket_start,
    counterpart,
    fitting,
    months_later,
    year_before,
)

D = dt.date
UTC = ZoneInfo("UTC")


def query(first, last, today):
    return Query(None, Period(first, last), "day", today, UTC)


def test_previous_is_as_many_days_ending_the_day_before():
    assert Period(D(2026, 3, 1), D(2026, 3, 31)).previous() == Period(D(2026, 1, 29), D(2026, 2, 28))
    assert Period(D(2026, 3, 1), D(2026, 3, 1)).previous() == Period(D(2026, 2, 28), D(2026, 2, 28))


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        (D(2026, 3, 1), D(2026, 3, 31), Period(D(2025, 3, 1), D(2025, 3, 31))),
        (D(2024, 2, 29), D(2024, 2, 29), Period(D(2023, 2, 28), D(2023, 2, 28))),
        (D(2024, 2, 1), D(2024, 2, 29), Period(D(2023, 2, 1), D(2023, 2, 28))),
        (D(2025, 2, 1), D(2025, 2, 28), Period(D(2024, 2, 1), D(2024, 2, 28))),
    ],
)
def test_last_year_is_the_same_dates(first, last, before):
    assert Period(first, last).last_year() == before


def test_a_period_that_is_not_over_is_compared_with_as_many_days():
    asked = query(D(2026, 11, 1), D(2026, 11, 30), D(2026, 11, 10))
    assert asked.elapsed == 10
    assert asked.previous == Period(D(2026, 10, 2), D(2026, 10, 11)), "the first ten of the thirty days before"
    assert asked.last_year == Period(D(2025, 11, 1), D(2025, 11, 10))


def test_the_29th_of_february_is_compared_with_the_28th():
    asked = query(D(2024, 2, 1), D(2024, 3, 31), D(2024, 2, 29))
    assert asked.last_year == Period(D(2023, 2, 1), D(2023, 2, 28))


@pytest.mark.parametrize("today", [D(2026, 12, 1), D(2026, 11, 30), D(2025, 1, 1)])
def test_a_period_that_is_over_or_not_begun_is_not_cut(today):
    asked = query(D(2026, 11, 1), D(2026, 11, 30), today)
    assert asked.previous == Period(D(2026, 10, 2), D(2026, 10, 31))
    assert asked.last_year == Period(D(2025, 11, 1), D(2025, 11, 30))


def test_buckets_cover_the_period_without_gap_and_are_cut_at_its_ends():
    period = Period(D(2025, 12, 10), D(2026, 2, 3))
    for by in ("day", "week", "month"):
        buckets = period.buckets(by)
        assert buckets[0].period.first == period.first
        assert buckets[-1].period.last == period.last
        for one, following in pairwise(buckets):
            assert following.period.first == one.period.last + dt.timedelta(days=1)
            assert following.start == following.period.first
    assert [bucket.start for bucket in period.buckets("month")] == [D(2025, 12, 1), D(2026, 1, 1), D(2026, 2, 1)]
    assert period.buckets("week")[0].start == D(2025, 12, 8)
    assert len(period.buckets("day")) == period.days == 56


def test_weeks_begin_on_monday():
    assert bucket_start(D(2027, 1, 3), "week") == D(2026, 12, 28)
    assert bucket_start(D(2026, 12, 28), "week") == D(2026, 12, 28)


def test_a_week_meets_the_one_52_weeks_before():
    assert counterpart(D(2026, 12, 28), "week") == D(2025, 12, 29)
    assert counterpart(D(2026, 3, 1), "month") == D(2025, 3, 1)
    assert counterpart(D(2024, 2, 29), "day") == year_before(D(2024, 2, 29)) == D(2023, 2, 28)
    assert Bucket.of(D(2026, 2, 1), "month").period == Period(D(2026, 2, 1), D(2026, 2, 28))


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("this-month", D(2026, 3, 1), D(2026, 3, 31)),
        ("last-month", D(2026, 2, 1), D(2026, 2, 28)),
        ("last-30-days", D(2026, 3, 2), D(2026, 3, 31)),
        ("last-90-days", D(2026, 1, 1), D(2026, 3, 31)),
        ("this-quarter", D(2026, 1, 1), D(2026, 3, 31)),
        ("this-year", D(2026, 1, 1), D(2026, 12, 31)),
        ("last-12-months", D(2025, 4, 1), D(2026, 3, 31)),
        ("last-year", D(2025, 1, 1), D(2025, 12, 31)),
    ],
)
def test_presets(name, first, last):
    assert PRESETS[name][1](D(2026, 3, 31)) == Period(first, last)


def test_presets_at_the_turn_of_the_year_and_on_leap_day():
    assert PRESETS["last-month"][1](D(2026, 1, 31)) == Period(D(2025, 12, 1), D(2025, 12, 31))
    assert PRESETS["last-12-months"][1](D(2024, 2, 29)) == Period(D(2023, 3, 1), D(2024, 2, 29))
    assert PRESETS["this-quarter"][1](D(2026, 12, 31)) == Period(D(2026, 10, 1), D(2026, 12, 31))


def test_all_time_begins_with_the_oldest_order_and_covers_at_most_20_years():
    today = D(2026, 3, 31)
    assert all_time(D(2019, 5, 6), today) == Period(D(2019, 5, 6), today)
    assert all_time(D(1970, 1, 1), today) == Period(D(2006, 4, 1), today)
    assert all_time(None, today) == all_time(D(2030, 1, 1), today) == Period(D(2026, 1, 1), D(2026, 12, 31))


def test_months_later_keeps_to_the_end_of_shorter_months():
    assert months_later(D(2026, 1, 31), 1) == D(2026, 2, 28)
    assert months_later(D(2026, 3, 31), -13) == D(2025, 2, 28)


def test_the_bucket_fits_the_period():
    assert [fitting(Period(D(2026, 1, 1), D(2026, 1, 1) + dt.timedelta(days=n))) for n in (30, 89, 364)] == [
        "day",
        "week",
        "month",
    ]


def test_bounds_are_half_open_and_know_clock_changes():
    start, end = Period(D(2025, 3, 30), D(2025, 3, 30)).bounds(ZoneInfo("Europe/London"))
    assert (start.astimezone(dt.UTC).hour, end.astimezone(dt.UTC).hour) == (0, 23)
