"""Kept figures are never served once anything they count has changed, whoever changed it and however."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import connection, transaction

from customers.models import Customer, Order, OrderLine, RevenueStamp
from customers.models.order import IS_COUNTED, IS_PURCHASE
from dashboard import kept
from dashboard.board import Query, read_board
from dashboard.kept import settled_before
from dashboard.models import KEPT_FOR, KeptFigures
from dashboard.periods import Period
from dashboard.scope import scope_of
from dashboard.tops import read_top
from tests import factories
from tests.dashboard import shop

ZONE = ZoneInfo("Europe/London")
TODAY = dt.date(2026, 4, 9)
FIRST, LAST = dt.date(2025, 7, 1), dt.date(2025, 12, 31)
INSIDE = dt.datetime(2025, 9, 5, 12, tzinfo=dt.UTC)
BEFORE = dt.datetime(2024, 3, 5, 12, tzinfo=dt.UTC)
AFTER = dt.datetime(2026, 2, 5, 12, tzinfo=dt.UTC)
COPY = """
    CREATE TEMP TABLE staging (number text, customer bigint, placed_at timestamptz, amount numeric) ON COMMIT DROP;
"""
INSERT = """
    INSERT INTO customers_order (number, source, customer_id, kind, status, placed_at, currency, total, base_total)
    SELECT number, 'raw', customer, 'sale', 'completed', placed_at, 'EUR', amount, amount FROM staging
"""


@pytest.fixture
def world(alice, bob):
    start, end = dt.datetime(2024, 1, 10, tzinfo=dt.UTC), dt.datetime(2026, 4, 9, tzinfo=dt.UTC)
    return shop.fill(owners=[alice, bob], first=start, last=end, orders=120, customers=9)


def look(user, first=FIRST, last=LAST, by="month", **filters):
    return read_board(Query(scope_of(user, **filters), Period(first, last), by, TODAY, ZONE))


def assert_right(user, **scope):
    slowly = shop.Slowly(ZONE)
    board = look(user)
    assert board.total == slowly.figures(board.period, **scope)
    assert [line.figures for line in board.lines] == [
        slowly.figures(line.bucket.period, **scope) for line in board.lines
    ]
    assert board.last_year.figures == slowly.figures(board.last_year.period, **scope)
    return board


def raw_copy(customer, placed_at):
    """As the import does it: COPY into staging, then INSERT … SELECT, past every line of Python."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COPY)
        with cursor.copy("COPY staging FROM STDIN") as copy:
            copy.write_row(("raw-1", customer.pk, placed_at, "77.123"))
        cursor.execute(INSERT)


@dataclass
class Case:
    people: list
    at: dt.datetime
    by: object

    @property
    def order(self):
        rows = Order.everything.filter(IS_COUNTED, IS_PURCHASE, customer__isnull=False, placed_at__gte=self.at)
        return rows.order_by("placed_at").first()

    def update(self, **values):
        Order.objects.filter(pk=self.order.pk).update(**values)


WAYS = {
    "added": lambda case: shop.order_of(case.people[-1], case.at, number="new").save(),
    "edited": lambda case: case.update(base_total=4321),
    "moved in time": lambda case: case.update(placed_at=AFTER),
    "given to another customer": lambda case: case.update(customer=case.people[-1]),
    "cancelled": lambda case: case.update(status="cancelled"),
    "deleted": lambda case: case.order.delete_softly(by=case.by),
    "gone for good": lambda case: gone(case.order),
    "updated in bulk": lambda case: Order.objects.filter(placed_at__gte=case.at).update(kind="return"),
    "written by SQL": lambda case: raw_copy(case.people[-1], case.at),
}


def gone(order):
    order.lines.all().delete()
    Order.everything.filter(pk=order.pk).delete()


@pytest.mark.parametrize("at", [INSIDE, BEFORE, AFTER], ids=["inside", "before", "after"])
@pytest.mark.parametrize("way", WAYS)
def test_an_order_changed(rita, ada, world, way, at):
    assert_right(rita)
    assert_right(rita)
    WAYS[way](Case(world, at, ada))
    assert_right(rita)


def test_an_order_restored(rita, ada, world):
    order = Case(world, INSIDE, ada).order
    order.delete_softly(by=ada)
    before = assert_right(rita).total
    order.undelete(by=ada)
    assert assert_right(rita).total.gross == before.gross + order.base_total


