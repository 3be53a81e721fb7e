"""The list of customers: what it shows to whom, how it is narrowed and sorted, what leaves it."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from customers.models import Customer
from tests import factories

URL = "/customers/"


@pytest.fixture
def page(client):
    """What the list says to a user who asks with these parameters."""

    def ask(user, **query):
        client.force_login(user)
        response = client.get(URL, query)
        assert response.status_code == 200, response.content[:300]
        return response

    return ask


def names(response):
    return [row.cells[0].value for row in response.context["listing"].rows]


def exported(client, user, query=""):
    client.force_login(user)
    response = client.post(reverse("customers:export") + query)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(response).decode().removeprefix("\ufeff"))))


def test_it_works(page, customer, alice):
    factories.PhoneFactory(customer=customer, number="+46701234567")
    factories.EmailFactory(customer=customer, address="zoe@example.com")
    response = page(alice)
    assert names(response) == ["Zoë Ångström"]
    assert "+46 70 123 45 67" in response.content.decode()
    assert "zoe@example.com" in response.content.decode()


def test_a_customer_without_a_name_is_called_by_number(page, alice):
    nameless = factories.CustomerFactory(name="", reference="17850")
    assert names(page(alice)) == ["Customer 17850"]
    Customer.objects.filter(pk=nameless.pk).update(reference="")
    assert names(page(alice)) == [f"Customer {nameless.pk}"]


def test_the_first_phone_and_the_first_address_are_shown(page, customer, alice):
    factories.PhoneFactory(customer=customer, number="+46701234567", position=1)
    factories.PhoneFactory(customer=customer, number="+46812345678", position=0)
    shown = page(alice).content.decode()
    assert "tel:+46812345678" in shown
    assert "tel:+46701234567" not in shown


@pytest.mark.parametrize("role", ["admin", "manager", "sales", "agent", "analyst"])
def test_the_list_asks_no_more_for_20_rows_than_for_one(client, db, role):
    client.force_login(factories.UserFactory(role=role))

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(URL)
        return len(captured)

    def add(count):
        for _ in range(count):
            company = factories.CompanyFactory()
            owner = factories.UserFactory()
            customer = factories.CustomerFactory(call_eligible=True, company=company, owner=owner, tags=["VIP"])
            factories.PhoneFactory(customer=customer)
            factories.EmailFactory(customer=customer)

    add(1)
    one = queries()
    add(19)
    assert queries() == one
    assert one == 5


# Whom


def test_agents_see_those_who_may_be_called(page, gus):
    factories.CustomerFactory(name="May be called", call_eligible=True)
    factories.CustomerFactory(name="May not be called")
    assert names(page(gus)) == ["May be called"]


def test_without_a_role_the_list_is_empty_and_says_why(page, customer, charlie):
    response = page(charlie)
    assert names(response) == []
    assert "no role and team yet" in response.content.decode()


def test_a_deleted_company_is_a_name_without_a_link(page, customer, company, rita, ada):
    Customer.objects.filter(pk=customer.pk).update(company=company)
    assert company.get_absolute_url() in page(rita).content.decode()
    company.delete_softly(by=ada)
    shown = page(rita).content.decode()
    assert company.name in shown
    assert company.get_absolute_url() not in shown


def test_deleted_customers_are_not_listed(page, customer, alice):
    customer.delete_softly(by=alice)
    assert names(page(alice)) == []


# What agents and sales must not see


def test_agents_see_nothing_that_rests_on_orders(page, client, gus):
    factories.CustomerFactory(name="Big buyer", call_eligible=True, net_total=98765)
    response = page(gus)
    assert "98,765" not in response.content.decode()
    columns = {column.name for column in response.context["listing"].shown_columns}
    assert not columns & {"value", "orders", "last_order"}
    for query in ("sort=-value", "sort=last_order", "bought_from=2026-01-01", "first_to=2026-01-01"):
        assert client.get(f"{URL}?{query}").status_code == 400


def test_sales_neither_see_nor_filter_by_who_may_be_called(page, client, customer, alice):
    assert "May be called" not in page(alice).content.decode()
    assert client.get(f"{URL}?eligible=1").status_code == 400


@pytest.mark.parametrize(
    ("who", "income", "eligible"),
    [("ada", True, True), ("mona", False, True), ("alice", False, False), ("rita", True, True)],
)
def test_masked_columns_leave_with_nobody_who_does_not_see_them(request, client, customer, who, income, eligible):
    Customer.objects.filter(pk=customer.pk).update(monthly_income=4321, call_eligible=True)
    (row,) = exported(client, request.getfixturevalue(who))
    assert ("Monthly income" in row) is income
    assert ("May be called" in row) is eligible
    assert ("4321.0000" in row.values()) is income


def test_sales_export_their_own_customers_only(client, customer, alice):
    factories.CustomerFactory(name="Somebody else's")
    factories.CustomerFactory(name="Nobody's", owner=None)
    assert [row["Name"] for row in exported(client, alice)] == ["Zoë Ångström"]


def test_agents_export_nothing(client, gus, nothing_changed):
    client.force_login(gus)
    with nothing_changed:
        assert client.post(reverse("customers:export")).status_code == 403


def test_the_export_is_what_the_list_shows(client, customer, mona):
    factories.CustomerFactory(name="=1+1", tags=["VIP"])
    factories.CustomerFactory(name="Ann", tags=["VIP", "retail"])
    rows = exported(client, mona, "?tag=VIP&sort=-name")
    assert [row["Name"] for row in rows] == ["Ann", "'=1+1"]
    assert rows[0]["Tags"] == "VIP, retail"


# Filters


@pytest.fixture
def people(alice, bob, company):
    london = factories.CustomerFactory(
        name="Ann London", owner=alice, country="GB", lifecycle="customer", tags=["VIP"], call_eligible=True
    )
    paris = factories.CustomerFactory(name="Ben Paris", owner=bob, country="FR", company=company)
    factories.CustomerFactory(name="Cat Nobody")
    bought(london, dt.datetime(2026, 3, 31, 23, 30, tzinfo=dt.UTC))
    bought(paris, dt.datetime(2025, 6, 1, 12, 0, tzinfo=dt.UTC))
    bought(paris, dt.datetime(2026, 4, 2, 12, 0, tzinfo=dt.UTC), kind="return", total=-5, base_total=-5)


def bought(customer, at, **more):
    factories.OrderFactory(customer=customer, placed_at=at, **more)
    customer.refresh_figures()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Ann London", "Ben Paris", "Cat Nobody"]),
        ({"q": "ann"}, ["Ann London"]),
        ({"owner": "me"}, ["Ann London"]),
        ({"owner": "none"}, ["Cat Nobody"]),
        ({"country": "FR"}, ["Ben Paris"]),
        ({"lifecycle": "customer"}, ["Ann London"]),
        ({"tag": "VIP"}, ["Ann London"]),
        ({"tag": "vi"}, []),
        ({"bought_from": "2026-01-01"}, ["Ann London"]),
        ({"bought_from": "2026-03-31", "bought_to": "2026-03-31"}, ["Ann London"]),
        ({"bought_to": "2026-03-30"}, ["Ben Paris"]),
        ({"first_from": "2025-06-01", "first_to": "2025-06-01"}, ["Ben Paris"]),
        ({"first_from": "2026-01-01"}, ["Ann London"]),
    ],
)
def test_filters(page, people, alice, query, expected):
    assert names(page(alice, **query)) == expected


def test_the_filter_by_company_takes_its_number_and_shows_its_name(page, people, alice, company):
    response = page(alice, company=company.pk)
    assert names(response) == ["Ben Paris"]
    assert [chip.value for chip in response.context["listing"].chips] == [company.name]


def test_who_may_be_called(page, people, mona):
    assert names(page(mona, eligible="1")) == ["Ann London"]
    assert names(page(mona, eligible="0")) == ["Ben Paris", "Cat Nobody"]


@pytest.mark.parametrize(
    "query",
    [
        "owner=1000000000",
        "owner=x",
        "country=XX",
        "lifecycle=x",
        "bought_from=yesterday",
        "bought_from=0001-01-01",
        "bought_to=9999-12-31",
        "bought_from=2026-02-01&bought_to=2026-01-01",
        "company=1000000000",
        "company=Nowhere Ltd",
        "sort=monthly_income",
        "sort=-monthly_income",
        "deleted_at=x",
        "after=x",
        "after=WyJhIiwgMSwgMF0&sort=value",
        "tag=" + "x" * 41,
    ],
)
def test_what_the_list_does_not_know_is_refused_in_words(client, people, alice, query):
    client.force_login(alice)
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 400
    assert "<h1" in response.content.decode()


# Order and pages


@pytest.mark.parametrize(
    "sort", ["name", "-name", "value", "-value", "last_order", "-last_order", "created", "-created"]
)
def test_every_sort_pages_through_every_row_once_and_back(page, client, alice, sort, monkeypatch):
    monkeypatch.setattr("customers.tables.CustomerList.size", 3)
    for place in range(10):
        when = now() - dt.timedelta(days=place) if place % 3 else None
        factories.CustomerFactory(name=f"Person {place % 4}", net_total=place % 5, last_order_at=when)
    seen, url = [], f"{URL}?sort={sort}"
    client.force_login(alice)
    while url:
        listing = client.get(url).context["listing"]
        seen += [row.key for row in listing.rows]
        last, url = url, listing.next_url
    assert len(seen) == len(set(seen)) == 10
    back, url = [row.key for row in listing.rows], listing.previous_url
    assert last
    while url:
        listing = client.get(url).context["listing"]
        back = [row.key for row in listing.rows] + back
        url = listing.previous_url
    assert back == seen


@pytest.mark.parametrize("sort", ["name", "-value", "last_order", "-last_order", "created"])
@pytest.mark.parametrize("role", ["manager", "agent"])
def test_every_sort_walks_an_index(alice, sort, role):
    from django.http import QueryDict

    from crm.keyset import page_of
    from customers.tables import CustomerList

    user = factories.UserFactory(role=role)
    if role == "agent" and sort not in {"name", "created"}:
        return
    listing = CustomerList(user, QueryDict(f"sort={sort}"))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
    with CaptureQueriesContext(connection) as captured:
        page_of(listing.branches, listing.sort, down=listing.down, position=None, back=False, size=50)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + captured.captured_queries[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index" in plan
    assert "Sort" not in plan


# Views


def test_the_views_are_links_and_one_is_current(page, customer, alice):
    views = {view.label: view for view in page(alice, owner="me").context["listing"].views}
    assert [label for label, view in views.items() if view.is_current] == ["My customers"]
    assert views["Deleted"].url == "/customers/deleted/"


def test_who_cannot_delete_has_no_view_of_the_deleted(page, customer, gus, rita):
    for user in (gus, rita):
        assert "/customers/deleted/" not in page(user).content.decode()


def test_the_deleted_are_listed_for_who_may_restore_them(client, alice, bob):
    mine = factories.CustomerFactory(name="Mine", owner=alice, deleted_at=now())
    factories.CustomerFactory(name="Bob's", owner=bob, deleted_at=now())
    factories.CustomerFactory(name="Alive", owner=alice)
    client.force_login(alice)
    response = client.get(reverse("customers:deleted"))
    assert names(response) == ["Mine"]
    assert response.context["listing"].rows[0].url == mine.get_absolute_url()
    assert names(client.get(reverse("customers:deleted") + "?q=nobody")) == []
