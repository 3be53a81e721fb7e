"""The timeline: notes and events in one order, a page at a time, without what the reader must not see."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from activities.models import Comment
from activities.story import Story
from activities.timeline import PAGE, Timeline
from crm.errors import BadInput
from crm.events import record
from crm.models import Event
from crm.words import Words
from tests import factories

NOON = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)


def timeline(customer, user, query=""):
    return Timeline(Story(customer, user), QueryDict(query), url="/t/")


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
    assert (entry.who, entry.text) == ("Alice Owner", "Asked for a quote.")
    icons = [tool.icon.rpartition("#")[2].partition('"')[0] for tool in entry.tools]
    assert icons == ["pin", "pencil", "trash-2"]
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


# Row by row


@pytest.fixture
def told(customer, deal, alice, rival):
    """What happened with alice's deal and her lead, of which rob sees nothing."""
    lead = factories.LeadFactory(
        owner=alice, customer=customer, name="Zoë as a lead", status="converted", closed_at=now()
    )
    record(
        "deal.moved", on=deal, by=alice, title="SECRET deal", stage_from={"id": 1, "text": "New"}, stage_to=deal.stage
    )
    record("lead.qualified", on=lead, by=alice, title="SECRET lead")
    note(customer, NOON, deal=deal, created_by=alice, body="SECRET of the deal")
    note(customer, NOON, lead=lead, created_by=alice, body="SECRET of the lead")
    gone = note(customer, NOON, deal=deal, created_by=alice, kind="call", title="SECRET call")
    gone.delete_softly(by=alice)
    factories.AttachmentFactory(customer=customer, deal=deal, created_by=alice, name="SECRET.txt")
    factories.PlanFactory(customer=customer, deal=deal, created_by=alice, title="SECRET plan")
    note(customer, NOON, created_by=alice, body="Known to all")
    return lead


@pytest.mark.parametrize("show", ["", "?show=changes", "?show=notes", "?show=calls", "?show=files"])
def test_what_concerns_a_deal_is_told_to_who_sees_the_deal(client, alice, rival, customer, told, show):
    url = reverse("customers:timeline", args=[customer.pk]) + show
    client.force_login(rival)
    seen = client.get(url).content.decode() + client.get(customer.get_absolute_url()).content.decode()
    assert "SECRET" not in seen
    assert "Known to all" in seen
    client.force_login(alice)
    assert "SECRET" in client.get(customer.get_absolute_url()).content.decode()


def test_the_customer_s_timeline_tells_of_its_leads_and_deals(customer, alice, told):
    entries = _all(customer, alice)
    texts = {str(entry.text) for entry in entries}
    assert {"SECRET of the deal", "SECRET of the lead", "Known to all"} <= texts
    assert any("SECRET deal" in f"{entry.title} {entry.about}" for entry in entries)


def test_what_happened_before_the_deal_was_the_customer_s_is_told_once(customer, alice):
    deal = factories.DealFactory(owner=alice)
    record("deal.created", on=deal, by=alice, title="Early")
    type(deal).objects.filter(pk=deal.pk).update(customer=customer)
    deal.refresh_from_db()
    record("deal.won", on=deal, by=alice, title="Late")
    late, early = (f"{entry.title} {entry.about}" for entry in _all(customer, alice))
    assert "Late" in late
    assert "Early" in early


def test_a_deal_tells_its_own_story(deal, customer, alice):
    note(customer, NOON, body="About the customer")
    mine = note(customer, NOON, deal=deal, body="About the deal")
    record("deal.moved", on=deal, by=alice)
    record("customer.changed", on=customer, by=alice, fields=["city"])
    assert [entry.key.partition("-")[0] for entry in _all(deal, alice)] == ["event", "activity"]
    assert _all(deal, alice)[1].activity == mine


def test_amounts_are_told_before_and_after(deal, alice):
    changes = {"amount": ["1000", "1200"], "title": ["A", "B"]}
    record("deal.changed", on=deal, by=alice, fields=["amount"], changes=changes, currency="EUR")
    assert list(_all(deal, alice)[0].changes) == [("Amount", "€\u00a01,000.00", "€\u00a01,200.00")]


def test_facts_are_named_and_what_is_missing_is_an_ellipsis():
    words = Words("Moved from %(stage_from)s to %(stage_to)s")
    facts = {"stage_from": {"id": 1, "text": "Proposal"}}
    assert words.say("", [], facts) == "Moved from Proposal to …"
    assert Words("100 % done").say("", [], facts) == "100 % done"


def test_pinned_ones_are_on_top_of_the_first_page_only(customer, alice):
    first = note(customer, NOON, created_by=alice)
    for place in range(PAGE + 2):
        note(customer, NOON + dt.timedelta(minutes=place + 1))
    first.pin(alice)
    shown = timeline(customer, alice)
    assert [entry.key for entry in shown.pinned] == [f"activity-{first.pk}"]
    older = timeline(customer, alice, shown.older_url.partition("?")[2])
    assert older.pinned == []
    assert f"activity-{first.pk}" not in keys(shown) + keys(older)


def test_text_with_script_is_text(client, alice, customer):
    note(customer, NOON, created_by=alice, body="<script>alert(1)</script>")
    client.force_login(alice)
    assert "<script>alert(1)" not in client.get(customer.get_absolute_url()).content.decode()


@pytest.mark.parametrize("who", ["ada", "mona", "alice", "rita"])
def test_a_page_costs_the_same_for_one_entry_as_for_twenty(request, deal, customer, who):
    user = request.getfixturevalue(who)

    def fill():
        row = note(customer, now(), deal=deal, body="Hello @Mona Manager")
        Comment.objects.create(activity=row, body="Yes @Mona Manager", created_by=row.created_by)
        factories.AttachmentFactory(deal=deal, activity=row, created_by=row.created_by)
        record("deal.moved", on=deal, by=None)

    def asked():
        with CaptureQueriesContext(connection) as captured:
            keys(timeline(deal, user))
        return len(captured)

    fill()
    one = asked()
    for _time in range(20):
        fill()
    assert asked() == one <= 8  # those for comments, files and people are small
