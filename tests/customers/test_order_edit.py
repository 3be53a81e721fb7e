"""An order is changed: whole, one fact, its lines, back from the history; by two at once; by whom it is refused."""

from __future__ import annotations

import json
import threading
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from crm.history import event_model
from crm.models import Event
from customers.models import Order
from tests import factories
from tests.customers.baskets import basket, errors, sentences
from tests.customers.edits import in_place, opened, sent


def edit_url(order, field=""):
    return reverse("orders:edit", args=[order.pk]) + (f"?field={field}" if field else "")


@pytest.fixture
def filled(order):
    """An order with one line, worth 100, and the figures of its customer."""
    factories.OrderLineFactory(order=order, position=1)
    order.customer.refresh_figures()
    return order


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def as_mona(mona):
    client = Client()
    client.force_login(mona)
    return client


def test_it_works(as_alice, filled):
    url = edit_url(filled)
    assert as_alice.post(url, opened(as_alice, url) | {"status": "completed", "country": "SE"}).status_code == 302
    filled.refresh_from_db()
    assert (filled.status, filled.country, filled.total) == ("completed", "SE", 100)
    assert Event.objects.get().data == {"fields": ["status", "country"]}
    assert Event.objects.get().customer == filled.customer


def test_a_line_has_no_marks_that_turn_its_direction(as_alice, filled):
    url = edit_url(filled, "lines")
    as_alice.post(url, opened(as_alice, url) | basket(("\u202eA1", "Lantern\u2066", "2", "12.50")))
    assert [(line.sku, line.description) for line in filled.lines.all()] == [("A1", "Lantern")]


def test_opened_and_sent_unchanged_it_writes_nothing(as_alice, filled, nothing_changed):
    url = edit_url(filled)
    with nothing_changed:
        assert as_alice.post(url, opened(as_alice, url)).status_code == 302


def test_other_lines_make_another_total(as_alice, filled):
    url = edit_url(filled, "lines")
    response = as_alice.post(
        url, opened(as_alice, url) | basket(("A1", "Lantern", "3", "12.5"), ("B2", "", "1", "0.25"))
    )
    assert response.status_code == 302
    filled.refresh_from_db()
    filled.customer.refresh_from_db()
    assert (filled.total, filled.base_total, filled.version) == (Decimal("37.75"), Decimal("37.75"), 2)
    assert list(filled.lines.values_list("position", "sku")) == [(1, "A1"), (2, "B2")]
    assert filled.customer.net_total == Decimal("37.75")


def test_an_emptied_row_is_a_line_less(as_alice, filled):
    factories.OrderLineFactory(order=filled, position=2, sku="B2", unit_price=5)
    url = edit_url(filled, "lines")
    as_alice.post(url, opened(as_alice, url) | basket(("", "", "", "")))
    assert list(filled.lines.values_list("position", "sku")) == [(1, "B2")]


@pytest.mark.parametrize(
    ("changes", "count", "net"),
    [
        ({"status": "cancelled"}, 0, 0),
        ({"status": "draft"}, 0, 0),
        ({"kind": "adjustment"}, 0, 100),
        ({"status": "completed"}, 1, 100),
    ],
)
def test_the_figures_of_the_customer_follow(as_alice, filled, changes, count, net):
    url = edit_url(filled)
    assert as_alice.post(url, opened(as_alice, url) | changes).status_code == 302
    filled.customer.refresh_from_db()
    assert (filled.customer.orders_count, filled.customer.net_total) == (count, net)


def test_an_order_that_changes_hands_leaves_one_and_reaches_the_other(as_alice, alice, filled):
    other = factories.CustomerFactory(owner=alice)
    url = edit_url(filled, "customer")
    assert as_alice.post(url, opened(as_alice, url) | {"customer": f"#{other.pk}"}).status_code == 302
    filled.customer.refresh_from_db()
    other.refresh_from_db()
    assert (filled.customer.orders_count, other.orders_count) == (0, 1)
    assert (filled.customer.net_total, other.net_total) == (0, 100)


