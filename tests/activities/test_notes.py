"""Notes: written once, changed and deleted by their author alone, never lost."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from activities.models import Activity
from crm.models import Event
from tests import factories
from tests.customers.edits import opened, sent
from tests.rows import all_rows

HTMX = {"HX-Request": "true"}


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def note(customer, alice):
    return factories.ActivityFactory(customer=customer, created_by=alice, body="Asked for a quote.")


def about(customer):
    return reverse("activities:create", args=["customer", customer.pk])


def edit_url(note):
    return reverse("activities:edit", args=[note.pk])


# Writing


def test_it_works(as_alice, alice, customer):
    response = as_alice.post(about(customer), {"body": "  Called back.\r\nWants oak. "})
    note = Activity.objects.get()
    assert (note.body.replace("\r\n", "\n"), note.created_by, note.customer) == (
        "Called back.\nWants oak.",
        alice,
        customer,
    )
    assert response["Location"] == customer.get_absolute_url()
    event = Event.objects.get(kind="activity.created")
    assert (event.customer, event.actor) == (customer, alice)


def test_htmx_gets_an_empty_composer_and_the_timeline_is_told(as_alice, customer):
    response = as_alice.post(about(customer), {"body": "Called back."}, headers=HTMX)
    assert response.status_code == 200
    assert 'id="composer"' in response.content.decode()
    assert "Called back." not in response.content.decode()
    assert "record:changed" in response["HX-Trigger"]


@pytest.mark.parametrize("body", ["", "   \n ", "\u200b\u200b", "x" * 20_001, "a\x00b"])
def test_nothing_to_read_is_refused_and_what_was_typed_comes_back(as_alice, customer, body, nothing_changed):
    with nothing_changed:
        response = as_alice.post(about(customer), {"body": body}, headers=HTMX)
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    assert body.strip("\x00")[:50].strip() in response.content.decode()


def test_without_script_the_refused_note_comes_back_on_a_page(as_alice, customer):
    response = as_alice.post(about(customer), {"body": ""})
    assert response.status_code == 422
    assert "<h1" in response.content.decode()


def test_a_note_is_about_the_customer_of_its_address_and_by_whoever_sent_it(as_alice, alice, customer, bob):
    other = factories.CustomerFactory()
    as_alice.post(
        about(customer),
        {"body": "x", "customer": other.pk, "created_by": bob.pk, "version": 7, "id": 5, "done_by": bob.pk, "deal": 3},
    )
    note = Activity.objects.get()
    assert (note.customer, note.created_by, note.kind, note.version) == (customer, alice, "note", 1)


def test_the_same_note_sent_twice_is_one(as_alice, customer):
    answers = [as_alice.post(about(customer), {"body": "x", "idempotency_key": "k"}, headers=HTMX) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert answers[0]["HX-Trigger"] == answers[1]["HX-Trigger"]
    assert Activity.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_notes_at_once_with_one_key_are_one():
    customer, alice = factories.CustomerFactory(), factories.UserFactory()
    clients = [Client() for _ in range(20)]
    [client.force_login(alice) for client in clients]
    start, seen = threading.Barrier(20), []

    def send(client):
        start.wait()
        try:
            seen.append(client.post(about(customer), {"body": "x", "idempotency_key": "k"}).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[client]) for client in clients]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert seen == [302] * 20
    assert Activity.objects.count() == 1


# Changing


def test_one_s_own_note_is_changed(as_alice, note):
    url = edit_url(note)
    assert as_alice.post(url, opened(as_alice, url) | {"body": "Wants oak."}).status_code == 302
    note.refresh_from_db()
    assert note.body == "Wants oak."


def test_in_place_the_note_comes_back_and_says_that_it_was_edited(as_alice, note):
    url = edit_url(note)
    form = as_alice.get(url, headers=HTMX)
    changed = as_alice.post(url, sent(form, url) | {"body": "Wants oak."}, headers=HTMX).content.decode()
    assert f'id="body-activity-{note.pk}"' in changed
    assert "edited" in changed


def test_a_note_that_was_changed_meanwhile_is_merged(as_alice, note):
    url = edit_url(note)
    data = opened(as_alice, url) | {"body": "Yours"}
    Activity.objects.filter(pk=note.pk).update(body="Theirs")
    refused = as_alice.post(url, data, headers=HTMX)
    assert refused.status_code == 409
    assert "Theirs" in refused.content.decode()
    assert as_alice.post(url, sent(refused, url), headers=HTMX).status_code == 200
    note.refresh_from_db()
    assert note.body == "Yours"


@pytest.mark.parametrize("who", ["bob", "mona"])
def test_the_words_of_others_are_not_changed(client, request, note, who):
    client.force_login(request.getfixturevalue(who))
    before = all_rows()
    assert client.post(edit_url(note), {"body": "x"}).status_code == 403
    assert client.post(reverse("activities:delete", args=[note.pk])).status_code == 403
    assert all_rows() == before


def test_whoever_became_an_analyst_no_longer_changes_old_notes(client, alice, note):
    alice.role = "analyst"
    alice.save(update_fields=["role"])
    client.force_login(alice)
    assert client.post(edit_url(note), {"body": "x"}).status_code == 403
    assert edit_url(note) not in client.get(note.customer.get_absolute_url()).content.decode()


# Deleting


def test_deleting_a_note_can_be_undone(as_alice, note):
    response = as_alice.post(reverse("activities:delete", args=[note.pk]), headers=HTMX)
    assert response.status_code == 200
    assert response.content == b""
    assert reverse("activities:restore", args=[note.pk]) in response["HX-Trigger"]
    assert not Activity.objects.exists()
    back = as_alice.post(reverse("activities:restore", args=[note.pk]))
    assert back["Location"] == note.customer.get_absolute_url()
    assert Activity.objects.get().body == "Asked for a quote."


def test_a_note_has_a_page_of_its_own(as_alice, note):
    page = as_alice.get(reverse("activities:detail", args=[note.pk])).content.decode()
    assert "Asked for a quote." in page
    assert note.customer.get_absolute_url() in page
