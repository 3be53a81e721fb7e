"""What a list shows, counts and pages; and what it refuses with a sentence instead of asking the database."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.http import QueryDict

from crm import lists
from crm.lists import COUNT_LIMIT
from customers.models import Customer, Order
from customers.tables import CompanyList, CustomerList
from tests import factories


@pytest.fixture
def as_mona(client, mona):
    client.force_login(mona)
    return client


def listing(user, query=""):
    return CustomerList(user, QueryDict(query))


@pytest.mark.parametrize("url", ["/customers/", "/companies/", "/orders/"])
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("nothing=1", "no filter called “nothing”"),
        ("_connector=OR", "no filter called “_connector”"),
        ("_negated=1", "no filter called “_negated”"),
        ("owner__password=x", "no filter called “owner__password”"),
        ("pk__in=1", "no filter called “pk__in”"),
        ("sort=password", "cannot be sorted by that"),
        ("sort=owner__password", "cannot be sorted by that"),
        ("sort=?", "cannot be sorted by that"),
        ("sort=name;DROP TABLE x", "cannot be sorted by that"),
        ("sort=--name", "cannot be sorted by that"),
        ("after=x", "place in the list is not known"),
        ("before=AAAA", "place in the list is not known"),
        ("after=" + "A" * 5000, "place in the list is not known"),
        ("owner=NaN", "Owner"),
        ("owner=99999999999999999999", "Owner"),
        ("country=%F0%9F%98%80", "Country"),
        ("q=" + "x" * 201, "q"),
    ],
)
def test_what_a_list_does_not_know_is_refused_with_a_sentence(as_mona, url, query, sentence):
    response = as_mona.get(f"{url}?{query}")
    assert response.status_code == 400
    assert sentence.lower() in response.context["sentence"].lower()
    assert "Traceback" not in response.content.decode()


@pytest.mark.parametrize("query", ["q=%00", "tag=a%00b", "sort=%00", "after=%00"])
def test_what_no_column_holds_is_refused(as_mona, query):
    assert as_mona.get(f"/customers/?{query}").status_code == 400


@pytest.mark.parametrize("query", ["q=%ED%A0%80", "q=%FF", "tag=%ED%A0%80"])
def test_broken_unicode_finds_nothing_and_breaks_nothing(as_mona, query):
    factories.CustomerFactory()
    assert as_mona.get(f"/customers/?{query}").status_code in {200, 400}


def test_the_same_name_twice_takes_the_last(as_mona, mona):
    factories.CustomerFactory(name="Ann")
    assert listing(mona, "q=nobody&q=ann").count == 1


@pytest.mark.parametrize("url", ["/customers/", "/companies/", "/orders/"])
def test_an_export_refuses_the_same(as_mona, url, nothing_changed):
    with nothing_changed:
        for query in ("nothing=1", "sort=password", "owner=x", "q=" + "x" * 201):
            assert as_mona.post(f"{url}export/?{query}").status_code == 400


# Counting


def insert(count):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "INSERT INTO customers_customer (name) SELECT 'Ann ' || n FROM generate_series(1, %s) n", [count]
        )
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize(
    ("rows", "text"),
    [(0, "0"), (1, "1"), (COUNT_LIMIT - 1, "9,999"), (COUNT_LIMIT, "10,000"), (COUNT_LIMIT + 1, "10,000+")],
)
def test_counts_are_exact_up_to_ten_thousand(mona, rows, text):
    insert(rows)
    shown = listing(mona)
    assert shown.count_text == text
    assert shown.range_text == (f"1–{min(rows, 50)}" if rows else "0")


def test_the_deleted_are_not_counted(mona, customer, ada):
    factories.CustomerFactory()
    customer.delete_softly(by=ada)
    assert listing(mona).count == 1


# Branches and scope


def test_branches_hold_what_the_scope_holds(request, alice, bob, mona, ada, rita, gus, charlie):
    """For every role: disjoint parts, and together exactly the visible rows."""
    for owner in (alice, bob, None):
        for eligible in (True, False):
            person = factories.CustomerFactory(owner=owner, call_eligible=eligible)
            factories.OrderFactory(customer=person)
    factories.OrderFactory(customer=None)
    for model in (Customer, Order):
        for user in (alice, bob, mona, ada, rita, gus, charlie):
            parts = model.objects.get_queryset().visible_branches(user)
            seen = [pk for part in parts for pk in part.values_list("pk", flat=True)]
            assert len(seen) == len(set(seen))
            assert set(seen) == set(model.objects.visible_to(user).values_list("pk", flat=True))


# Pages


def test_a_visitor_pages_through_everybody_and_back(as_mona, mona):
    insert(120)
    url, forwards, pages = "/customers/", [], []
    while url:
        page = as_mona.get(url).context["listing"]
        pages.append([row.key for row in page.rows])
        forwards += pages[-1]
        last, url = page, page.next_url
    assert forwards == list(Customer.objects.order_by("sort_key", "pk").values_list("pk", flat=True))
    assert (last.range_text, last.count_text) == ("101–120", "120")
    back = as_mona.get(last.previous_url).context["listing"]
    assert [row.key for row in back.rows] == pages[1]
    assert back.range_text == "51–100"
    assert [row.key for row in as_mona.get(back.previous_url).context["listing"].rows] == pages[0]
    assert as_mona.get(back.first_url).context["listing"].range_text == "1–50"


def test_a_new_sort_begins_at_the_beginning(as_mona, mona):
    insert(60)
    second = as_mona.get(listing(mona).next_url).context["listing"]
    urls = [heading.sort_url for heading in second.headings if heading.sort_url]
    assert urls
    assert not any("after" in url or "before" in url for url in urls)


def test_a_position_of_another_sort_is_refused(as_mona, mona):
    insert(60)
    token = re.search(r"after=([^&]+)", listing(mona).next_url)[1]
    assert as_mona.get(f"/customers/?sort=value&after={token}").status_code == 400


def test_chips_name_their_filter_and_take_it_back(as_mona, mona):
    page = listing(mona, f"owner={mona.pk}&lifecycle=prospect&q=x")
    assert [(chip.label, chip.value) for chip in page.chips] == [("Owner", mona.name), ("Lifecycle", "Prospect")]
    assert "owner" not in page.chips[0].remove_url
    assert "lifecycle=prospect" in page.chips[0].remove_url


def test_empty_and_filtered_empty_are_different(as_mona):
    assert "No match" not in as_mona.get("/customers/").content.decode()
    assert "No match" in as_mona.get("/customers/?q=nobody").content.decode()


def test_what_is_shown_is_only_text(as_mona):
    factories.CustomerFactory(name="<script>alert(1)</script>")
    assert "<script>alert" not in as_mona.get("/customers/").content.decode()


def test_htmx_gets_the_inside_and_others_the_page(as_mona, customer):
    inside = as_mona.get("/customers/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in inside
    assert "Zoë Ångström" in inside
    assert "<html" in as_mona.get("/customers/").content.decode()


def test_masked_columns_are_not_there(alice, rita):
    names = {user: {column.name for column in listing(user).shown_columns} for user in (alice, rita)}
    assert {"monthly_income", "call_eligible"} <= names[rita]
    assert names[alice].isdisjoint({"monthly_income", "call_eligible"})


def test_a_list_is_known_by_its_name():
    assert lists.listing_of("customers") is CustomerList
    assert lists.listing_of("companies") is CompanyList
