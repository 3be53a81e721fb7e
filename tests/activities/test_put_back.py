"""What was put off or moved goes back by Undo: to its day, its hour and its repetition, unless somebody was quicker."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core import signing
from django.urls import reverse
from django.utils.timezone import localdate

from activities.models import Activity
from activities.models.verbs import at_hour
from activities.put_back import SALT
from crm.models import Event
from tests import factories
from tests.conftest import unchanged

HTMX = {"HX-Request": "true"}
TODAY, LATER = dt.date(2150, 1, 30), dt.date(2150, 2, 5)


@pytest.fixture
def call(deal, alice):
    """At ten, and again every month."""
    again = {"repeats": "monthly", "repeat_until": dt.date(2151, 1, 1), "repeat_anchor": dt.date(2150, 1, 31)}
    return factories.PlanFactory(deal=deal, created_by=alice, due_on=TODAY, due_at=at_hour(TODAY, dt.time(10)), **again)


def put_off(client, activity, verb="snooze", **data):
    """The address of Undo that is offered."""
    url = reverse(f"activities:{verb}", args=[activity.pk])
    answer = client.post(url, data or {"to": LATER.isoformat()}, headers=HTMX)
    assert answer.status_code == 200
    return json.loads(answer["HX-Trigger"])["toast"]["undo"]


def plan_of(activity):
    return Activity.objects.get(pk=activity.pk).plan()


def test_it_works(as_alice, call):
    undo = put_off(as_alice, call)
    assert plan_of(call)["due_on"] == LATER
    answer = as_alice.post(undo, {"next": "/?from=today"})
    assert answer["Location"] == "/?from=today"
    assert plan_of(call) == call.plan()
    assert "Call back is due on Friday, 30 January again." in as_alice.get("/").content.decode()
    told = Event.objects.about(call).get(kind="activity.rescheduled")
    assert (told.data["due_from"], told.data["due_to"]) == ("2150-02-05", "2150-01-30")


def test_what_was_moved_to_no_day_at_all_repeats_again(as_alice, call):
    undo = put_off(as_alice, call, "reschedule", due_on="", due_hour="")
    assert plan_of(call)["repeats"] == ""
    as_alice.post(undo)
    assert plan_of(call) == call.plan()


def test_what_had_no_day_has_none_again(as_alice, deal, alice):
    plan = factories.PlanFactory(deal=deal, created_by=alice, due_on=None)
    answer = as_alice.post(put_off(as_alice, plan), follow=True)
    assert answer.redirect_chain == [(f"/deals/{deal.pk}/", 302)]
    assert "has no date again" in answer.content.decode()
    assert plan_of(plan)["due_on"] is None


def test_without_script_undo_is_offered_too(as_alice, call):
    page = as_alice.post(reverse("activities:snooze", args=[call.pk]), {"to": LATER.isoformat()}, follow=True)
    assert f"/activities/{call.pk}/put-back/?token=" in page.content.decode()


def test_what_somebody_has_moved_meanwhile_stays_there(as_alice, call, mona):
    undo = put_off(as_alice, call)
    Activity.objects.get(pk=call.pk).snooze(LATER + dt.timedelta(days=1), mona)
    with unchanged():
        answer = as_alice.post(undo)
    assert answer.status_code == 409
    assert "This has been changed in the meantime." in answer.content.decode()


def test_what_somebody_has_done_meanwhile_stays_done(as_alice, call, mona):
    undo = put_off(as_alice, call)
    Activity.objects.get(pk=call.pk).finish(mona)
    with unchanged():
        assert "Mona Manager has done this already." in as_alice.post(undo).content.decode()


def test_undo_twice_is_once(as_alice, call):
    undo = put_off(as_alice, call)
    as_alice.post(undo)
    with unchanged():
        assert as_alice.post(undo).status_code == 409


def test_who_may_not_write_it_puts_nothing_back(client, as_alice, call, rita, charlie):
    undo = put_off(as_alice, call)
    for user, status in ((rita, 403), (charlie, 404)):
        client.force_login(user)
        with unchanged():
            assert client.post(undo).status_code == status


def test_undo_of_one_is_none_of_another(as_alice, call, deal, alice):
    other = factories.PlanFactory(deal=deal, created_by=alice, due_on=LATER)
    undo = put_off(as_alice, call).replace(f"/{call.pk}/", f"/{other.pk}/")
    with unchanged():
        assert as_alice.post(undo).status_code == 400


def test_what_nobody_signed_is_refused(as_alice, call):
    for token in ("", "x", "x" * 5000, "\u202e", signing.dumps([{}, {}], salt=SALT)):
        with unchanged():
            answer = as_alice.post(reverse("activities:put_back", args=[call.pk]), query_params={"token": token})
        assert answer.status_code == 400, token


def test_nobody_is_led_elsewhere(as_alice, call):
    answer = as_alice.post(put_off(as_alice, call), {"next": "https://elsewhere.example/"})
    assert answer["Location"] == f"/deals/{call.deal_id}/"


def test_the_day_it_is_put_off_to_may_be_tomorrow(as_alice, call):
    undo = put_off(as_alice, call, to=(localdate() + dt.timedelta(days=1)).isoformat())
    as_alice.post(undo)
    assert plan_of(call) == call.plan()
