"""What the products of a deal come to while they are typed: reckoned as when they are saved, and nothing is written."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deals.lines import Line
from deals.models import Product
from tests.conftest import unchanged
from tests.deals.doing import edit_url, goods

URL = "/deals/sums/?currency=EUR"


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def sums(client, *lines, url=URL, **more):
    """Row -> its sum, and "sum" -> the total, as the page gets them."""
    with unchanged():
        page = client.post(url, goods(*lines) | more).content.decode()
    return dict(re.findall(r'id="lines-([\w-]+)" hx-swap-oob="true">([^<]*)<', page))


def test_it_works(as_alice):
    assert sums(as_alice, ("", "Freight", "2", "10", ""), ("", "Rugs", "3", "1.50", "25")) == {
        "0-sum": "€\u00a020.00",
        "1-sum": "€\u00a03.38",
        "sum": "€\u00a023.38",
    }


def test_without_a_price_it_is_the_list_price_in_the_currency_that_is_chosen(as_alice):
    lantern = Product.objects.create(name="Lantern", price=40, currency="EUR")
    line = (f"Lantern (#{lantern.pk})", "", "2", "", "")
    assert sums(as_alice, line)["0-sum"] == "€\u00a080.00"
    assert sums(as_alice, line, currency="USD") == {"0-sum": "", "sum": "–"}


def test_list_prices_are_asked_for_once_however_many_lines_want_them(as_alice):
    lines = [(f"{row} (#{row.pk})", "", "2", "", "") for row in (_priced(number) for number in range(9))]
    with CaptureQueriesContext(connection) as for_two:
        sums(as_alice, *lines[:2])
    with CaptureQueriesContext(connection) as for_nine:
        assert sums(as_alice, *lines)["sum"] == "€\u00a0792.00"
    assert len(for_nine) == len(for_two)


def _priced(number):
    return Product.objects.create(name=f"Lantern {number}", price=40 + number, currency="EUR")


@pytest.mark.parametrize(
    "line",
    [
        ("", "", "", "", ""),
        ("", "Rugs", "", "10", ""),
        ("", "Rugs", "2", "", ""),
        ("", "Rugs", "-2", "10", ""),
        ("", "Rugs", "NaN", "10", ""),
        ("", "Rugs", "2", "10", "101"),
        ("", "Rugs", "9999999999", "9999999999", ""),
        ("Nothing (#999)", "", "2", "", ""),
        ("\x00", "", "2", "", ""),
    ],
)
def test_what_cannot_be_reckoned_yet_counts_for_nothing(as_alice, line):
    assert sums(as_alice, line, ("", "Freight", "1", "10", "")) == {
        "0-sum": "",
        "1-sum": "€\u00a010.00",
        "sum": "€\u00a010.00",
    }


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "<b>", "€"])
def test_a_currency_that_is_none_is_refused(as_alice, currency):
    assert as_alice.post("/deals/sums/", {"currency": currency}).status_code == 400


def test_far_too_many_lines_are_not_all_reckoned(as_alice):
    typed = {f"lines-{n}-{part}": "1" for n in range(400) for part in ("quantity", "unit_price")}
    assert sums(as_alice, **typed)["sum"] == "€\u00a0203.00"


def test_lines_with_prices_ask_nothing_of_the_database(as_alice, django_assert_num_queries):
    as_alice.post(URL)
    lines = goods(*[("", "Rugs", "1", "1", "")] * 100)
    with django_assert_num_queries(2):  # session and user
        as_alice.post(URL, lines)


def test_the_form_opens_with_what_the_products_come_to(as_alice, deal):
    deal.set_lines([Line(None, "Freight", Decimal(2), Decimal(10))])
    page = as_alice.get(edit_url(deal, "lines")).content.decode()
    assert 'id="lines-0-sum">€\u00a020.00<' in page
    assert 'id="lines-1-sum"><' in page
    assert 'id="lines-sum">€\u00a020.00<' in page
