"""The list of orders: each filter, what it refuses, who sees what, and as many queries at 20 rows as at 1."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.test import Client

from customers.models import Order
from customers.order_tables import OrderList
from tests import factories

AT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def orders(alice, bob):
    """One order unlike the others for every filter. Number -> the order."""
    hers, his = factories.CustomerFactory(name="Hers", owner=alice), factories.CustomerFactory(name="His", owner=bob)
    nobodys = factories.CustomerFactory(name="Nobody's", owner=None)
    made = {
        "plain": {"customer": hers},
        "early": {"customer": hers, "placed_at": AT - dt.timedelta(days=10)},
        "late": {"customer": hers, "placed_at": AT + dt.timedelta(days=10)},
        "back": {"customer": hers, "kind": "return", "base_total": Decimal("-5")},
        "adjusted": {"customer": hers, "kind": "adjustment"},
        "draft": {"customer": hers, "status": "draft"},
        "failed": {"customer": hers, "status": "failed"},
        "gift": {"customer": hers, "base_total": Decimal(0)},
        "online": {"customer": hers, "channel": "online"},
        "swedish": {"customer": hers, "country": "SE"},
        "his": {"customer": his},
        "nobodys": {"customer": nobodys},
        "unknown": {"customer": None},
    }
    found = {
        name: factories.OrderFactory(**({"number": name, "placed_at": AT} | given)) for name, given in made.items()
    }
    factories.OrderLineFactory(order=found["plain"], sku="A1")
    factories.OrderLineFactory(order=found["plain"], sku="A1")
    return found


def numbers(user, query):
    return {order.number for order in OrderList(user, QueryDict(query)).rows_in_scope}


def test_each_filter_finds_exactly_its_orders(orders, alice, bob):
    everything = set(orders)
    drafts = {"draft", "failed"}
    hers = orders["plain"].customer
    expected = {
        "": everything,
        "placed_from=2026-03-02": {"late"},
        "placed_to=2026-02-28": {"early"},
        "placed_from=2026-03-01&placed_to=2026-03-01": everything - {"early", "late"},
        "kind=return": {"back"},
        "kind=adjustment": {"adjusted"},
        "status=draft": {"draft"},
        "channel=online": {"online"},
        "country=SE": {"swedish"},
        "country=-": everything - {"swedish"},
        f"customer={hers.pk}": everything - {"his", "nobodys", "unknown"},
        "sku=A1": {"plain"},
        "sku=A": set(),
        "owner=me": everything - {"his", "nobodys", "unknown"},
        f"owner={bob.pk}": {"his"},
        "owner=none": {"nobodys"},
        "counted=1": everything - drafts,
        "purchase=1": everything - drafts - {"back", "adjusted", "gift"},
        "known=1": everything - {"unknown"},
        "q=swedish": {"swedish"},
        "q=SWEDISH": set(),
        "q=Hers": everything - {"his", "nobodys", "unknown"},
        "q=nothing": set(),
        "counted=1&kind=sale&owner=me&country=SE": {"swedish"},
    }
    found = {query: numbers(alice, query) for query in expected}
    assert found == expected


def test_days_are_those_of_the_organisation(orders, alice, settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    Order.objects.filter(number="plain").update(placed_at=dt.datetime(2026, 3, 5, 11, 30, tzinfo=dt.UTC))
    assert numbers(alice, "placed_from=2026-03-06&placed_to=2026-03-06") == {"plain"}
    Order.objects.filter(number="plain").update(placed_at=dt.datetime(2026, 3, 5, 10, 59, 59, tzinfo=dt.UTC))
    assert numbers(alice, "placed_from=2026-03-05&placed_to=2026-03-05") == {"plain"}


def test_the_page_shows_what_it_counts(as_alice, orders):
    page = as_alice.get("/orders/?kind=return").content.decode()
    assert ">back</a>" in page
    assert ">plain</a>" not in page
    assert "1–1 of 1" in page


@pytest.mark.parametrize(
    "query",
    [
        *("kind=gift", "status=x", "channel=owl", "country=ZZ", "owner=0", "owner=x", "counted=0", "known=2"),
        *("placed_from=soon", "placed_from=2026-13-01", "placed_to=0001-01-01"),
        "placed_from=2026-03-02&placed_to=2026-03-01",
        *(
            "customer=999999999",
            "customer=Nobody+At+All",
            "nothing=1",
            "sort=customer__owner__password",
            "sort=--placed",
        ),
        *("after=x", "before=AAAA", "_connector=OR", "id__gt=0", "customer__name=x", "q=" + "x" * 201),
    ],
)
def test_what_the_list_does_not_know_is_refused_with_a_sentence(as_alice, orders, query):
    response = as_alice.get(f"/orders/?{query}")
    assert response.status_code == 400
    assert response.context["sentence"]


@pytest.mark.parametrize("sort", ["placed", "-placed", "total", "-total", "number", "-number"])
def test_sorts(as_alice, orders, sort):
    attribute = {"placed": "placed_at", "total": "base_total", "number": "number"}[sort.removeprefix("-")]
    listed = [orders[row.cells[0].value] for row in OrderList(as_alice_user(as_alice), QueryDict(f"sort={sort}")).rows]
    values = [(getattr(order, attribute), order.pk) for order in listed]
    assert values == sorted(values, reverse=sort.startswith("-"))
    assert len(values) == len(orders)


def as_alice_user(client):
    from accounts.models import User

    return User.objects.get(pk=client.session["_auth_user_id"])


def test_nobody_without_the_right_sees_an_order(orders, gus, charlie, ada, rita, mona):
    assert numbers(gus, "") == numbers(charlie, "") == set()
    assert numbers(ada, "") == numbers(rita, "") == numbers(mona, "") == set(orders)


def test_sales_do_not_see_orders_of_deleted_customers(orders, alice, ada):
    orders["his"].customer.delete_softly(by=ada)
    assert "his" not in numbers(alice, "")
    assert "his" in numbers(ada, "")


def test_both_ways_of_asking_give_the_same_rows(orders, alice, ada, gus):
    for user in (alice, ada, gus):
        branches = Order.objects.get_queryset().visible_branches(user)
        seen = [pk for branch in branches for pk in branch.values_list("pk", flat=True)]
        assert sorted(seen) == sorted(Order.objects.visible_to(user).values_list("pk", flat=True))


@pytest.mark.parametrize("who", ["gus", "charlie", None])
def test_agents_are_refused_the_whole_section(request, orders, who, nothing_changed):
    client = Client()
    if who:
        client.force_login(request.getfixturevalue(who))
    order = orders["plain"]
    pages = ["", "new/", "deleted/", "suggest/", "customers/"]
    pages += [f"{order.pk}/{part}" for part in ("", "facts/", "lines/", "edit/", "history/")]
    deeds = ["export/", "new/", f"{order.pk}/edit/", f"{order.pk}/delete/", f"{order.pk}/history/restore/"]
    status = 403 if who else 302
    before = request.getfixturevalue("nothing_changed")
    with before:
        assert {client.get(f"/orders/{page}").status_code for page in pages} == {status}
        assert {client.post(f"/orders/{deed}").status_code for deed in deeds} == {status}


def test_analysts_read_and_export_only(client, rita, orders, nothing_changed):
    client.force_login(rita)
    pk = orders["plain"].pk
    with nothing_changed:
        assert client.get("/orders/").status_code == client.get(f"/orders/{pk}/").status_code == 200
        assert client.post("/orders/export/").status_code == 200
        refused = ["new/", "deleted/", f"{pk}/edit/"]
        assert {client.get(f"/orders/{page}").status_code for page in refused} == {403}
        assert {client.post(f"/orders/{page}").status_code for page in ["new/", f"{pk}/edit/", f"{pk}/delete/"]} == {
            403
        }


def test_sales_take_away_the_orders_of_their_own_customers(as_alice, orders):
    lines = b"".join(as_alice.post("/orders/export/?sort=number").streaming_content).decode().splitlines()
    taken = [line.split(",")[0] for line in lines[1:]]
    assert taken == sorted(set(orders) - {"his", "nobodys", "unknown"})


def test_the_list_asks_as_often_for_twenty_rows_as_for_one(as_alice, alice, django_assert_num_queries):
    def add(count):
        for _number in range(count):
            factories.OrderLineFactory(order=factories.OrderFactory(customer=factories.CustomerFactory(owner=alice)))

    add(1)
    as_alice.get("/orders/")
    with django_assert_num_queries(5) as first:
        as_alice.get("/orders/")
    add(19)
    with django_assert_num_queries(len(first)):
        as_alice.get("/orders/")


def test_the_page_of_an_order_asks_as_often_for_twenty_lines_and_returns(as_alice, order, django_assert_num_queries):
    def add(count):
        for _number in range(count):
            factories.OrderLineFactory(order=order)
            factories.OrderFactory(customer=order.customer, kind="return", returns_order=order)

    add(1)
    url = f"/orders/{order.pk}/"
    as_alice.get(url)
    with django_assert_num_queries(8) as first:
        as_alice.get(url)
    add(19)
    with django_assert_num_queries(len(first)):
        as_alice.get(url)


@pytest.mark.parametrize("typed", ["R", "zoe", "", "\u200b", "%", "x" * 300])
def test_suggestions(as_alice, order, typed):
    factories.OrderFactory(number="secret", customer=None)
    for page in ("suggest", "customers"):
        response = as_alice.get(f"/orders/{page}/", {"q": typed})
        assert response.status_code == 200
        assert "secret" not in response.content.decode()
    assert (order.number in as_alice.get("/orders/suggest/?q=R").content.decode()) is True
    assert "Zoë Ångström (#" in as_alice.get("/orders/customers/?q=angstrm").content.decode()
