"""The board says what the definitions say, counted row by row."""

from __future__ import annotations

import datetime as dt
import random
from zoneinfo import ZoneInfo

import pytest

from dashboard.board import Query, read_board, read_lines
from dashboard.figures import Figures, total
from dashboard.models import KeptFigures
from dashboard.periods import DAY, Period, bucket_start
from dashboard.scope import scope_of
from tests.dashboard import shop

LONDON = ZoneInfo("Europe/London")
TODAY = dt.date(2026, 4, 9)
START, END = dt.datetime(2024, 11, 1, tzinfo=dt.UTC), dt.datetime(2026, 4, 12, tzinfo=dt.UTC)


def board(user, first, last, by="month", zone=LONDON, today=TODAY, **filters):
    return read_board(Query(scope_of(user, **filters), Period(first, last), by, today, zone))


@pytest.fixture
def people(alice, bob):
    return shop.fill(owners=[alice, bob, None], first=START, last=END)


def check(user, first, last, by, zone=LONDON, today=TODAY, owner=None, **filters):
    shown = board(user, first, last, by, zone, today, **filters)
    scope = {"owner": owner} | filters
    if filters.get("country") == "-":
        scope["country"] = ""
    slowly = shop.Slowly(zone)
    assert shown.total == slowly.figures(Period(first, last), **scope), (first, last, by, zone)
    for line in shown.lines:
        assert line.figures == slowly.figures(line.bucket.period, **scope), line.bucket
        if line.year_ago:
            assert line.net_year_ago == slowly.figures(line.year_ago.period, **scope).net
    for other in (shown.previous, shown.last_year):
        assert other.figures == slowly.figures(other.period, **scope), other.period
    return shown


def test_it_works(rita, people):
    check(rita, dt.date(2025, 5, 1), TODAY, "month")


@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kolkata", "America/New_York", "Pacific/Auckland", "UTC"])
def test_any_range_any_bucket_any_zone(rita, people, zone):
    """Ranges of chance: whole and broken months, one day, today, the future, before everything."""
    chance, zone = random.Random(zone), ZoneInfo(zone)
    for _ in range(8):
        first = START.date() + dt.timedelta(days=chance.randrange(-40, 530))
        last = first + dt.timedelta(days=chance.choice((0, 1, 6, 13, 30, 45, 89, 200)))
        check(rita, first, last, chance.choice(("day", "week", "month")), zone)


@pytest.mark.parametrize("filters", [{"country": "GB"}, {"channel": "phone"}, {"country": "-", "channel": "shop"}])
@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_filters_narrow_every_figure(rita, people, filters, by):
    check(rita, dt.date(2026, 1, 15), TODAY, by, **filters)


def test_sales_sees_the_customers_it_owns(alice, people):
    shown = check(alice, dt.date(2025, 5, 1), TODAY, "month", owner=alice.pk)
    everything = shop.Slowly(LONDON).figures(Period(dt.date(2025, 5, 1), TODAY))
    assert 0 < shown.total.orders < everything.orders


def test_a_deleted_customer_is_nobodys_buyer_and_brings_revenue(rita, ada, people):
    before = board(rita, dt.date(2025, 5, 1), TODAY).total
    people[0].delete_softly(by=ada)
    after = check(rita, dt.date(2025, 5, 1), TODAY, "month").total
    assert (after.net, after.orders) == (before.net, before.orders)
    assert after.customers == before.customers - 1


def test_the_sum_of_the_buckets_is_the_total(rita, people):
    chance = random.Random(4)
    for _ in range(10):
        first = START.date() + dt.timedelta(days=chance.randrange(0, 500))
        last = first + dt.timedelta(days=chance.randrange(0, 200))
        for by in ("day", "week", "month"):
            shown = board(rita, first, last, by)
            added = total(line.figures for line in shown.lines)
            assert added.with_customers(0) == shown.total.with_customers(0)
            assert added.customers >= shown.total.customers


def test_empty_buckets_are_rows(rita, db):
    shown = board(rita, dt.date(2026, 1, 1), dt.date(2026, 1, 31), "day")
    assert len(shown.lines) == 31
    assert all(line.figures == Figures() for line in shown.lines)
    assert shown.total.average is None


def test_an_order_at_half_past_eleven_utc_is_of_the_next_day_in_kolkata(rita, customer):
    placed = dt.datetime(2025, 12, 31, 23, 30, tzinfo=dt.UTC)
    shop.order_of(customer, placed, number="late").save()
    first, last = dt.date(2025, 12, 31), dt.date(2026, 1, 1)
    counts = {
        name: [line.figures.orders for line in board(rita, first, last, "day", ZoneInfo(name)).lines]
        for name in ("UTC", "Asia/Kolkata", "America/New_York")
    }
    assert counts == {"UTC": [1, 0], "Asia/Kolkata": [0, 1], "America/New_York": [1, 0]}
    months = board(rita, dt.date(2025, 12, 1), dt.date(2026, 1, 31), "month", ZoneInfo("Asia/Kolkata")).lines
    assert [line.figures.orders for line in months] == [0, 1]


def test_days_of_23_and_25_hours_are_whole(rita, customer):
    """London: 30 March 2025 has 23 hours, 26 October 25. An order in each hour, and one just outside."""
    for start, hours in ((dt.date(2025, 3, 30), 23), (dt.date(2025, 10, 26), 25)):
        midnight = dt.datetime.combine(start, dt.time(), LONDON).astimezone(dt.UTC)
        for hour in range(-1, hours + 1):
            moment = midnight + dt.timedelta(hours=hour, minutes=30)
            shop.order_of(customer, moment, number=f"{start}-{hour}").save()
        shown = board(rita, start - DAY, start + DAY, "day")
        assert [line.figures.orders for line in shown.lines] == [1, hours, 1]
        assert board(rita, start, start, "week").total.orders == hours


def test_iso_weeks_at_the_turn_of_a_year_with_53(rita, customer):
    """Week 53 of 2026 ends on Sunday 3 January 2027."""
    for day in (dt.date(2026, 12, 27), dt.date(2026, 12, 28), dt.date(2027, 1, 3), dt.date(2027, 1, 4)):
        moment = dt.datetime.combine(day, dt.time(12), dt.UTC)
        shop.order_of(customer, moment, number=str(day)).save()
    lines = board(rita, dt.date(2026, 12, 21), dt.date(2027, 1, 10), "week", today=dt.date(2027, 2, 1)).lines
    assert [(line.bucket.start, line.figures.orders) for line in lines] == [
        (dt.date(2026, 12, 21), 1),
        (dt.date(2026, 12, 28), 2),
        (dt.date(2027, 1, 4), 1),
    ]


def test_kept_or_not_is_the_same(rita, people):
    """Once counted, once from the shelf, once more after half of it was lost."""
    asked = (rita, dt.date(2025, 3, 17), TODAY, "month")
    first = board(*asked)
    assert board(*asked).lines == first.lines
    for row in KeptFigures.objects.all()[::2]:
        row.delete()
    again = board(*asked)
    assert (again.lines, again.total, again.previous, again.last_year) == (
        first.lines,
        first.total,
        first.previous,
        first.last_year,
    )


def test_the_lines_alone_are_the_lines_of_the_board(rita, people):
    for by in ("day", "week", "month"):
        query = Query(scope_of(rita), Period(dt.date(2025, 9, 10), TODAY), by, TODAY, LONDON)
        lines = [(line.bucket, line.figures) for line in read_board(query).lines]
        assert read_lines(query) == lines
        assert lines[0][0].start == bucket_start(dt.date(2025, 9, 10), by)