def test_all_orders_gone(rita, world):
    assert assert_right(rita).total.orders
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE customers_order CASCADE")
    assert look(rita).total.orders == 0


def test_a_customer_deleted_and_restored(rita, ada, world):
    before = assert_right(rita)
    world[0].delete_softly(by=ada)
    assert assert_right(rita).total.customers == before.total.customers - 1
    world[0].undelete(by=ada)
    assert assert_right(rita).total == before.total


def test_a_customer_who_changes_hands_takes_past_revenue_along(alice, bob, world):
    for user in (alice, bob):
        assert_right(user, owner=user.pk)
    Customer.objects.filter(owner=alice).update(owner=bob)
    assert assert_right(alice, owner=alice.pk).total.orders == 0
    assert assert_right(bob, owner=bob.pk).total.orders > 0


def test_articles_changed_behind_the_order(rita, world):
    query = Query(scope_of(rita), Period(FIRST, LAST), "month", TODAY, ZONE)
    before = read_top(query, "articles")
    OrderLine.objects.filter(sku="A1").update(sku="Z9")
    after = {entry.key: entry.amount for entry in read_top(query, "articles")}
    assert after["Z9"] == {entry.key: entry.amount for entry in before}["A1"]
    assert "A1" not in after


def test_what_has_not_changed_is_not_counted_again(rita, world, django_assert_num_queries):
    """Two look-ups: the stamps and what is kept. An order after the period, or today, changes nothing of it."""
    look(rita)
    shop.order_of(world[0], AFTER, number="later").save()
    shop.order_of(world[0], dt.datetime(2026, 4, 9, 9, tzinfo=dt.UTC), number="today").save()
    with django_assert_num_queries(2):
        look(rita)


def test_an_order_today_leaves_the_settled_days_kept(rita, world):
    first, last = dt.date(2025, 5, 1), TODAY
    look(rita, first, last)
    kept = set(KeptFigures.objects.values_list("key", "computed_at"))
    shop.order_of(world[0], dt.datetime(2026, 4, 9, 9, tzinfo=dt.UTC), number="today").save()
    board = look(rita, first, last)
    assert board.total == shop.Slowly(ZONE).figures(board.period)
    written_again = kept - set(KeptFigures.objects.values_list("key", "computed_at"))
    assert len(written_again) == 3, "the sheet of today, the buyers since the settled days of the period and the month"
    assert len(kept) > 20


@pytest.mark.parametrize("name", ["Asia/Kolkata", "America/New_York", "Pacific/Auckland", "UTC", "America/Havana"])
def test_no_order_of_today_shares_a_stamp_with_a_settled_day(name):
    zone = ZoneInfo(name)
    for number in range(366):
        today = dt.date(2026, 1, 1) + dt.timedelta(days=number)
        settled = settled_before(today, zone)
        assert settled in {today, today - dt.timedelta(days=1)}
        last_settled = dt.datetime.combine(settled, dt.time(), zone).astimezone(dt.UTC) - dt.timedelta(microseconds=1)
        first_today = dt.datetime.combine(today, dt.time(), zone).astimezone(dt.UTC)
        assert last_settled.date() < first_today.date()


def test_sales_and_all_never_share_what_is_kept(rita, alice, bob, world):
    figures = {user.pk: look(user).total for user in (rita, alice, bob)}
    assert len(set(figures.values())) == 3
    assert {user.pk: look(user).total for user in (bob, alice, rita)} == figures


def test_who_sees_nothing_gets_no_kept_figures(rita, gus, charlie, world):
    from django.core.exceptions import PermissionDenied

    from dashboard.scope import Scope

    look(rita)
    for user in (gus, charlie):
        with pytest.raises(PermissionDenied):
            read_board(Query(Scope(user), Period(FIRST, LAST), "month", TODAY, ZONE))


def test_old_figures_are_forgotten(rita, world):
    look(rita)
    kept = KeptFigures.objects.count()
    at = KeptFigures.objects.latest("computed_at").computed_at
    assert KeptFigures.forget_old(at=at) == 0
    assert KeptFigures.forget_old(at=at + KEPT_FOR + dt.timedelta(seconds=1)) == kept


