"""Live updates over real sockets: who hears of what, who does not, and what it costs."""

from __future__ import annotations

import json
import time

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from crm import topics
from crm.lanes import Lanes, Pages
from crm.live import Live
from leads import assignment
from tests import factories
from tests.deals.doing import opened
from tests.serving import Wire, request, serving, wait_until

END = b"0\r\n\r\n"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def live():
    return Live(ping=0.5, check=1.0, most_of_one=400)


@pytest.fixture
def port(live):
    with serving(Lanes(pages=Pages(WSGIHandler(), threads=2), live=live)) as port:
        wait_until(lambda: listeners() == 1)
        yield port


def listeners():
    """Connections of hubs to this test's database."""
    return count_connections("application_name = 'rapport live'")


def count_connections(condition="true"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND {condition}")  # noqa: S608
        return cursor.fetchone()[0]


def cookie_of(user):
    client = Client()
    client.force_login(user)
    name, morsel = next(iter(client.cookies.items()))
    return f"Cookie: {name}={morsel.value}\r\n"


def open_stream(wire, asked, headers, since=""):
    return wire.say(request("GET", f"/live/?topics={','.join(asked)}&since={since}", headers=headers, close=False))


def watch(wire, asked, headers):
    assert b"text/event-stream" in open_stream(wire, asked, headers).hear(upto=b": watching").lower()
    return wire


def messages(heard):
    return [json.loads(line[6:]) for line in heard.decode().splitlines() if line.startswith("data: ")]


def test_it_works(port, alice, customer):
    name = topics.topic(customer)
    with Wire(port) as wire:
        watch(wire, [name], cookie_of(alice))
        topics.publish(name)
        assert {"topic": name} in messages(wire.hear(upto=b"}"))


def test_what_is_rolled_back_is_not_heard(port, alice, customer):
    with Wire(port) as wire:
        watch(wire, [topics.topic(customer), f"user:{alice.pk}"], cookie_of(alice))
        with transaction.atomic():
            topics.publish(topics.topic(customer))
            transaction.set_rollback(True)
        topics.publish(f"user:{alice.pk}")
        assert messages(wire.hear(upto=b"}")) == [{"topic": f"user:{alice.pk}"}]


@pytest.mark.parametrize("other", ['prefs={"a": 1}', "a[b]=c d", "é=ü", "half", "=;;"])
def test_what_others_have_put_into_the_browser_does_not_matter(port, alice, other):
    headers = cookie_of(alice).replace("Cookie: ", f"Cookie: {other}; ")
    with Wire(port) as wire:
        watch(wire, [f"user:{alice.pk}"], headers)


#: as a quoted cookie spells it
NUL = 'Cookie: rapport_session="\\000aaaaaaaaaaaaaaaa"\r\n'


@pytest.mark.parametrize("headers", ["", "Cookie: rapport_session=nonsense\r\n", "Cookie: =;;\r\n", NUL])
def test_nobody_is_refused(port, headers, db):
    with Wire(port) as wire:
        assert wire.say(request("GET", "/live/?topics=user:1", headers=headers)).status() == 401


def test_a_post_is_refused(port, alice):
    with Wire(port) as wire:
        assert wire.say(request("POST", "/live/?topics=user:1", headers=cookie_of(alice))).status() == 405


def test_a_stranger_does_not_hear(port, charlie, customer, ada):
    asked = [topics.topic(customer), f"user:{ada.pk}", f"user:{charlie.pk}", "no.such:1", "auth.permission:1", "x", ""]
    with Wire(port) as wire:
        watch(wire, asked, cookie_of(charlie))
        for topic in (topics.topic(customer), f"user:{ada.pk}", f"user:{charlie.pk}"):
            topics.publish(topic)
        assert messages(wire.hear(upto=b"}")) == [{"topic": f"user:{charlie.pk}"}]


def test_at_most_fifty_topics(port, live, ada, customer):
    asked = [*(f"user:{10**9 + number}" for number in range(50)), topics.topic(customer)]
    with Wire(port) as wire:
        watch(wire, asked, cookie_of(ada))
        assert next(iter(live.hub.clients)).topics == {}


def test_a_stream_ends_when_its_session_does(port, alice):
    headers = cookie_of(alice)
    with Wire(port) as wire:
        watch(wire, [f"user:{alice.pk}"], headers)
        type(alice).objects.filter(pk=alice.pk).update(is_active=False)
        began = time.monotonic()
        wire.hear(upto=END)
        assert time.monotonic() - began < 10


def test_who_may_no_longer_see_a_record_no_longer_hears_of_it(port, live, alice, customer):
    with Wire(port) as wire:
        watch(wire, [topics.topic(customer)], cookie_of(alice))
        client = next(iter(live.hub.clients))
        assert client.topics
        type(alice).objects.filter(pk=alice.pk).update(role="")
        wait_until(lambda: not client.topics)


def heard_by(port, user, asked, change):
    """What `user` hears of `change` who watches `asked`."""
    with Wire(port) as wire:
        watch(wire, asked, cookie_of(user))
        change()
        topics.publish(f"user:{user.pk}")
        return messages(wire.hear(upto=f"user:{user.pk}".encode()))[:-1]


MINE = [{"topic": "deals.deal:mine"}]


@pytest.mark.parametrize(
    ("who", "heard"),
    [
        ("ada", MINE),
        ("rita", MINE),
        ("mona", MINE),
        ("alice", MINE),
        ("bob", []),
        ("gus", []),
        ("charlie", []),
    ],
)
def test_all_of_a_kind_is_heard_of_by_those_who_see_the_row(port, request, deal, who, heard):
    user = request.getfixturevalue(who)
    names = ["deals.deal:mine", f"user:{user.pk}"]
    assert heard_by(port, user, names, lambda: deal.win(by=deal.owner)) == heard


def test_whoever_had_it_hears_that_it_went_and_whoever_gets_it_that_it_came(port, deal, alice, bob, mona):
    for user in (alice, bob):
        deal.refresh_from_db()
        other = bob if deal.owner == alice else alice
        names = ["deals.deal:mine", f"user:{user.pk}"]
        assert MINE[0] in heard_by(port, user, names, lambda other=other: deal.assign(other, by=mona))


LEADS = [{"topic": "leads.lead:mine"}]


@pytest.fixture
def here(bob):
    """Bob, who has chosen a password: leads are shared out only to those who have."""
    bob.password = "known"
    bob.save(update_fields=["password"])
    return bob


def edit_owner(client, pk, owner):
    url = reverse("leads:edit", args=[pk]) + "?field=owner"
    client.post(url, opened(client, url) | {"owner": str(owner.pk)})


@pytest.mark.parametrize("way", ["assigned", "shared out", "given back", "in the form"])
def test_whoever_gets_leads_hears_that_they_came(port, client, alice, here, mona, way):
    client.force_login(mona)
    rows = [factories.LeadFactory(owner=here if way == "given back" else None).pk for _ in range(3)]
    before = assignment.assign(rows, alice, mona) if way == "given back" else None
    ways = {
        "assigned": lambda: assignment.assign(rows, here, mona),
        "shared out": lambda: assignment.share_out(rows, mona, among=[here]),
        "given back": lambda: assignment.undo(before),
        "in the form": lambda: edit_owner(client, rows[0], here),
    }
    assert heard_by(port, here, ["leads.lead:mine", f"user:{here.pk}"], ways[way]) == LEADS


def test_a_deal_that_is_shared_is_heard_of_too(port, deal, bob):
    deal.shared_with.add(bob)
    names = ["deals.deal:mine", f"user:{bob.pk}"]
    assert heard_by(port, bob, names, lambda: deal.win(by=deal.owner)) == MINE


def test_a_deal_that_is_shared_while_the_stream_is_open_is_heard_of_soon(port, live, deal, bob):
    with Wire(port) as wire:
        watch(wire, ["deals.deal:mine"], cookie_of(bob))
        deal.shared_with.add(bob)
        wait_until(lambda: topics.topic(deal) in live.hub.watchers)
        deal.win(by=deal.owner)
        assert {"topic": "deals.deal:mine"} in messages(wire.hear(upto=b'mine"}'))


def test_a_stream_ends_when_the_role_changes_and_the_new_one_hears_less(port, mona, deal):
    headers = cookie_of(mona)
    with Wire(port) as wire:
        watch(wire, ["deals.deal:mine"], headers)
        type(mona).objects.filter(pk=mona.pk).update(role="agent")
        wire.hear(upto=END)
    mona.refresh_from_db()
    assert heard_by(port, mona, ["deals.deal:mine", f"user:{mona.pk}"], lambda: deal.win(by=deal.owner)) == []


def test_one_person_has_no_more_streams_than_a_browser_needs(port, live, alice):
    live.most_of_one = 2
    headers = cookie_of(alice)
    wires = [watch(Wire(port), [f"user:{alice.pk}"], headers) for _ in range(2)]
    try:
        with Wire(port) as wire:
            assert wire.say(request("GET", f"/live/?topics=user:{alice.pk}", headers=headers)).status() == 429
    finally:
        for wire in wires:
            wire.__exit__(None, None, None)
    wait_until(lambda: not live.hub.streams_of)


def told(live, name):
    """When a topic was last told, in milliseconds."""
    wait_until(lambda: name in live.hub.told)
    return int(live.hub.told[name] * 1000)


def test_what_changed_after_the_page_was_made_and_before_its_stream_came_is_told(port, live, alice, customer):
    name = topics.topic(customer)
    topics.publish(name, "user:0")
    with Wire(port) as wire:
        open_stream(wire, [name, f"user:{alice.pk}"], cookie_of(alice), since=told(live, name))
        assert messages(wire.hear(upto=b'"}')) == [{"topic": name}]


def test_what_changed_before_the_page_was_made_is_not(port, live, alice, customer):
    name = topics.topic(customer)
    topics.publish(name)
    with Wire(port) as wire:
        open_stream(wire, [name], cookie_of(alice), since=told(live, name) + 2)
        assert b"change" not in wire.hear(upto=b"ping")


def test_a_page_from_before_this_process_listened_fetches_everything(port, alice):
    with Wire(port) as wire:
        open_stream(wire, [f"user:{alice.pk}"], cookie_of(alice), since=1)
        assert b"event: resync" in wire.hear(upto=b"resync")


@pytest.mark.parametrize("since", ["", "-1", "1e3", "nonsense", "9" * 40, "%00"])
def test_since_no_moment_at_all_says_nothing(port, alice, since):
    with Wire(port) as wire:
        open_stream(wire, [f"user:{alice.pk}"], cookie_of(alice), since=since)
        assert b"data: " not in wire.hear(upto=b"ping")


def test_what_was_told_is_forgotten_after_a_while(live):
    live.hub.told["user:1"] = time.time() - 1000
    live.hub.publish("user:2")
    assert list(live.hub.told) == ["user:2"]


def test_a_slow_reader_is_told_to_fetch_everything(live, alice):
    client = live.hub.join({"user:1": ("user:1",)})
    for _ in range(150):
        live.hub.publish("user:1")
    assert client.queue.get_nowait() == "resync"
    assert client.queue.qsize() == 49


def test_after_the_database_went_away_everybody_resyncs(port, alice):
    with Wire(port) as wire:
        watch(wire, [f"user:{alice.pk}"], cookie_of(alice))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'rapport live'"
            )
        assert b"event: resync" in wire.hear(upto=b"resync")
        topics.publish(f"user:{alice.pk}")
        assert b"event: change" in wire.hear(upto=b"change")