def test_one_fact_in_place(as_alice, filled):
    url = edit_url(filled, "status")
    data = opened(as_alice, url, **in_place("status"))
    assert set(data) == {"status", "base"}
    response = as_alice.post(url, data | {"status": "completed"}, headers=in_place("status"))
    assert response.status_code == 200
    assert "Completed" in response.content.decode()
    assert "record:changed" in json.loads(response["HX-Trigger"])


def test_a_refused_fact_comes_back_as_the_same_form(as_alice, filled, nothing_changed):
    url = edit_url(filled, "placed_at")
    data = opened(as_alice, url, **in_place("placed_at"))
    with nothing_changed:
        response = as_alice.post(url, data | {"placed_at": "soon"}, headers=in_place("placed_at"))
    assert response.status_code == 422
    assert 'id="fact-placed_at"' in response.content.decode()
    assert set(errors(response)) == {"placed_at"}


@pytest.mark.parametrize("field", ["total", "base_total", "source", "version", "created_by", "nothing", "base"])
def test_what_is_no_field_cannot_be_edited(as_alice, filled, field):
    assert as_alice.get(edit_url(filled, field)).status_code == 400


def test_a_sale_with_lines_does_not_become_a_return_as_it_is(as_alice, filled, nothing_changed):
    url = edit_url(filled, "kind")
    data = opened(as_alice, url)
    with nothing_changed:
        response = as_alice.post(url, data | {"kind": "return"})
    assert "a return has negative quantities" in sentences(response, "kind") + sentences(response, "__all__")


def test_what_was_imported_against_our_rules_can_still_be_completed(as_alice, filled):
    factories.OrderLineFactory(order=filled, position=2, sku="", description="", quantity=-1, unit_price=5)
    url = edit_url(filled, "status")
    assert as_alice.post(url, opened(as_alice, url) | {"status": "completed"}).status_code == 302


def test_an_order_without_lines_keeps_its_total(as_alice, order):
    url = edit_url(order)
    assert as_alice.post(url, opened(as_alice, url) | {"country": "SE"}).status_code == 302
    order.refresh_from_db()
    assert (order.country, order.total) == ("SE", 100)


def test_an_order_of_very_many_lines_is_edited_without_them(as_alice, filled):
    from customers.models import OrderLine

    OrderLine.objects.bulk_create(
        OrderLine(order=filled, position=n, sku="A", quantity=1, unit_price=1) for n in range(2, 600)
    )
    url = edit_url(filled)
    data = opened(as_alice, url)
    assert not any(name.startswith("lines") for name in data)
    assert as_alice.post(url, data | {"country": "SE"}).status_code == 302
    assert filled.lines.count() == 599


def test_the_moment_keeps_its_fraction_and_its_fold(as_alice, alice, filled):
    import datetime as dt

    type(alice).objects.filter(pk=alice.pk).update(time_zone="Europe/Stockholm")
    second = dt.datetime(2026, 10, 25, 1, 30, 5, 123456, tzinfo=dt.UTC)  # 02:30 for the second time
    Order.objects.filter(pk=filled.pk).update(placed_at=second)
    url = edit_url(filled)
    as_alice.post(url, opened(as_alice, url) | {"country": "SE"})
    filled.refresh_from_db()
    assert (filled.placed_at, filled.country) == (second, "SE")


# Two at once


def test_two_editors_of_different_fields_both_keep_their_change(as_alice, as_mona, filled):
    url = edit_url(filled)
    hers, his = opened(as_alice, url), opened(as_mona, url)
    assert as_alice.post(url, hers | {"status": "completed"}).status_code == 302
    assert as_mona.post(url, his | basket(("B2", "", "1", "7"))).status_code == 302
    filled.refresh_from_db()
    assert (filled.status, filled.total) == ("completed", 7)


@pytest.mark.parametrize("field", ["", "status"])
def test_the_second_editor_of_a_field_is_shown_both_values(as_alice, as_mona, filled, field):
    url = edit_url(filled, field)
    hers, his = opened(as_alice, url), opened(as_mona, url)
    as_alice.post(url, hers | {"status": "completed"})
    response = as_mona.post(url, his | {"status": "cancelled"})
    assert response.status_code == 409
    (clash,) = response.context["conflict"].clashes
    assert (clash.before, clash.theirs, clash.yours) == ("Open", "Completed", "Cancelled")
    filled.refresh_from_db()
    assert filled.status == "completed"
    assert as_mona.post(url, sent(response, url) | {"status": "cancelled"}).status_code == 302
    filled.refresh_from_db()
    assert filled.status == "cancelled"