def test_folding_changes_no_sum_and_spoils_nothing(rita, world, django_assert_num_queries):
    for number in range(5):
        shop.order_of(world[0], INSIDE, number=f"more-{number}").save()
    look(rita)
    rows = RevenueStamp.objects.count()
    RevenueStamp.fold()
    assert RevenueStamp.objects.count() < rows
    assert RevenueStamp.objects.filter(day=INSIDE.date()).count() == 1
    with django_assert_num_queries(2):
        look(rita)


def test_a_crowd_of_stamps_is_added_up_by_whoever_counts(rita, world, monkeypatch):
    monkeypatch.setattr(kept, "CROWD", 3)
    for number in range(6):
        shop.order_of(world[0], INSIDE, number=f"more-{number}").save()
    assert_right(rita)
    assert RevenueStamp.objects.filter(day=INSIDE.date()).count() == 1
    assert_right(rita)


def test_changing_many_customers_stamps_only_who_changed_hands(alice, bob, world):
    before = RevenueStamp.objects.count()
    Customer.objects.update(city="Lund")
    assert RevenueStamp.objects.count() == before
    Customer.objects.filter(pk=world[0].pk).update(owner=None)
    assert RevenueStamp.objects.filter(owner=world[0].owner_id).count() >= 1
    assert not RevenueStamp.objects.filter(day=None, owner=None).exists()


@pytest.fixture
def other():
    """A connection of its own, as another process has one."""
    own = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{name: own[name] for name in names if own.get(name)}) as found:
        found.execute("SET lock_timeout = '2s'")
        yield found


@pytest.mark.django_db(transaction=True)
def test_writers_of_the_same_day_do_not_wait_for_one_another(customer, other):
    """Nor can they fall into a deadlock, in whatever order they touch the days."""
    first = shop.order_of(customer, INSIDE, number="a")
    with transaction.atomic():
        first.save()
        other.execute(
            "INSERT INTO customers_order (number, customer_id, placed_at, currency, base_total) VALUES"
            " ('b', %s, %s, 'EUR', 1), ('c', %s, %s, 'EUR', 1)",
            [customer.pk, BEFORE, customer.pk, INSIDE],
        )
        other.commit()
        shop.order_of(customer, BEFORE, number="d").save()
    assert Order.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_an_order_is_seen_from_its_commit_on(rita, customer, other):
    shop.order_of(customer, INSIDE, number="a").save()
    assert look(rita).total.orders == 1
    other.execute(
        "INSERT INTO customers_order (number, customer_id, placed_at, currency, base_total, status)"
        " VALUES ('b', %s, %s, 'EUR', 5, 'completed')",
        [customer.pk, INSIDE],
    )
    assert look(rita).total.orders == 1
    other.commit()
    assert look(rita).total.orders == 2


@pytest.mark.django_db(transaction=True)
def test_a_board_is_of_one_moment(rita, customer, other, monkeypatch):
    """An order that comes while a board is being counted is in all of its figures or in none."""
    from dashboard import reading

    shop.order_of(customer, INSIDE, number="a").save()
    count = reading.count

    def count_late(*asked):
        other.execute(
            "INSERT INTO customers_order (number, customer_id, placed_at, currency, base_total, status)"
            " VALUES ('b', %s, %s, 'EUR', 5, 'completed')",
            [customer.pk, INSIDE],
        )
        other.commit()
        return count(*asked)

    monkeypatch.setattr(reading, "count", count_late)
    assert look(rita).total.orders == 1
    monkeypatch.setattr(reading, "count", count)
    assert look(rita).total.orders == 2, "what was counted too early is not kept for good"


@pytest.mark.django_db(transaction=True)
def test_folding_waits_for_nobody(customer, other):
    shop.order_of(customer, INSIDE, number="a").save()
    shop.order_of(customer, INSIDE, number="b").save()
    other.execute("SELECT FROM customers_revenuestamp FOR UPDATE")
    done = threading.Event()

    def fold():
        RevenueStamp.fold()
        connection.close()
        done.set()

    threading.Thread(target=fold, daemon=True).start()
    assert done.wait(5)
    assert RevenueStamp.objects.filter(day=INSIDE.date()).count() == 2


def test_it_needs_no_customer(rita, db):
    factories.OrderFactory(customer=None, placed_at=INSIDE)
    assert_right(rita)
