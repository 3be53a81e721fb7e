"""The list of deals: what it shows to whom, how it is narrowed, sorted, summed, edited in its cells and exported."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate, now

from deals.models import Deal, DealLine, LostReason, Pipeline, Product, Stage
from tests import factories
from tests.deals.doing import sent
from tests.factories import DealFactory, stage_called

URL = "/deals/list/"


@pytest.fixture
def page(client):
    def ask(user, **query):
        client.force_login(user)
        response = client.get(URL, query)
        assert response.status_code == 200, response.content[:300]
        return response

    return ask


def titles(response):
    return [row.cells[0].value for row in response.context["listing"].rows]


@pytest.fixture
def some(alice, bob, customer, company):
    """Four of Alice's, one of Bob's."""
    today = localdate()
    lantern = Product.objects.create(name="Lantern", price=10)
    first = DealFactory(title="Lanterns", owner=alice, customer=customer, amount=100, expected_close=today)
    DealLine.objects.create(deal=first, position=1, product=lantern, quantity=1, unit_price=10)
    factories.PlanFactory(deal=first, created_by=alice, due_on=today - dt.timedelta(days=1))
    second = DealFactory(title="Ropes", owner=alice, company=company, amount=2000, at="Proposal", probability=80)
    factories.PlanFactory(deal=second, created_by=alice, due_on=today)
    DealFactory(title="Candles", owner=alice, at="Won", amount=300)
    DealFactory(title="Mirrors", owner=alice, at="Lost", amount=400)
    DealFactory(title="Bob's", owner=bob, amount=None, opened_on=today - dt.timedelta(days=90))


def test_it_works(page, some, alice):
    response = page(alice)
    assert set(titles(response)) == {"Lanterns", "Ropes", "Candles", "Mirrors"}
    totals = response.context["listing"].totals
    assert (totals.count, totals.amount, totals.weighted) == (4, 2800, Decimal(10 + 1600 + 300))


def test_sales_see_their_own_and_what_is_shared_with_them(page, some, bob, mona, rita):
    shared = Deal.objects.get(title="Ropes")
    shared.shared_with.add(bob)
    assert set(titles(page(bob))) == {"Bob's", "Ropes"}
    assert page(bob).context["listing"].totals.count == 2
    assert len(titles(page(mona))) == len(titles(page(rita))) == 5


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "rop"}, {"Ropes"}),
        ({"q": "zoe"}, {"Lanterns"}),
        ({"q": "interior"}, {"Ropes"}),
        ({"status": "open"}, {"Lanterns", "Ropes", "Bob's"}),
        ({"status": "won"}, {"Candles"}),
        ({"owner": "none"}, set()),
        ({"amount_from": "150", "amount_to": "350"}, {"Candles"}),
        ({"close_from": "TODAY", "close_to": "TODAY"}, {"Lanterns"}),
        ({"closed_from": "TODAY"}, {"Candles", "Mirrors"}),
        ({"opened_to": "2000-01-01"}, set()),
        ({"created_from": "TODAY", "q": "rop"}, {"Ropes"}),
        ({"next": "overdue"}, {"Lanterns"}),
        ({"next": "today"}, {"Ropes"}),
        ({"next": "none"}, {"Bob's"}),
        ({"rotting": "on"}, {"Bob's"}),
        ({"stage": "Proposal"}, {"Ropes"}),
        ({"product": "Lantern"}, {"Lanterns"}),
        ({"committed": "on"}, set()),
    ],
)
def test_filters(page, some, mona, query, expected):
    meant = {
        "TODAY": localdate().isoformat(),
        "Proposal": stage_called("Proposal").pk,
        "Lantern": Product.objects.get().pk,
    }
    assert set(titles(page(mona, **{name: meant.get(value, value) for name, value in query.items()}))) == expected


def test_filters_by_records(page, some, mona, alice, customer, company, team):
    pipeline = Pipeline.objects.get()
    for query, count in (
        ({"owner": alice.pk}, 4),
        ({"team": team.pk}, 5),
        ({"customer": customer.pk}, 1),
        ({"company": company.pk}, 1),
        ({"pipeline": pipeline.pk}, 5),
        ({"reason": LostReason.objects.filter(for_deals=True).first().pk}, 1),
    ):
        response = page(mona, **query)
        assert len(titles(response)) == count, query
        assert response.context["listing"].chips


@pytest.mark.parametrize(
    "query",
    [
        "stage=1000000000",
        "pipeline=x",
        "owner=1000000000",
        "amount_from=NaN",
        "amount_from=-1",
        "amount_to=1e30",
        "amount_from=5&amount_to=4",
        "close_from=0001-01-01",
        "close_from=2026-02-01&close_to=2026-01-01",
        "status=maybe",
        "next=never",
        "product=1000000000",
        "customer=1000000000",
        "lead=1000000000",
        "sort=probability",
        "after=x",
        "nothing=1",
    ],
)
def test_what_the_list_does_not_know_is_refused_in_words(client, some, alice, query):
    client.force_login(alice)
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 400
    assert "<h1" in response.content.decode()


def test_a_reason_out_of_use_can_be_asked_for_and_is_not_offered(page, some, mona):
    used, unused = LostReason.objects.filter(for_deals=True)[:2]
    LostReason.objects.update(is_active=False, for_deals=False)
    assert titles(page(mona, reason=used.pk)) == ["Mirrors"]
    offered = page(mona, reason=used.pk, panel="open").content.decode()
    assert f'value="{used.pk}" selected>{used.name}' in offered
    assert unused.name not in offered


@pytest.mark.parametrize("role", ["", "agent"])
def test_an_owner_who_lost_the_role_can_be_asked_for(page, some, mona, alice, role):
    type(alice).objects.filter(pk=alice.pk).update(role=role)
    response = page(mona, owner=alice.pk)
    assert len(titles(response)) == 4
    assert response.context["listing"].chips[0].value == "Alice Owner"
    assert f'value="{alice.pk}" selected' in page(mona, owner=alice.pk, panel="open").content.decode()
    assert f'<option value="{alice.pk}"' not in page(mona, panel="open").content.decode()


@pytest.mark.parametrize("query", [{}, {"status": "won"}, {"stage": "Proposal"}, {"owner": "me"}, {"q": "s"}])
def test_the_count_the_sums_and_the_rows_are_of_the_same_deals(page, some, alice, query):
    query = {name: stage_called(value).pk if name == "stage" else value for name, value in query.items()}
    listing = page(alice, **query).context["listing"]
    found = listing.rows_in_scope.weighed()
    assert (listing.count, listing.totals.count) == (len(found), len(found)) == (len(listing.rows),) * 2
    assert listing.totals.amount == sum(deal.base_amount or 0 for deal in found)
    assert listing.totals.weighted == sum(deal.weighted for deal in found)


def test_a_deal_rots_for_want_of_contact_alone(page, alice, mona):
    deal = DealFactory(owner=alice, opened_on=localdate() - dt.timedelta(days=60))
    deal.move(stage_called("Qualified"), by=alice)
    assert titles(page(mona, rotting="on")) == [deal.title]
    call = factories.ActivityFactory(deal=deal, customer=None, kind="call", outcome="no_answer", done_at=now())
    assert titles(page(mona, rotting="on")) == [deal.title]
    type(call).objects.filter(pk=call.pk).update(outcome="reached")
    assert titles(page(mona, rotting="on")) == []


@pytest.mark.parametrize("role", ["admin", "manager", "sales", "analyst"])
def test_the_list_asks_no_more_for_20_rows_than_for_one(client, db, role):
    user = factories.UserFactory(role=role)
    client.force_login(user)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(URL).status_code == 200
        return len(captured)

    def add(count):
        for _ in range(count):
            DealFactory(owner=user, customer=factories.CustomerFactory(), company=factories.CompanyFactory())

    add(1)
    one = queries()
    add(19)
    assert queries() == one
    assert one <= 16


@pytest.mark.parametrize("sort", ["title", "-amount", "close", "next", "-next", "created"])
@pytest.mark.parametrize("role", ["admin", "analyst"])
def test_every_sort_walks_an_index(alice, sort, role):
    from django.http import QueryDict

    from crm.keyset import page_of
    from deals.tables import DealList

    listing = DealList(factories.UserFactory(role=role), QueryDict(f"sort={sort}"))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
    with CaptureQueriesContext(connection) as captured:
        page_of(listing.branches, listing.sort, down=listing.down, position=None, back=False, size=50)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + captured.captured_queries[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index" in plan
    assert "Sort" not in plan


def test_tabs_count_the_deals_of_each_stage(page, some, mona):
    groups = {group.label: group for group in page(mona, q="s").context["listing"].groups}
    assert groups["All"].count == "5" or groups["All"].count
    assert list(groups) == ["All", "Open", *Stage.objects.values_list("name", flat=True)]
    shown = page(mona, stage=stage_called("Won").pk).context["listing"].groups
    assert [group.label for group in shown if group.is_current] == ["Won"]
    assert {group.label: group.count for group in shown}["Open"] == "3"


def exported(client, user, query=""):
    client.force_login(user)
    response = client.post(reverse("deals:export") + query)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(response).decode().removeprefix("\ufeff"))))


def test_the_export_is_what_the_list_shows(client, some, mona):
    rows = exported(client, mona, "?status=open&sort=-amount")
    assert [row["Title"] for row in rows] == ["Ropes", "Lanterns", "Bob's"]
    assert (rows[0]["Probability in percent"], rows[0]["Amount"]) == ("80", "2000.0000")


def test_sales_export_their_own_alone(client, some, bob):
    Deal.objects.get(title="Ropes").shared_with.add(bob)
    assert [row["Title"] for row in exported(client, bob)] == ["Bob's"]


# In the cells


@pytest.fixture
def cell(client, alice, deal):
    client.force_login(alice)

    def do(name, **data):
        url = reverse("deals:cell", args=[name, deal.pk])
        headers = {"HX-Request": "true"}
        if not data:
            return client.get(url, headers=headers)
        from tests.deals.doing import opened

        form = opened(client, url, **headers)
        response = client.post(url, form | data, headers=headers)
        deal.refresh_from_db()
        return response

    return do


def test_an_amount_in_its_cell(cell, deal):
    response = cell("amount", amount="77")
    assert "€\u00a077.00" in response.content.decode()
    assert "record:changed" in json.loads(response["HX-Trigger"])
    assert (deal.amount, deal.base_amount) == (77, 77)


def test_a_close_in_its_cell(cell, deal):
    assert cell("close", expected_close="2040-02-03").status_code == 200
    assert deal.expected_close == dt.date(2040, 2, 3)


@pytest.mark.parametrize(("name", "typed"), [("amount", "-1"), ("amount", "NaN"), ("close", "1990-01-01")])
def test_nonsense_in_a_cell_is_refused(cell, deal, name, typed):
    field = {"amount": "amount", "close": "expected_close"}[name]
    before = Deal.objects.values().get(pk=deal.pk)
    response = cell(name, **{field: typed})
    assert response.status_code == 422
    assert 'class="error"' in response.content.decode()
    assert Deal.objects.values().get(pk=deal.pk) == before


def test_of_two_at_once_the_second_chooses_in_the_drawer_and_stays_in_the_list(client, cell, deal, bob):
    url = reverse("deals:cell", args=["close", deal.pk])
    form = sent(cell("close"), url)
    Deal.objects.filter(pk=deal.pk).update(expected_close=dt.date(2040, 3, 3))
    mine = {"expected_close": "2040-02-02"}
    refused = client.post(url, form | mine, headers={"HX-Request": "true"})
    assert (refused.status_code, refused["HX-Retarget"]) == (409, "#drawer-body")
    (clash,) = refused.context["conflict"].clashes
    assert (clash.theirs, clash.yours) == ("3 Mar 2040", "2 Feb 2040")
    chosen = client.post(url, sent(refused, url) | mine, headers={"HX-Request": "true"})
    assert "2 Feb" in chosen.content.decode()
    assert {"drawer:close", "record:changed"} == json.loads(chosen["HX-Trigger"]).keys()
    deal.refresh_from_db()
    assert deal.expected_close == dt.date(2040, 2, 2)


def test_a_stage_in_its_cell(cell, deal):
    assert cell("stage", to=stage_called("Qualified").pk).status_code == 200
    assert deal.stage.name == "Qualified"


def test_the_stage_of_the_lost_asks_for_the_reason(cell, deal):
    response = cell("stage", to=stage_called("Lost").pk)
    assert (response.status_code, response["HX-Retarget"]) == (422, "#drawer-body")
    assert deal.status == "open"


def test_a_stale_cell_says_so(cell, deal, bob):
    cell("stage")
    Deal.objects.get(pk=deal.pk).move(stage_called("Qualified"), by=bob)
    response = cell("stage", to=stage_called("Needs analysis").pk, moves="0")
    assert response.status_code == 409
    assert "Bob Teammate" in json.loads(response["HX-Trigger"])["toast"]["text"]


def test_other_cells_are_not_there(cell):
    assert cell("owner").status_code == 404