@pytest.mark.parametrize("field", ["", "lines"])
@pytest.mark.parametrize("keep", ["theirs_raw", "yours_raw"])
def test_lines_clash_as_one_value_and_either_can_be_kept(as_alice, as_mona, filled, field, keep):
    url = edit_url(filled, field)
    hers, his = opened(as_alice, url), opened(as_mona, url)
    as_alice.post(url, hers | basket(("A1", "Lantern", "2", "10")))
    response = as_mona.post(url, his | basket(("A1", "Lantern", "3", "10")))
    assert response.status_code == 409
    (clash,) = response.context["conflict"].clashes
    assert ("2 × A1" in clash.theirs, "3 × A1" in clash.yours, "1 × A1" in clash.before) == (True, True, True)
    choice = sent(response, url) | {"lines": getattr(clash, keep)}
    assert as_mona.post(url, choice).status_code == 302
    filled.refresh_from_db()
    assert filled.total == {"theirs_raw": 20, "yours_raw": 30}[keep]


def test_the_untouched_lines_travel_through_a_merge(as_alice, as_mona, filled):
    """A clash about the status must not lose the lines typed with it."""
    url = edit_url(filled)
    hers, his = opened(as_alice, url), opened(as_mona, url)
    as_alice.post(url, hers | {"status": "completed"})
    response = as_mona.post(url, his | {"status": "cancelled"} | basket(("B2", "Rope", "4", "1.5")))
    assert response.status_code == 409
    assert as_mona.post(url, sent(response, url) | {"status": "cancelled"}).status_code == 302
    filled.refresh_from_db()
    assert (filled.status, filled.total) == ("cancelled", 6)


def test_bringing_back_a_value_meets_the_conflict_too(as_alice, as_mona, filled):
    url = edit_url(filled)
    as_alice.post(url, opened(as_alice, url) | {"country": "SE"})
    event = event_model(Order).objects.order_by("-pgh_id").first()
    page = as_alice.get(reverse("orders:history", args=[filled.pk]))
    base = page.context["base"]
    as_mona.post(url, opened(as_mona, url) | {"country": "DK"})
    restore = reverse("orders:restore_value", args=[filled.pk])
    data = {"event": event.pk, "field": "country", "base": base}
    assert as_alice.post(restore, data).status_code == 409
    filled.refresh_from_db()
    assert filled.country == "DK"
    fresh = as_alice.get(reverse("orders:history", args=[filled.pk])).context["base"]
    assert as_alice.post(restore, data | {"base": fresh}).status_code == 302
    filled.refresh_from_db()
    assert filled.country == ""


@pytest.mark.parametrize("data", [{}, {"field": "lines", "event": "1"}, {"field": "status", "event": "x"}])
def test_what_is_not_in_the_history_does_not_come_back(as_alice, filled, data, nothing_changed):
    with nothing_changed:
        assert as_alice.post(reverse("orders:restore_value", args=[filled.pk]), data).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_parallel_edits_of_lines_and_status_lose_nothing(ada, filled):
    """Eight change the lines, eight the country, from one stale form each: one of each kind is saved, 14 are told."""
    client = Client()
    client.force_login(ada)
    url = edit_url(filled)
    data = opened(client, url)
    sendings = [data | basket(("A1", "", str(n + 2), "1")) for n in range(8)]
    sendings += [data | {"country": code} for code in ("SE", "DK", "NO", "FI", "DE", "FR", "IT", "ES")]
    statuses, start = [], threading.Barrier(len(sendings))

    def edit(sending):
        editor = Client()
        editor.force_login(ada)
        start.wait()
        try:
            statuses.append(editor.post(url, sending).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=edit, args=[sending]) for sending in sendings]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    filled.refresh_from_db()
    filled.customer.refresh_from_db()
    assert sorted(statuses) == [302] * 2 + [409] * 14
    assert filled.total == sum(line.amount for line in filled.lines.all()) == filled.customer.net_total
    assert filled.version == 3
