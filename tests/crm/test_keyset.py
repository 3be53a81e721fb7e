"""Pages by position: forwards, backwards and at once give the same rows, whatever values are equal."""

from __future__ import annotations

import base64
import datetime as dt
import json
from decimal import Decimal

import pytest
from django.db import models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm import bulk
from crm.errors import BadInput
from crm.keyset import SORT, Position, Sort, page_of
from customers.models import Customer, Order
from tests import factories


def walk(branches, sort, *, down, size, back=False):
    """Every id, page by page."""
    found, position = [], None
    for _page in range(2_000):
        ids, more = page_of(branches, sort, down=down, position=position, back=back, size=size)
        found = ids + found if back else found + ids
        if not more:
            return found
        edge = ids[0] if back else ids[-1]
        value = (
            branches[0].model.everything.annotate(**{SORT: sort.expression}).values_list(SORT, flat=True).get(pk=edge)
        )
        position = Position(value, edge, 0)
    raise AssertionError("it does not end")


def whole(rows, sort, *, down):
    order = [f"-{SORT}", "-pk"] if down else [SORT, "pk"]
    return list(rows.annotate(**{SORT: sort.expression}).order_by(*order).values_list("pk", flat=True))


@pytest.fixture
def crowd(db):
    """1,000 customers with twenty names and seven values between them."""
    bulk.execute(
        "INSERT INTO customers_customer (name, net_total)"
        " SELECT 'Name ' || n * 7919 % 20, n * 104729 % 7 FROM generate_series(0, 999) AS n"
    )
    return Customer.objects.get_queryset()


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("key", ["sort_key", "net_total", "id"])
def test_forwards_backwards_and_at_once_are_the_same(crowd, key, down):
    sort = Sort(key)
    expected = whole(crowd, sort, down=down)
    assert walk([crowd], sort, down=down, size=50) == expected
    assert walk([crowd], sort, down=down, size=50, back=True) == expected
    assert len(expected) == 1_000


@pytest.mark.parametrize("down", [False, True])
def test_several_branches_are_one_list(crowd, down):
    branches = [crowd.filter(net_total__lt=2), crowd.filter(net_total=2), crowd.filter(net_total__gt=2), crowd.none()]
    sort = Sort("sort_key")
    expected = whole(crowd, sort, down=down)
    assert walk(branches, sort, down=down, size=77) == expected
    assert walk(branches, sort, down=down, size=77, back=True) == expected


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.sampled_from(["", "a", "A", "å", "b b", "z", "Ω", "%", "\\", "'"]), max_size=30),
    size=st.integers(1, 7),
    down=st.booleans(),
)
def test_any_names_in_pages_of_any_size(values, size, down):
    Customer.everything.all().delete()
    Customer.objects.bulk_create([Customer(name=value) for value in values])
    rows, sort = Customer.objects.get_queryset(), Sort("sort_key")
    expected = whole(rows, sort, down=down)
    assert walk([rows], sort, down=down, size=size) == expected
    assert walk([rows], sort, down=down, size=size, back=True) == expected


def test_a_row_that_comes_or_goes_disturbs_no_other(crowd):
    sort = Sort("sort_key")
    first, _more = page_of([crowd], sort, down=False, position=None, back=False, size=50)
    last = Customer.objects.get(pk=first[-1])
    position = Position(last.sort_key, last.pk, 50)
    expected, _more = page_of([crowd], sort, down=False, position=position, back=False, size=50)
    factories.CustomerFactory(name="Aaa")
    Customer.everything.filter(pk__in=first).delete()
    assert page_of([crowd], sort, down=False, position=position, back=False, size=50)[0] == expected


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("ångström ', \\ %", models.TextField()),
        (Decimal("-12.5000"), models.DecimalField(max_digits=18, decimal_places=4)),
        (dt.datetime(2026, 10, 25, 1, 30, 5, 123456, tzinfo=dt.UTC), models.DateTimeField()),
        (2**62, models.BigIntegerField()),
    ],
)
def test_a_position_travels_in_a_url(value, field):
    position = Position(value, 17, 50)
    token = position.encode()
    assert token.isascii()
    assert not set(token) & set("&=+/ ")
    assert Position.decode(token, field) == position


def made_up(*parts):
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "token",
    [
        *("", "x", "AAAA", "%%%", "é", "null", made_up(), made_up("a"), made_up("a", 1), made_up("a", 1, 2, 3)),
        *(
            made_up("a", "1", 0),
            made_up("a", -1, 0),
            made_up("a", 2**63, 0),
            made_up("a", 1, 2**53),
            made_up("a", 1, -1),
        ),
        *(
            made_up(None, 1, 0),
            made_up(["a"], 1, 0),
            made_up({}, 1, 0),
            made_up("a\x00", 1, 0),
            made_up("\ud800", 1, 0),
        ),
        *(made_up(1.5, 1, 0), made_up(float("nan"), 1, 0)),
        base64.urlsafe_b64encode(b"[" * 20_000).decode(),
    ],
)
def test_a_position_that_somebody_made_up_is_refused(token):
    with pytest.raises(BadInput, match="not known"):
        Position.decode(token, models.TextField())


@pytest.mark.parametrize("value", ["soon", "2026-13-01", "NaN", "Infinity", "9" * 400])
def test_a_value_of_another_kind_is_refused(value):
    for field in (models.DateTimeField(), models.DecimalField(max_digits=18, decimal_places=4)):
        with pytest.raises(BadInput):
            Position.decode(made_up(value, 1, 0), field)


def test_a_deep_page_walks_the_index(db):
    from crm import bulk

    bulk.execute(
        "INSERT INTO customers_order (number, placed_at, currency)"
        " SELECT n::text, now() - n * interval '1 minute', 'EUR' FROM generate_series(1, 20000) n"
    )
    bulk.execute("ANALYZE customers_order")
    order = Order.objects.order_by("-placed_at")[10_000]
    rows = Order.objects.get_queryset().annotate(**{SORT: models.F("placed_at")})
    from crm.keyset import _branch

    page = _branch(rows, Sort("placed_at"), reverse=True, position=Position(order.placed_at, order.pk, 0))[:51]
    plan = page.explain()
    assert "Index" in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan
