"""The page of a deal: what each role reads on it, what it costs; deals on the pages of others."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate, now

from deals.models import Deal, DealLine, StageVisit
from tests import factories
from tests.factories import DealFactory, stage_called

PARTS = ("head", "facts", "lines", "stages", "timeline")


@pytest.fixture
def rich(deal, alice, lead):
    """A deal with everything."""
    Deal.objects.filter(pk=deal.pk).update(
        lead=lead, probability=60, is_committed=True, expected_close=localdate() + dt.timedelta(days=3)
    )
    DealLine.objects.create(deal=deal, position=1, description="Lantern", quantity=3, unit_price=100, discount=10)
    deal.move(stage_called("Qualified"), by=alice)
    factories.PlanFactory(deal=deal, customer=deal.customer, created_by=alice, title="Call Zoë")
    factories.ActivityFactory(deal=deal, customer=deal.customer, created_by=alice, body="Asked for a quote.")
    return deal


@pytest.fixture
def read(client, request):
    def get(who, url):
        client.force_login(request.getfixturevalue(who))
        response = client.get(url)
        return response.content.decode() if response.status_code == 200 else response.status_code

    return get


def test_it_works(read, rich):
    page = read("alice", rich.get_absolute_url())
    for words in (
        "Forty lanterns",
        "Zoë Ångström",
        "Ångström Interiör",
        "€\u00a01,000.00",
        "€\u00a0600.00",
        "60 %, own estimate; the stage says 20 %",
        "Committed",
        "Nils Holm",
        "Lantern",
        "€\u00a0270.00",
        "−10 %",
        "Call Zoë",
        "Asked for a quote.",
        "Stages so far",
        "in 3 days",
    ):
        assert words in page, words


@pytest.mark.parametrize("part", PARTS)
def test_its_parts_are_fetched_alone(read, rich, part):
    assert "<html" not in read("alice", reverse(f"deals:{part}", args=[rich.pk])) or part == "timeline"


@pytest.mark.parametrize("who", ["ada", "mona", "alice", "rita"])
def test_the_page_costs_at_most_15_queries(client, request, rich, who, alice):
    client.force_login(request.getfixturevalue(who))

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(rich.get_absolute_url()).status_code == 200
        return captured

    one = queries()
    assert len(one) <= 15, "\n".join(query["sql"][:160] for query in one.captured_queries)
    for place in range(20):
        DealLine.objects.create(deal=rich, position=place + 2, description="Rope", quantity=1, unit_price=1)
        factories.ActivityFactory(deal=rich, customer=rich.customer, created_by=alice)
    assert len(queries()) == len(one)


def test_days_in_a_stage_are_those_of_all_visits(read, rich):
    StageVisit.objects.filter(deal=rich).delete()
    new, qualified, at = stage_called("New"), stage_called("Qualified"), now()
    day = dt.timedelta(days=1)
    for stage, start, end in ((new, 30, 28), (qualified, 28, 20), (new, 20, 10), (qualified, 10, None)):
        left = at - end * day if end is not None else None
        StageVisit.objects.create(deal=rich, stage=stage, entered_at=at - start * day, left_at=left)
    page = read("alice", reverse("deals:head", args=[rich.pk]))
    assert page.count("12 days") == 1
    assert page.count("18 days") == 1


def test_who_only_reads_has_no_buttons(read, rich):
    page = read("rita", rich.get_absolute_url())
    for words in ("Won</button>", 'name="to"', "Edit products", reverse("deals:lose", args=[rich.pk])):
        assert words not in page


def test_a_bare_deal_has_a_page(read, alice):
    bare = DealFactory(owner=alice, amount=None, opened_on=None)
    page = read("alice", bare.get_absolute_url())
    assert "Nobody is named yet" in page
    assert read("alice", reverse("deals:edit", args=[bare.pk])) != 500


@pytest.mark.parametrize("at", ["Won", "Lost"])
def test_a_closed_deal_says_how_it_ended(read, alice, at):
    closed = DealFactory(owner=alice, at=at)
    page = read("alice", closed.get_absolute_url())
    assert f"{at} on" in page
    assert "Reopen" in page
    assert "after 10 days" in page


def test_rotting_is_marked_with_its_reason(read, alice):
    quiet = DealFactory(owner=alice, opened_on=localdate() - dt.timedelta(days=40))
    assert "No contact for 40 days" in read("alice", quiet.get_absolute_url())


# On the pages of others


def test_deals_are_on_the_page_of_their_customer(read, rich, customer):
    page = read("alice", customer.get_absolute_url())
    assert "Forty lanterns" in page
    assert f"/deals/new/?customer={customer.pk}" in page


def test_deals_are_on_the_page_of_their_company(read, rich, company):
    assert "Forty lanterns" in read("alice", company.get_absolute_url())


def test_a_colleague_sees_none_of_a_deal_that_is_not_theirs(read, rich, customer):
    assert "Forty lanterns" not in read("bob", customer.get_absolute_url())


def test_agents_read_only_that_there_is_one(read, rich, customer):
    type(customer).objects.filter(pk=customer.pk).update(call_eligible=True)
    page = read("gus", customer.get_absolute_url())
    assert "Has an open deal." in page
    for words in ("Forty lanterns", "1,000.00", "/deals/"):
        assert words not in page, words
    rich.win(by=None)
    assert "Has an open deal." not in read("gus", customer.get_absolute_url())


def test_deals_are_on_the_page_of_their_lead(read, rich, lead):
    assert "Forty lanterns" in read("alice", lead.get_absolute_url())
