"""The timeline: notes and events in one order, a page at a time, without what the reader must not see."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils.timezone import now

from activities.timeline import PAGE, Timeline
from crm.errors import BadInput
from crm.events import record
from crm.models import Event
from tests import factories

NOON = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)


def timeline(customer, user, query=""):
    return Timeline(customer, user, QueryDict(query), url="/t/")


def keys(shown):
    return [entry.key for day in shown.days for entry in day.entries]


def note(customer, at, **more):
    return factories.ActivityFactory(customer=customer, done_at=at, **more)


def event(customer, at, kind="customer.changed", **facts):
    found = record(kind, on=customer, by=None, **facts)
    Event.objects.filter(pk=found.pk).update(at=at)
    return found


def test_it_works(customer, alice):
    first = event(customer, NOON, kind="customer.created")
    second = note(customer, NOON + dt.timedelta(hours=1), created_by=alice, body="Asked for a quote.")
    shown = timeline(customer, alice)
    assert keys(shown) == [f"activity-{second.pk}", f"event-{first.pk}"]
    entry = shown.days[0].entries[0]
    assert (entry.who, entry.text, entry.may_edit) == ("Alice Owner", "Asked for a quote.", True)
    assert shown.days[0].entries[1].title == "Customer added"


def test_pages_show_every_entry_once_even_at_equal_moments(customer, alice):
    for place in range(30):
        note(customer, NOON + dt.timedelta(minutes=place // 7))
        event(customer, NOON + dt.timedelta(minutes=place // 5))
    everything, query, pages = [], "", 0
    while True:
        shown = timeline(customer, alice, query)
        assert len(keys(shown)) <= PAGE
        everything += keys(shown)
        pages += 1
        if not shown.older_url:
            break
        query = shown.older_url.partition("?")[2]
    assert len(everything) == len(set(everything)) == 60
    assert pages == 3
    moments = [entry.at for entry in _all(customer, alice)]
    assert moments == sorted(moments, reverse=True)


def _all(customer, user):
    found, query = [], ""
    while True:
        shown = timeline(customer, user, query)
        found += [entry for day in shown.days for entry in day.entries]
        if not shown.older_url:
            return found
        query = shown.older_url.partition("?")[2]


def test_a_day_that_goes_on_is_not_named_again(customer, alice):
    for place in range(PAGE + 5):
        note(customer, NOON + dt.timedelta(minutes=place))
    first = timeline(customer, alice)
    second = timeline(customer, alice, first.older_url.partition("?")[2])
    assert [day.label for day in first.days] == [first.days[0].label]
    assert [day.label for day in second.days] == [""]


def test_days_are_those_of_the_reader(client, customer, alice):
    alice.time_zone = "Asia/Tokyo"
    alice.save(update_fields=["time_zone"])
    note(customer, dt.datetime(2025, 3, 10, 20, 0, tzinfo=dt.UTC))
    client.force_login(alice)
    shown = client.get(customer.get_absolute_url()).content.decode()
    assert '<h3 class="day">11 March 2025</h3>' in shown


def test_today_and_yesterday_have_names(customer, alice):
    note(customer, now())
    note(customer, now() - dt.timedelta(days=1))
    assert [day.label for day in timeline(customer, alice).days] == ["Today", "Yesterday"]


@pytest.mark.parametrize(
    ("show", "kinds"), [("", {"activity", "event"}), ("notes", {"activity"}), ("changes", {"event"})]
)
def test_it_can_be_narrowed(customer, alice, show, kinds):
    note(customer, NOON)
    event(customer, NOON)
    assert {key.partition("-")[0] for key in keys(timeline(customer, alice, f"show={show}"))} == kinds


def place(moment):
    return base64.urlsafe_b64encode(f'["{moment}",1,0]'.encode()).decode().rstrip("=")


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59+00:00"])
def test_a_moment_that_no_zone_can_show_is_refused(customer, alice, at):
    for rank in "012":
        with pytest.raises(BadInput):
            keys(timeline(customer, alice, f"before={rank}{place(at)}"))


@pytest.mark.parametrize(
    "query",
    ["show=money", "before=x", "before=0x", "before=2WyJhIiwxLDBd", "before=0WzEsMSwwXQ", "before=" + "1" * 200],
)
def test_what_it_does_not_know_is_refused(customer, alice, query):
    with pytest.raises(BadInput):
        keys(timeline(customer, alice, query))


def test_the_refusal_is_a_page(client, customer, alice):
    client.force_login(alice)
    assert client.get(reverse("customers:timeline", args=[customer.pk]) + "?show=money").status_code == 400


# What is told to whom


def test_hidden_fields_are_not_named(customer, ada, mona, alice):
    event(customer, NOON, fields=["monthly_income"])
    event(customer, NOON, fields=["city", "monthly_income", "call_eligible", "phones"])
    told = {user: [entry.title for entry in _all(customer, user)] for user in (ada, mona, alice)}
    assert told[ada] == ["City, Monthly income, May be called, Phones changed", "Monthly income changed"]
    assert told[mona] == ["City, May be called, Phones changed"]
    assert told[alice] == ["City, Phones changed"]


def test_events_about_orders_are_told_to_who_sees_orders(customer, order, alice, gus):
    record("order.created", on=order, by=alice, number="R-1")
    assert [entry.title for entry in _all(customer, alice)] == ["Order R-1"]
    assert _all(customer, gus) == []


def test_a_deleted_note_is_gone_and_its_deletion_is_told(customer, alice):
    gone = note(customer, NOON, created_by=alice)
    gone.delete_softly(by=alice)
    assert [entry.title for entry in _all(customer, alice)] == ["Note deleted"]


def test_an_event_without_words_is_told_in_its_own(customer, alice):
    event(customer, NOON, kind="customer.loyalty_raised")
    assert [entry.title for entry in _all(customer, alice)] == ["Customer loyalty raised"]


def test_changes_of_fields_that_are_no_more_are_left_out(customer, alice):
    event(customer, NOON, fields=["fax", "city"])
    assert [entry.title for entry in _all(customer, alice)] == ["City changed"]