def test_1000_streams_cost_few_connections_and_pages_still_answer(port, live, alice, customer):
    live.ping, live.check, live.most_of_one = 15.0, 30.0, 1000
    headers, name = cookie_of(alice), topics.topic(customer)
    wires = [Wire(port) for _ in range(1000)]
    try:
        for wire in wires:
            wire.say(request("GET", f"/live/?topics={name}", headers=headers, close=False))
        for wire in wires:
            wire.hear(upto=b": watching")
        began = time.monotonic()
        with Wire(port) as page:
            assert b" 200 " in page.say(request("GET", reverse("healthz"))).hear().split(b"\r\n")[0]
        assert time.monotonic() - began < 10
        topics.publish(name)
        for wire in wires:
            wire.hear(upto=b"change")
        assert count_connections() <= 10
    finally:
        for wire in wires:
            wire.socket.close()
    wait_until(lambda: not live.hub.clients, seconds=60)
    assert not live.hub.watchers


def test_streams_end_at_once_when_the_process_is_asked_to_end(live, alice):
    headers = cookie_of(alice)
    with serving(Lanes(pages=Pages(WSGIHandler(), threads=1), live=live)) as port, Wire(port) as wire:
        watch(wire, [f"user:{alice.pk}"], headers)
        began = time.monotonic()
        live.hub.loop.call_soon_threadsafe(live.hub.stop)
        wire.hear(upto=END)
        assert time.monotonic() - began < 3
