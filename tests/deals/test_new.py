"""A new deal by its form: what is kept, what is proposed, and every way in which it is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from crm.models import Event, ExchangeRate
from deals.models import Deal, Pipeline, Product, Stage
from tests import factories
from tests.deals.doing import errors, goods, new_deal, opened, sentences
from tests.factories import stage_called


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def elsewhere(db):
    other = Pipeline.objects.create(name="Partners", position=2)
    return Stage.objects.create(pipeline=other, name="First talk", position=1, probability=5)


def test_it_works(as_alice, alice, customer):
    response = new_deal(as_alice, title="Forty lanterns", customer=f"#{customer.pk}", amount="1250.50")
    deal = Deal.objects.get()
    assert response["Location"] == deal.get_absolute_url()
    assert (deal.title, deal.customer, deal.amount, deal.base_amount) == (
        "Forty lanterns",
        customer,
        Decimal("1250.5"),
        Decimal("1250.5"),
    )
    assert (deal.owner, deal.created_by, deal.opened_on, deal.stage.name) == (alice, alice, localdate(), "New")
    assert deal.visits.get().by == alice
    assert Event.objects.get().kind == "deal.created"


def test_a_title_is_enough(as_alice):
    assert new_deal(as_alice, title="Lanterns", opened_on="").status_code == 302
    deal = Deal.objects.get()
    assert (deal.customer, deal.company, deal.amount, deal.opened_on) == (None, None, None, None)


def test_the_company_of_the_customer_is_taken(as_alice, alice, company):
    customer = factories.CustomerFactory(company=company)
    new_deal(as_alice, title="Lanterns", customer=f"#{customer.pk}")
    assert Deal.objects.get().company == company


def test_begun_on_the_page_of_a_customer(as_alice, customer, company):
    type(customer).objects.filter(pk=customer.pk).update(company=company)
    data = opened(as_alice, f"/deals/new/?customer={customer.pk}")
    assert (data["customer"], data["company"]) == (f"{customer} (#{customer.pk})", f"{company} (#{company.pk})")


def test_begun_in_a_column_of_the_board(as_alice):
    stage = stage_called("Qualified")
    assert opened(as_alice, f"/deals/new/?stage={stage.pk}")["stage"] == str(stage.pk)


@pytest.mark.parametrize("query", ["customer=x", "customer=1000000000", "stage=x", "lead=1", "pipeline=99999999999999"])
def test_what_is_not_there_is_left_out_of_the_form(as_alice, query):
    assert as_alice.get(f"/deals/new/?{query}").status_code == 200


def test_products_make_the_amount(as_alice):
    Product.objects.create(name="Lantern", price=100)
    lines = goods(("Lantern", "", "3", "", "10"), ("", "Delivery", "1", "20", ""))
    assert new_deal(as_alice, title="Lanterns", amount_from_lines="on", amount="1", **lines).status_code == 302
    deal = Deal.objects.get()
    assert (deal.amount, deal.base_amount, deal.lines.count()) == (290, 290, 2)


def test_in_another_currency(as_alice):
    ExchangeRate.objects.create(currency="USD", day=dt.date(2020, 1, 1), rate=Decimal("0.5"))
    new_deal(as_alice, title="Lanterns", amount="10", currency="USD")
    assert Deal.objects.get().base_amount == 5


# Refusals


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "\u200b"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "Infinity"}, "amount"),
        ({"amount": "1e30"}, "amount"),
        ({"amount": "9" * 31}, "amount"),
        ({"amount": "1.23456"}, "amount"),
        ({"amount": "much"}, "amount"),
        ({"currency": "XXX"}, "currency"),
        ({"currency": ""}, "currency"),
        ({"currency": "eur"}, "currency"),
        ({"opened_on": "2026-05-02", "expected_close": "2026-05-01"}, "expected_close"),
        ({"expected_close": "0001-01-01"}, "expected_close"),
        ({"opened_on": "9999-12-31"}, "opened_on"),
        ({"opened_on": "soon"}, "opened_on"),
        ({"probability": "101"}, "probability"),
        ({"probability": "-1"}, "probability"),
        ({"probability": "half"}, "probability"),
        ({"probability": "1e9"}, "probability"),
        ({"customer": "#1000000000"}, "customer"),
        ({"customer": "Nobody of that name"}, "customer"),
        ({"company": "#1000000000"}, "company"),
        ({"company": "99999999999999999999"}, "company"),
        ({"owner": "1000000000"}, "owner"),
        ({"owner": "x"}, "owner"),
        ({"shared_with": "1000000000"}, "shared_with"),
        ({"source": "1000000000"}, "source"),
        ({"campaign": "x"}, "campaign"),
        ({"stage": "1000000000"}, "stage"),
        ({"stage": ""}, "stage"),
        (goods(("", "", "1", "1", "")), "lines"),
        (goods(("Nothing of that name", "", "1", "1", "")), "lines"),
        (goods(("", "Rope", "0", "1", "")), "lines"),
        (goods(("", "Rope", "-1", "1", "")), "lines"),
        (goods(("", "Rope", "NaN", "1", "")), "lines"),
        (goods(("", "Rope", "1", "-1", "")), "lines"),
        (goods(("", "Rope", "1", "1e30", "")), "lines"),
        (goods(("", "Rope", "9999999999", "99999999999999", "")), "lines"),
        (goods(("", "Rope", "1", "1", "101")), "lines"),
        (goods(("", "Rope", "1", "1", "-1")), "lines"),
        (goods(("", "Rope", "1", "", "")), "lines"),
        (goods(("", "x" * 301, "1", "1", "")), "lines"),
        ({"lines": "[[["}, "lines"),
        ({"lines": "{}" * 40}, "lines"),
    ],
)
def test_nonsense_is_refused_with_the_field_named(as_alice, typed, field, nothing_changed):
    with nothing_changed:
        response = new_deal(as_alice, **{"title": "Lanterns"} | typed)
    assert response.status_code == 422
    assert field in errors(response), errors(response)


def test_a_stage_in_which_no_deal_begins(as_alice, nothing_changed):
    with nothing_changed:
        response = new_deal(as_alice, title="Lanterns", stage=str(stage_called("Won").pk))
    assert "stage" in errors(response)


def test_a_stage_of_another_pipeline(as_alice, elsewhere, nothing_changed):
    here = stage_called("").pipeline_id
    with nothing_changed:
        response = new_deal(as_alice, title="Lanterns", stage=str(elsewhere.pk), pipeline=str(here))
    assert "another pipeline" in sentences(response, "stage")


def test_what_the_stage_asks_for_is_asked(as_alice, nothing_changed):
    with nothing_changed:
        response = new_deal(as_alice, title="Lanterns", stage=str(stage_called("Negotiation").pk))
    assert {"amount", "expected_close"} == set(errors(response))


def test_a_currency_whose_rate_is_yet_to_come(as_alice, nothing_changed):
    ExchangeRate.objects.create(currency="USD", day=localdate() + dt.timedelta(days=30), rate=Decimal("0.5"))
    before = Deal.objects.count()
    response = new_deal(as_alice, title="Lanterns", amount="10", currency="USD")
    assert "no exchange rate" in sentences(response, "currency")
    assert Deal.objects.count() == before


def test_an_amount_that_is_too_large_in_our_currency(as_alice):
    ExchangeRate.objects.create(currency="USD", day=dt.date(2020, 1, 1), rate=Decimal(1000))
    response = new_deal(as_alice, title="Lanterns", amount="99999999999999", currency="USD")
    assert "too large" in sentences(response, "amount")
    assert not Deal.objects.exists()


def test_sales_give_no_deal_to_others(as_alice, bob, nothing_changed):
    with nothing_changed:
        assert "owner" in errors(new_deal(as_alice, title="Lanterns", owner=str(bob.pk)))


def test_sales_make_no_deal_that_they_would_not_see(as_alice, nothing_changed):
    with nothing_changed:
        response = new_deal(as_alice, title="Lanterns", owner="")
    assert "out of your reach" in sentences(response, "__all__")


def test_managers_give_deals_to_their_team(client, mona, bob):
    client.force_login(mona)
    new_deal(client, title="Lanterns", owner=str(bob.pk))
    assert Deal.objects.get().owner == bob
    assert set(Event.objects.values_list("kind", flat=True)) == {"deal.created", "deal.assigned"}


def test_the_same_form_sent_twice_makes_one_deal(as_alice):
    data = opened(as_alice, "/deals/new/") | {"title": "Lanterns", "idempotency_key": "k1"}
    first, second = (as_alice.post("/deals/new/", data) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Deal.objects.count() == 1


def test_a_script_is_shown_as_it_was_typed(as_alice):
    new_deal(as_alice, title="<script>alert(1)</script>")
    deal = Deal.objects.get()
    for path in (deal.get_absolute_url(), "/deals/list/", reverse("deals:history", args=[deal.pk])):
        page = as_alice.get(path).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page
