"""An order is entered: numbers, lines, totals, currencies; and all that is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from crm.models import Event, ExchangeRate
from customers.models import Customer, Order, OrderLine
from customers.models.order import next_number, proposed_number
from tests import factories
from tests.customers.baskets import LANTERN, basket, errors, new_order, sentences
from tests.customers.edits import opened

NEW = "/orders/new/"


@pytest.fixture
def sales(client, alice):
    client.force_login(alice)
    return client


def test_it_works(sales, alice, customer):
    response = new_order(sales, LANTERN, ("", "Delivery", "1", "4.9"), customer=f"Zoë Ångström (#{customer.pk})")
    order = Order.objects.get()
    assert response.url == reverse("orders:detail", args=[order.pk])
    assert (order.customer, order.created_by, order.source, order.currency) == (customer, alice, "rapport", "EUR")
    assert (order.total, order.base_total) == (Decimal("29.9"), Decimal("29.9"))
    assert list(order.lines.values_list("position", "sku", "amount")) == [(1, "A1", 25), (2, "", Decimal("4.9"))]
    assert list(Event.objects.values_list("kind", "customer")) == [("order.created", customer.pk)]


def test_the_figures_of_the_customer_follow(sales, customer):
    new_order(sales, customer=f"#{customer.pk}")
    customer.refresh_from_db()
    assert (customer.orders_count, customer.net_total) == (1, 25)
    assert customer.first_order_at == customer.last_order_at == Order.objects.get().placed_at


def test_drafts_do_not_count(sales, customer):
    new_order(sales, customer=f"#{customer.pk}", status="draft")
    customer.refresh_from_db()
    assert (customer.orders_count, customer.net_total) == (0, 0)


def test_without_a_number_it_gets_the_next_one(sales, customer):
    proposed = proposed_number()
    assert proposed in sales.get(NEW).content.decode()
    new_order(sales, customer=f"#{customer.pk}")
    new_order(sales, customer=f"#{customer.pk}")
    first, second = Order.objects.order_by("pk").values_list("number", flat=True)
    assert first == proposed
    assert int(second[2:]) == int(first[2:]) + 1


def test_a_number_that_somebody_typed_already_is_passed_over(db):
    factories.OrderFactory(number=proposed_number())
    assert not Order.everything.filter(number=next_number()).exists()


def test_a_number_of_ones_own(sales, customer):
    new_order(sales, customer=f"#{customer.pk}", number="  X-1 ")
    assert Order.objects.get().number == "X-1"


@pytest.mark.parametrize("gone", [False, True])
def test_a_number_is_given_once(sales, customer, order, ada, gone, nothing_changed):
    if gone:
        order.delete_softly(by=ada)
    with nothing_changed:
        response = new_order(sales, customer=f"#{customer.pk}", number=order.number)
    assert response.status_code == 422
    assert f"There is an order {order.number} already" in sentences(response, "number")
    assert ("deleted" in sentences(response, "number")) is gone


def test_other_sources_have_numbers_of_their_own(sales, customer):
    factories.OrderFactory(number="17", source="shop")
    assert new_order(sales, customer=f"#{customer.pk}", number="17").status_code == 302


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (("A1", "", "NaN", "1"), "Line 1: Quantity: Enter a number."),
        (("A1", "", "Infinity", "1"), "Line 1: Quantity: Enter a number."),
        (("A1", "", "1", "-inf"), "Line 1: Unit price: Enter a number."),
        (("A1", "", "1e400", "1"), "Line 1: Quantity"),
        (("A1", "", "1", "1e400"), "Line 1: Unit price"),
        (("A1", "", "1" + "0" * 30, "1"), "Line 1: Quantity"),
        (("A1", "", "1", "1" + "0" * 30), "Line 1: Unit price"),
        (("A1", "", "9999999999", "99999999999999"), "Line 1: The amount is too large."),
        (("A1", "", "1,5", "1"), "Line 1: Quantity: Enter a number."),
        (("A1", "", "", "1"), "Line 1: Quantity: This field is required."),
        (("A1", "", "1", ""), "Line 1: Unit price: This field is required."),
        (("A1", "", "0", "1"), "Line 1: The quantity must not be zero."),
        (("A1", "", "-1", "1"), "Line 1: a sale has positive quantities"),
        (("A1", "", "1.00001", "1"), "Line 1: Quantity"),
        (("", "", "1", "1"), "Line 1: Enter an article or a description."),
        (("x" * 61, "", "1", "1"), "Line 1: Article"),
        (("A1", "x" * 301, "1", "1"), "Line 1: Description"),
        (("A\x001", "", "1", "1"), "Line 1: Article"),
        (("", "", "", ""), "Enter at least one line."),
    ],
)
def test_a_line_that_makes_no_sense_is_refused(sales, customer, line, sentence, nothing_changed):
    with nothing_changed:
        response = new_order(sales, line, customer=f"#{customer.pk}")
    assert response.status_code == 422
    assert set(errors(response)) == {"lines"}
    assert sentence in sentences(response, "lines")


def test_what_was_typed_stays_in_the_refused_form(sales, customer):
    page = new_order(sales, ("A1", "A red lantern", "1,5", "12"), customer=f"#{customer.pk}").content.decode()
    assert 'value="A red lantern"' in page
    assert 'value="1,5"' in page


def test_digits_of_any_script_are_numbers(sales, customer):
    assert new_order(sales, ("A1", "", "１２", "２.5"), customer=f"#{customer.pk}").status_code == 302
    assert Order.objects.get().total == 30


@pytest.mark.parametrize(("lines", "status"), [(500, 302), (501, 422)])
def test_five_hundred_lines_are_the_most(sales, customer, lines, status):
    rows = [[f"A{n}", "", "1", "1"] for n in range(lines)]
    data = opened(sales, NEW) | {"customer": f"#{customer.pk}"}
    data = {name: value for name, value in data.items() if not name.startswith("lines-")}
    response = sales.post(NEW, data | basket(*rows))
    assert response.status_code == status
    assert OrderLine.objects.count() == (500 if status == 302 else 0)


def test_the_sum_has_a_limit_too(sales, customer):
    most = ("A1", "", "1", "99999999999999")
    response = new_order(sales, most, most, customer=f"#{customer.pk}")
    assert sentences(response, "lines") == "The sum of the lines is too large."


@pytest.mark.parametrize(
    "moment", ["", "yesterday", "2026-13-01T10:00", "0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30"]
)
def test_a_moment_that_is_none_is_refused(sales, customer, moment):
    response = new_order(sales, customer=f"#{customer.pk}", placed_at=moment)
    assert response.status_code == 422
    assert set(errors(response)) == {"placed_at"}


def test_the_moment_is_read_in_the_zone_of_the_user(sales, alice, customer):
    type(alice).objects.filter(pk=alice.pk).update(time_zone="Asia/Tokyo")
    new_order(sales, customer=f"#{customer.pk}", placed_at="2026-03-01T08:30")
    assert Order.objects.get().placed_at == dt.datetime(2026, 2, 28, 23, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("moment", ["2026-03-29T02:30", "2026-10-25T02:30"])
def test_an_hour_that_is_skipped_or_repeated_is_no_error(sales, alice, customer, moment):
    type(alice).objects.filter(pk=alice.pk).update(time_zone="Europe/Stockholm")
    assert new_order(sales, customer=f"#{customer.pk}", placed_at=moment).status_code == 302


def test_a_foreign_total_is_turned_by_the_rate_of_its_day(sales, customer, settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    for day, rate in ((1, "0.1"), (2, "0.2"), (3, "0.3")):
        ExchangeRate.objects.create(currency="SEK", day=dt.date(2026, 3, day), rate=Decimal(rate))
    typed = {"customer": f"#{customer.pk}", "currency": "SEK"}
    new_order(sales, **typed, placed_at="2026-03-01T20:00+00:00")
    order = Order.objects.get()
    assert (order.total, order.base_total) == (25, 5), "it is the second of March in Auckland"


def test_a_currency_without_a_rate_on_that_day_is_refused(sales, customer):
    ExchangeRate.objects.create(currency="SEK", day=dt.date(2026, 3, 2), rate=Decimal("0.2"))
    response = new_order(sales, customer=f"#{customer.pk}", currency="SEK", placed_at="2026-03-01T10:00")
    assert response.status_code == 422
    assert "no exchange rate for SEK" in sentences(response, "currency")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("currency", "XXX"),
        ("kind", "gift"),
        ("status", "lost"),
        ("channel", "owl"),
        ("country", "ZZ"),
        ("number", "x" * 61),
        ("number", "\u200b\u200b"),
        ("customer", "Nobody At All"),
        ("customer", "#999999999"),
        ("customer", ""),
    ],
)
def test_a_choice_that_is_none_is_refused(sales, customer, name, value, nothing_changed):
    with nothing_changed:
        response = new_order(sales, **({"customer": f"#{customer.pk}"} | {name: value}))
    assert response.status_code == 422
    assert set(errors(response)) == {name}


@pytest.mark.parametrize("typed", ["Zoë Ångström", "angstrom", "+44 20 7946 0018", "zoe@example.com", "17850"])
def test_the_customer_is_found_by_whatever_finds_one(sales, customer, typed):
    factories.PhoneFactory(customer=customer, number="+442079460018")
    factories.EmailFactory(customer=customer, address="zoe@example.com")
    factories.ExternalIdFactory(customer=customer, value="17850")
    assert new_order(sales, customer=typed).status_code == 302
    assert Order.objects.get().customer == customer


def test_two_customers_of_a_name_are_not_guessed_between(sales, customer):
    factories.CustomerFactory(name="Zoë Ångström")
    assert "Several customers" in sentences(new_order(sales, customer="Zoë Ångström"), "customer")


def test_sales_enter_orders_of_customers_they_may_change(sales, bob, nothing_changed):
    his = factories.CustomerFactory(owner=bob)
    with nothing_changed:
        response = new_order(sales, customer=f"#{his.pk}")
    assert response.status_code == 422
    assert "out of your reach" in sentences(response, "__all__")


def test_leaders_may_enter_orders_of_nobody(client, mona):
    client.force_login(mona)
    assert new_order(client, customer="").status_code == 302
    assert Order.objects.get().customer is None


def test_a_return_has_negative_quantities_and_names_its_sale(sales, customer, order):
    factories.OrderLineFactory(order=order, quantity=3, unit_price=Decimal("7"))
    url = f"{NEW}?returns={order.pk}"
    data = opened(sales, url)
    assert (data["kind"], data["lines-0-quantity"], data["returns_order"]) == (
        "return",
        "-3",
        f"{order.number} (#{order.pk})",
    )
    assert sales.post(url, data).status_code == 302
    back = Order.objects.get(kind="return")
    assert (back.total, back.returns_order, back.customer) == (-21, order, customer)
    customer.refresh_from_db()
    assert customer.net_total == 79


def test_a_return_takes_nothing_out(sales, customer, order):
    response = new_order(sales, customer=f"#{customer.pk}", kind="return")
    assert "a return has negative quantities" in sentences(response, "lines")


def test_only_returns_take_an_order_back_and_only_of_their_customer(sales, customer, order, alice):
    response = new_order(sales, customer=f"#{customer.pk}", returns_order=order.number)
    assert "Only an order of the kind Return" in sentences(response, "returns_order")
    other = factories.CustomerFactory(owner=alice)
    back = ("A1", "", "-1", "1")
    response = new_order(sales, back, customer=f"#{other.pk}", kind="return", returns_order=order.number)
    assert "of another customer" in sentences(response, "returns_order")
    response = new_order(sales, back, customer=f"#{customer.pk}", kind="return", returns_order="nothing")
    assert "no order of that number" in sentences(response, "returns_order")


def test_an_adjustment_may_have_any_sign(sales, customer):
    lines = [("ADJ", "", "-1", "5"), ("ADJ", "", "1", "2")]
    assert new_order(sales, *lines, customer=f"#{customer.pk}", kind="adjustment").status_code == 302
    assert Order.objects.get().total == -3


def test_the_same_sending_twice_makes_one_order(sales, customer):
    data = opened(sales, NEW) | basket(LANTERN) | {"customer": f"#{customer.pk}", "idempotency_key": "k" * 32}
    assert sales.post(NEW, data)["Location"] == sales.post(NEW, data)["Location"]
    assert Order.objects.count() == 1


def test_begun_on_a_customer_the_form_knows_them(sales, customer):
    Customer.objects.filter(pk=customer.pk).update(country="SE")
    data = opened(sales, f"{NEW}?customer={customer.pk}")
    assert (data["customer"], data["country"]) == (f"Zoë Ångström (#{customer.pk})", "SE")


@pytest.mark.parametrize(
    "query", ["customer=0", "customer=x", "returns=999999999999999999999", "customer=1&returns=%FF"]
)
def test_a_beginning_that_is_none_is_left_out(sales, query):
    assert sales.get(f"{NEW}?{query}").status_code == 200


@pytest.mark.parametrize("text", ["", "nonsense", "[[1]]", "[[1,2,3]]", '{"a": 1}', "[" * 100_000, "null", "5"])
def test_lines_as_a_text_that_nobodys_browser_sends(sales, customer, text, nothing_changed):
    data = {name: value for name, value in opened(sales, NEW).items() if not name.startswith("lines-")}
    with nothing_changed:
        response = sales.post(NEW, data | {"customer": f"#{customer.pk}", "lines": text})
    assert response.status_code == 422
    assert "lines" in errors(response)


def test_lines_that_cannot_be_stored_are_refused(sales):
    response = sales.post(NEW, {"kind": "sale", "lines": '[["\\ud800", "b", "1", "1"]]'})
    assert response.status_code == 422
    assert not Order.objects.exists()


def test_a_sum_too_large_for_its_customer_is_refused(sales, customer):
    factories.OrderFactory(customer=customer, base_total=Decimal("99999999999000"))
    customer.refresh_figures()
    response = new_order(sales, ("A1", "Gold", "1", "99999999999999"), customer=f"#{customer.pk}")
    assert response.status_code == 422
    assert Order.objects.count() == 1
