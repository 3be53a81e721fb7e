"""What is written on a record: done or planned, by the tab that was chosen; and how it is finished on the page."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate, localtime, now

from activities.entries import mark_shared, may_edit, may_remove
from activities.models import Activity
from activities.page import line_of, puts_off
from crm.access import editable
from crm.models import Event
from tests import factories
from tests.conftest import unchanged
from tests.customers.edits import opened

HTMX = {"HX-Request": "true"}
TOMORROW = dt.timedelta(days=1)


def compose(row, kind="customer"):
    return reverse("activities:create", args=[kind, row.pk])


def act(verb, activity):
    return reverse(f"activities:{verb}", args=[activity.pk])


# Writing


def test_it_works(as_alice, alice, bob, mona, deal, customer):
    as_alice.post(
        compose(deal, "deal"),
        {
            "kind": "call",
            "state": "planned",
            "title": "Ask about delivery",
            "due_on": "2150-01-31",
            "due_hour": "14:30",
            "owner": mona.pk,
            "collaborators": [alice.pk],
            "repeats": "monthly",
            "repeat_until": "2151-01-01",
            "outcome": "reached",
            "duration": "10",
            "done_at": "2020-01-01T10:00",
        },
    )
    call = Activity.objects.get()
    assert (call.deal, call.customer, call.owner, call.created_by) == (deal, customer, mona, alice)
    assert (call.due_on, localtime(call.due_at).hour) == (dt.date(2150, 1, 31), 14)
    assert (call.repeats, call.repeat_anchor) == ("monthly", dt.date(2150, 1, 31))
    assert (call.done_at, call.outcome, call.duration) == (None, "", None)
    assert list(call.collaborators.all()) == [alice]
    deal.refresh_from_db()
    assert deal.next_due_on == dt.date(2150, 1, 31)


def test_what_was_done_is_logged_and_its_plan_is_not_read(as_alice, alice, mona, lead):
    data = {"kind": "call", "state": "done", "title": "Spoke", "outcome": "reached", "duration": "12"}
    plan = {"due_on": "nonsense", "owner": mona.pk}
    as_alice.post(compose(lead, "lead"), data | {"done_at": "2025-03-10T10:00"} | plan)
    call = Activity.objects.get()
    assert (call.done_by, call.outcome, call.duration, call.due_on) == (alice, "reached", 12, None)
    assert call.owner == alice
    lead.refresh_from_db()
    assert lead.status == "contacted"
    assert lead.responded_at == call.done_at


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"kind": "task", "state": "planned", "due_on": "2150-01-01"}, "What"),
        ({"kind": "call", "state": "done", "outcome": "held"}, "Outcome"),
        ({"kind": "call", "state": "done", "duration": "-1"}, "Minutes"),
        ({"kind": "call", "state": "done", "duration": "99999"}, ""),
        ({"kind": "call", "state": "done", "done_at": "2199-01-01T10:00"}, "When"),
        ({"kind": "call", "state": "done", "done_at": "1776-07-04T10:00"}, "When"),
        ({"kind": "call", "state": "planned", "due_on": "0001-01-01"}, "Due on"),
        ({"kind": "call", "state": "planned", "due_on": "9999-12-31"}, "Due on"),
        ({"kind": "call", "state": "planned", "due_hour": "14:30"}, "Due on"),
        ({"kind": "call", "state": "planned", "due_on": "2150-01-01", "due_hour": "25:00"}, "Hour"),
        ({"kind": "call", "state": "planned", "repeats": "weekly"}, "Due on"),
        ({"kind": "call", "state": "planned", "due_on": "2150-01-01", "repeats": "hourly"}, "Repeats"),
        ({"kind": "call", "state": "planned", "due_on": "2150-01-02", "repeat_until": "2150-01-01"}, "Repeats until"),
        ({"kind": "call", "state": "planned", "owner": str(2**70)}, "Owner"),
        ({"kind": "fax", "state": "planned"}, ""),
        ({"kind": "call", "state": "perhaps", "title": "x"}, ""),
        ({"kind": "call", "state": "planned", "title": "x" * 201}, "What"),
        ({"kind": "call", "state": "planned", "title": "\u200b"}, "What"),
    ],
)
def test_bad_input_names_the_field_and_stores_nothing(as_alice, customer, data, field):
    with unchanged():
        answer = as_alice.post(compose(customer), data, headers=HTMX)
    assert answer.status_code == 422
    errors = answer.content.decode().partition('id="composer-errors"')[2].partition("</div>")[0]
    assert field in errors, errors


@pytest.mark.parametrize("kind", ["order", "company", "Customer", "x" * 300])
def test_about_what_is_not_known_there_is_no_page(as_alice, customer, kind):
    assert as_alice.post(f"/activities/about/{kind}/{customer.pk}/", {"body": "x"}).status_code == 404
    assert as_alice.post(f"/activities/about/customer/{2**70}/", {"body": "x"}).status_code == 404


def test_a_call_without_words_is_a_call(as_alice, customer):
    as_alice.post(compose(customer), {"kind": "call", "state": "planned", "due_on": "2150-01-01"})
    assert Activity.objects.get().title == "Call"


def test_a_link_fills_in_what_it_knows_and_no_nonsense(as_alice, customer):
    page = as_alice.get(compose(customer), {"kind": "meeting", "due_on": "2150-01-01", "title": "x" * 999})
    assert 'value="meeting" checked' in page.content.decode()
    assert 'value="planned" checked' in page.content.decode()


# From anywhere


def test_something_to_do_about_a_record_chosen_by_typing(as_alice, alice, deal, customer):
    seen = as_alice.get(reverse("activities:records"), {"q": "forty"}).content.decode()
    assert f"Forty lanterns (deal #{deal.pk})" in seen
    data = {"title": "Send the quote", "kind": "task", "due_on": "2150-01-01"}
    answer = as_alice.post(reverse("activities:plan"), data | {"about": f"Forty lanterns (deal #{deal.pk})"})
    assert answer["Location"] == deal.get_absolute_url()
    task = Activity.objects.get()
    assert (task.deal, task.customer, task.owner) == (deal, customer, alice)


@pytest.mark.parametrize(
    "about", ["{} (deal #{})", "deal #{1}", "Forty lanterns", "nobody at all", "deal #99999999999"]
)
def test_what_one_does_not_see_is_not_found(client, rival, deal, about):
    client.force_login(rival)
    assert str(deal) not in client.get(reverse("activities:records"), {"q": "forty"}).content.decode()
    data = {"title": "Spy", "kind": "task", "about": about.format(deal, deal.pk)}
    with unchanged():
        answer = client.post(reverse("activities:plan"), data)
    assert answer.status_code == 422
    assert 'href="#field-about"' in answer.content.decode()


def test_about_nobody_it_is_for_oneself(as_alice, alice, bob, client):
    as_alice.post(reverse("activities:plan"), {"title": "Buy stamps", "kind": "task", "about": ""})
    task = Activity.objects.get()
    assert task.subject is None
    assert as_alice.get(act("detail", task)).status_code == 200
    client.force_login(bob)
    assert client.get(act("detail", task)).status_code == 404


# On the page


def test_finishing_asks_how_it_went_and_what_is_next(as_alice, alice, plan, deal):
    asked = as_alice.post(act("finish", plan), headers=HTMX)
    assert "What is next?" in asked.content.decode()
    assert "record:changed" in asked["HX-Trigger"]
    plan.refresh_from_db()
    assert plan.done_by == alice
    day = (localdate() + TOMORROW).isoformat()
    data = {"outcome": "reached", "duration": "5", "next_on": day, "next_kind": "meeting", "next_title": "Show samples"}
    told = as_alice.post(act("outcome", plan), data, headers=HTMX)
    assert told.status_code == 204
    assert {"drawer:close", "record:changed", "toast"} <= json.loads(told["HX-Trigger"]).keys()
    plan.refresh_from_db()
    assert (plan.outcome, plan.duration) == ("reached", 5)
    step = Activity.objects.get(done_at=None)
    assert (step.kind, step.title, step.deal, step.owner) == ("meeting", "Show samples", deal, alice)


def test_finishing_twice_is_once(as_alice, plan):
    for _time in range(2):
        assert as_alice.post(act("finish", plan), headers=HTMX).status_code == 200
    assert Event.objects.filter(kind="activity.finished").count() == 1


@pytest.mark.parametrize(
    "data",
    [
        {"outcome": "held"},
        {"duration": "-1"},
        {"next_title": "x"},
        {"next_on": "2020-01-01"},
        {"next_on": "soon"},
        {"next_on": "2150-01-01", "next_title": "\u202e\u200b"},
    ],
)
def test_a_wrong_answer_stores_nothing(as_alice, alice, plan, data):
    plan.finish(alice)
    with unchanged():
        assert as_alice.post(act("outcome", plan), data, headers=HTMX).status_code == 422


def test_what_follows_a_note_is_a_task(as_alice, alice, customer):
    note = factories.ActivityFactory(customer=customer, created_by=alice, done_by=alice)
    day = (localdate() + TOMORROW).isoformat()
    assert as_alice.post(act("outcome", note), {"next_on": day}, headers=HTMX).status_code == 204
    assert Activity.objects.get(done_at=None).kind == "task"


def test_without_script_it_is_a_page(as_alice, plan):
    assert as_alice.post(act("finish", plan))["Location"] == act("outcome", plan)
    assert "How did it go?" in as_alice.get(act("outcome", plan)).content.decode()


@pytest.mark.parametrize(("verb", "data"), [("snooze", {"to": "2150-01-01"}), ("reschedule", {"due_on": "2150-01-01"})])
def test_too_late_says_who_was_quicker(as_alice, plan, mona, verb, data):
    plan.finish(mona)
    with unchanged():
        for headers in ({}, HTMX):
            assert as_alice.post(act(verb, plan), data, headers=headers).status_code == 409
    assert "Mona Manager has done this already." in as_alice.post(act(verb, plan), data).content.decode()


@pytest.mark.parametrize("to", ["", "2020-01-01", "9999-12-31", "tomorrow"])
def test_put_off_to_no_day_that_comes_is_refused(as_alice, plan, to):
    with unchanged():
        assert as_alice.post(act("snooze", plan), {"to": to}, headers=HTMX).status_code == 422


def test_moved_in_place_the_line_comes_back(as_alice, plan):
    answer = as_alice.post(act("reschedule", plan), {"due_on": "2150-01-01", "due_hour": "09:15"}, headers=HTMX)
    assert f'id="plan-{plan.pk}"' in answer.content.decode()
    plan.refresh_from_db()
    assert localtime(plan.due_at).strftime("%Y-%m-%d %H:%M") == "2150-01-01 09:15"


def test_a_plan_is_edited_in_place_and_its_hour_goes_with_it(as_alice, plan, deal):
    url = act("edit", plan)
    data = opened(as_alice, url) | {"title": "Call again", "due_on": "2150-01-31", "due_hour": "10:00"}
    assert as_alice.post(url, data | {"repeats": "monthly"}).status_code == 302
    plan.refresh_from_db()
    assert (plan.title, localtime(plan.due_at).hour, plan.repeat_anchor) == ("Call again", 10, dt.date(2150, 1, 31))
    url_data = opened(as_alice, url) | {"due_on": "", "due_hour": "", "repeats": ""}
    assert as_alice.post(url, url_data).status_code == 302
    plan.refresh_from_db()
    assert (plan.due_on, plan.due_at) == (None, None)


def test_two_who_edit_a_plan_are_asked(as_alice, plan):
    url = act("edit", plan)
    data = opened(as_alice, url) | {"title": "Yours"}
    Activity.objects.filter(pk=plan.pk).update(title="Theirs")
    assert as_alice.post(url, data).status_code == 409


def test_what_was_done_is_corrected(as_alice, alice, customer):
    call = factories.ActivityFactory(customer=customer, created_by=alice, kind="call", title="Call")
    url = act("edit", call)
    assert as_alice.post(url, opened(as_alice, url) | {"outcome": "no_answer", "duration": "3"}).status_code == 302
    call.refresh_from_db()
    assert (call.outcome, call.duration) == ("no_answer", 3)


@pytest.mark.parametrize(
    ("days", "state", "tone"), [(-3, "overdue", "bad"), (0, "today", "good"), (1, "future", ""), (9, "future", "")]
)
def test_a_line_says_how_urgent_it_is(alice, days, state, tone):
    plan = factories.PlanFactory(owner=alice, created_by=alice, due_on=localdate() + days * TOMORROW)
    line = line_of(plan, alice)
    assert (line.state, line.tone) == (state, tone)
    tomorrow, monday = (dt.date.fromisoformat(day) for day, *_words in puts_off(line.today))
    assert tomorrow == localdate() + TOMORROW
    assert monday.weekday() == 0
    assert monday > localdate()


def test_a_deal_without_a_plan_is_warned_of_and_a_won_one_is_not(as_alice, deal, alice, plan):
    url = reverse("activities:planned", args=["deal", deal.pk])
    assert "No next activity" not in as_alice.get(url, headers=HTMX).content.decode()
    plan.finish(alice)
    assert "No next activity" in as_alice.get(url, headers=HTMX).content.decode()
    won = factories.DealFactory(owner=alice, at="Won")
    url = reverse("activities:planned", args=["deal", won.pk])
    assert "No next activity" not in as_alice.get(url, headers=HTMX).content.decode()


def test_what_the_page_says_may_be_edited_is_what_may_be(request, deal, customer, lead, alice, bob, mona):
    users = [request.getfixturevalue(name) for name in ("ada", "mona", "alice", "bob", "rita", "gus", "charlie")]
    for owner in users[:4]:
        for done in (None, now()):
            factories.PlanFactory(owner=owner, created_by=bob, customer=customer, done_at=done)
            plan = factories.PlanFactory(owner=owner, created_by=alice, deal=deal, customer=customer, done_at=done)
            plan.collaborators.set([alice, mona])
    for user in users:
        everything = Activity.objects.get_queryset()
        rows = list(everything.visible_to(user).select_related("owner"))
        mark_shared(rows, user)
        for row in rows:
            assert may_edit(row, user) == editable(Activity, user).filter(pk=row.pk).exists()
            assert (
                may_remove(row, user) == Activity.objects.get_queryset().removable_by(user).filter(pk=row.pk).exists()
            )


def test_the_parts_cost_the_same_for_one_as_for_twenty(as_alice, alice, deal):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            for part in ("planned", "files"):
                as_alice.get(reverse(f"activities:{part}", args=["deal", deal.pk]), headers=HTMX)
        return len(captured)

    factories.PlanFactory(owner=alice, created_by=alice, deal=deal)
    factories.AttachmentFactory(deal=deal, created_by=alice)
    one = asked()
    for _time in range(20):
        factories.PlanFactory(owner=alice, created_by=alice, deal=deal)
        factories.AttachmentFactory(deal=deal, created_by=alice)
    assert asked() == one
