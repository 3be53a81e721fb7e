"""An order is put away and brought back; the figures of its customer follow."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from crm.models import Event
from tests import factories


def url(verb, order):
    return reverse(f"orders:{verb}", args=[order.pk])


@pytest.fixture
def as_alice(client, alice, order):
    client.force_login(alice)
    order.customer.refresh_figures()
    return client


def test_it_works_and_offers_the_way_back(as_alice, order):
    response = as_alice.post(url("delete", order), follow=True)
    page = response.content.decode()
    assert response.redirect_chain == [("/orders/", 302)]
    assert f"{order.number} was deleted." in page
    assert f'action="{url("restore", order)}"' in page
    order.customer.refresh_from_db()
    assert (order.customer.orders_count, order.customer.net_total) == (0, 0)
    as_alice.post(url("restore", order))
    order.customer.refresh_from_db()
    assert (order.customer.orders_count, order.customer.net_total) == (1, 100)
    assert list(Event.objects.order_by("pk").values_list("kind", "customer")) == [
        ("order.deleted", order.customer_id),
        ("order.restored", order.customer_id),
    ]


def test_twice_is_once(as_alice, order):
    for verb in ("delete", "delete", "restore", "restore"):
        assert as_alice.post(url(verb, order)).status_code == 302
    assert Event.objects.count() == 2


def test_deleted_it_is_nowhere_but_among_the_deleted(as_alice, client, order, rita):
    order.delete_softly(by=order.customer.owner)
    assert as_alice.get(url("detail", order)).status_code == 200
    assert as_alice.get(url("edit", order)).status_code == 404
    assert order.number not in as_alice.get("/orders/").content.decode()
    assert order.number in as_alice.get("/orders/deleted/").content.decode()
    client.force_login(rita)
    assert client.get(url("detail", order)).status_code == 404


def test_others_orders_are_not_deleted(order, bob, rita, gus, charlie, nothing_changed):
    clients = [Client() for _user in range(5)]
    for client, user in zip(clients, (bob, rita, gus, charlie), strict=False):
        client.force_login(user)
    with nothing_changed:
        for verb in ("delete", "restore"):
            assert [client.post(url(verb, order)).status_code for client in clients] == [403, 403, 403, 403, 302]


def test_deletion_by_link_is_no_deletion(as_alice, order, nothing_changed):
    with nothing_changed:
        assert as_alice.get(url("delete", order)).status_code == 405


def test_a_return_outlives_its_deleted_sale(as_alice, order, alice):
    back = factories.OrderFactory(
        customer=order.customer, kind="return", returns_order=order, base_total=-10, total=-10
    )
    order.delete_softly(by=alice)
    assert as_alice.get(url("detail", back)).status_code == 200
    assert as_alice.get(url("edit", back)).status_code == 200
