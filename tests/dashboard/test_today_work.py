"""Working through the list: one after another, from wherever one left, whatever colleagues do meanwhile."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate, now

from activities.models import Activity
from crm.models import Event
from dashboard.work import finish_and_plan
from tests import factories

WORK = "/today/work/"


def day(ahead=0):
    return localdate() + dt.timedelta(days=ahead)


def plan(owner, ahead, title, **fields):
    return factories.PlanFactory(owner=owner, created_by=owner, due_on=day(ahead), title=title, **fields)


@pytest.fixture
def rows(alice, deal, lead, customer):
    """In the order in which they are worked through."""
    plan(alice, 1, "Tomorrow")
    factories.PlanFactory(owner=alice, due_on=None, title="Some day")
    return [
        plan(alice, -2, "First", deal=deal, customer=customer, body="Ask about the colour."),
        plan(alice, -1, "Second", lead=lead),
        plan(alice, 0, "Third", customer=customer),
    ]


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def show(client, user, url=WORK):
    client.force_login(user)
    return text(client.get(url, follow=True))


def finish(client, row, place="", **data):
    return client.post(reverse("work_finish", args=[row.pk]), {"skipped": place, "note": ""} | data)


def test_it_works(client, alice, rows, customer):
    factories.PhoneFactory(customer=customer, number="+46701234567")
    client.force_login(alice)
    response = client.get(WORK)
    assert response["Location"] == f"{WORK}?at={rows[0].pk}", "the address says what is in hand"
    shown = text(client.get(response["Location"]))
    for words in ("1 of 3", "First", "Ask about the colour.", "Forty lanterns", "€ 1,000.00", "tel:+46701234567"):
        assert words in shown

    response = finish(
        client, rows[0], outcome="reached", next_on=day(7), next_kind="meeting", next_title="Show samples"
    )
    assert response["Location"] == f"{WORK}?at={rows[1].pk}&behind=1"
    shown = text(client.get(response["Location"]))
    assert "2 of 3" in shown
    assert "Second" in shown
    done = Activity.objects.get(pk=rows[0].pk)
    assert (done.done_by, done.outcome) == (alice, "reached")
    following = Activity.objects.get(title="Show samples")
    assert (following.deal, following.customer, following.owner) == (done.deal, done.customer, alice)
    assert (following.kind, following.due_on) == ("meeting", day(7))
    assert Event.objects.filter(kind="activity.created", subject_id=following.pk, actor=alice).exists()


def test_to_the_end(client, alice, rows):
    client.force_login(alice)
    url = WORK
    for row in rows:
        assert str(row) in text(client.get(url, follow=True))
        data = {"behind": rows.index(row), "outcome": "reached"}
        url = finish(client, row, **data)["Location"]
    shown = text(client.get(url))
    assert "Nothing is left for today" in shown
    assert "You finished 3 of them." in shown


def test_what_was_said_is_added_to_the_note(client, alice, rows):
    client.force_login(alice)
    finish(client, rows[0], note="Wants it in blue.\n")
    assert Activity.objects.get(pk=rows[0].pk).body == "Ask about the colour.\n\nWants it in blue."


def test_skipped_ones_come_again_at_the_end(client, alice, rows):
    shown = show(client, alice)
    skip = re.search(r'href="([^"]*)" data-hotkey="j"', shown).group(1).replace("&amp;", "&")
    shown = show(client, alice, skip)
    assert "2 of 3" in shown
    assert "1 skipped" in shown
    shown = show(client, alice, f"{WORK}?skipped={','.join(str(row.pk) for row in rows)}")
    assert "3 were skipped and are still to be done." in shown
    assert "Go through the skipped ones" in shown


def test_one_can_come_back_to_an_address(client, alice, rows):
    shown = show(client, alice, f"{WORK}?at={rows[2].pk}&skipped={rows[0].pk},{rows[1].pk}&behind=4")
    assert "7 of 7" in shown
    assert "Third" in shown


def test_what_a_colleague_finished_meanwhile_is_passed_with_a_sentence(client, alice, bob, rows):
    Activity.objects.get(pk=rows[0].pk).finish(bob)
    shown = show(client, alice, f"{WORK}?at={rows[0].pk}")
    assert "Bob Teammate finished “First” meanwhile. Here is the next one." in shown
    assert "1 of 2" in shown
    assert "Second" in shown


def test_what_was_moved_or_removed_meanwhile_too(client, alice, rows):
    rows[0].snooze(day(3), alice)
    assert "“First” is no longer due." in show(client, alice, f"{WORK}?at={rows[0].pk}")
    rows[1].delete_softly(by=alice)
    assert "What you had in hand is no longer there." in show(client, alice, f"{WORK}?at={rows[1].pk}")


def test_finishing_what_a_colleague_finished_keeps_what_they_said(client, alice, bob, rows, nothing_changed):
    client.force_login(alice)
    Activity.objects.get(pk=rows[0].pk).finish(bob, "reached")
    with nothing_changed:
        response = finish(client, rows[0], outcome="no_answer", note="Nobody there")
    assert response.status_code == 302
    assert "Bob Teammate finished" in text(client.get(response["Location"]))


def test_it_is_put_off_and_the_next_one_comes(client, alice, rows):
    client.force_login(alice)
    response = client.post(reverse("work_snooze", args=[rows[0].pk]), {"to": day(1).isoformat(), "behind": "2"})
    assert response["Location"] == f"{WORK}?at={rows[1].pk}&behind=2"
    assert Activity.objects.get(pk=rows[0].pk).due_on == day(1)


def test_what_was_put_off_can_be_put_back(client, alice, rows):
    client.force_login(alice)
    before = Activity.objects.get(pk=rows[0].pk).plan()
    response = client.post(reverse("work_snooze", args=[rows[0].pk]), {"to": day(1).isoformat()}, follow=True)
    (undo,) = re.findall(r'action="([^"]*/put-back/[^"]*)"', response.content.decode())
    client.post(unescape(undo))
    assert Activity.objects.get(pk=rows[0].pk).plan() == before


@pytest.mark.parametrize("to", ["", "yesterday", "2020-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_refused_with_the_form(client, alice, rows, nothing_changed, to):
    client.force_login(alice)
    with nothing_changed:
        response = client.post(reverse("work_snooze", args=[rows[0].pk]), {"to": to})
    assert response.status_code == 422
    assert 'id="work-to-error"' in text(response)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"outcome": "held"}, "outcome"),
        ({"next_on": "2020-01-01"}, "next_on"),
        ({"next_title": "Something"}, "next_on"),
        ({"next_kind": "note"}, "next_kind"),
        ({"duration": "-5"}, "duration"),
        ({"duration": "99999"}, "duration"),
        ({"note": "x" * 20_001}, "note"),
        ({"note": "\x00"}, "note"),
    ],
)
def test_bad_input_is_refused_with_the_field_named(client, alice, rows, nothing_changed, data, field):
    client.force_login(alice)
    with nothing_changed:
        response = finish(client, rows[0], **{"outcome": "reached"} | data)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert "First" in text(response)


@pytest.mark.parametrize("query", ["at=x", "skipped=1,,2", "skipped=1;2", "behind=-1", f"at={10**30}"])
def test_an_address_that_cannot_be_read_is_refused(client, alice, query):
    client.force_login(alice)
    assert client.get(f"{WORK}?{query}").status_code == 400


@pytest.mark.parametrize(("who", "status"), [("bob", 404), ("charlie", 404), ("rita", 403)])
def test_nobody_finishes_what_is_not_theirs(client, request, rows, nothing_changed, who, status):
    client.force_login(request.getfixturevalue(who))
    with nothing_changed:
        assert finish(client, rows[0]).status_code == status
        assert client.post(reverse("work_snooze", args=[rows[0].pk]), {"to": day(1)}).status_code == status


def test_what_one_does_with_a_colleague_is_worked_through_too(client, alice, bob, customer):
    plan(bob, 0, "Together", customer=customer).collaborators.add(alice)
    assert "Together" in show(client, alice)


def test_a_done_call_answers_a_new_lead(client, alice, lead, rows):
    client.force_login(alice)
    finish(client, rows[1], outcome="reached")
    lead.refresh_from_db()
    assert lead.responded_at <= now()


def test_two_who_finish_at_once_plan_one_next_step(alice, bob, rows):
    """Both had read it while it was open."""
    first, second = (Activity.objects.get(pk=rows[0].pk) for _ in range(2))
    data = {
        "note": "",
        "outcome": "reached",
        "duration": None,
        "next_on": day(3),
        "next_kind": "call",
        "next_title": "",
    }
    assert finish_and_plan(first, by=alice, data=data) is True
    assert finish_and_plan(second, by=bob, data=data | {"note": "Too late"}) is False
    assert Activity.objects.filter(due_on=day(3)).count() == 1
    kept = Activity.objects.get(pk=rows[0].pk)
    assert (kept.done_by, kept.body) == (alice, "Ask about the colour.")


def asked(client, url):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_page_asks_as_much_in_a_list_of_twenty_as_of_one(client, alice, customer):
    client.force_login(alice)
    row = plan(alice, -9, "The first", customer=customer)
    url = f"{WORK}?at={row.pk}"
    asked(client, url)
    one = asked(client, url)
    for _ in range(19):
        plan(alice, -1, "Another", customer=customer)
    assert asked(client, url) == one <= 20
