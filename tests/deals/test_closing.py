"""Won, lost, open again, into another pipeline: from the page of the deal."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from crm.models import Event
from deals.models import Deal, LostReason, Pipeline, Stage
from tests.factories import stage_called


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def reason(db):
    return LostReason.objects.filter(for_deals=True).first()


def go(client, deal, verb, *, htmx=False, **data):
    headers = {"HX-Request": "true"} if htmx else {}
    response = client.post(reverse(f"deals:{verb}", args=[deal.pk]), data, headers=headers)
    deal.refresh_from_db()
    return response


def test_won_by_a_click(as_alice, deal):
    assert go(as_alice, deal, "win", moves=0).status_code == 302
    assert (deal.status, Event.objects.get().kind) == ("won", "deal.won")


def test_the_stage_of_the_won_asks_in_the_drawer(as_alice, deal, nothing_changed):
    Deal.objects.filter(pk=deal.pk).update(amount=None, base_amount=None)
    before = Deal.objects.values().get(pk=deal.pk)
    response = go(as_alice, deal, "win", htmx=True, moves=0)
    assert (response.status_code, response["HX-Retarget"]) == (422, "#drawer-body")
    assert 'name="amount"' in response.content.decode()
    assert Deal.objects.values().get(pk=deal.pk) == before


def test_a_stale_click_is_told_who_was_quicker(as_alice, deal, bob, nothing_changed):
    deal.move(stage_called("Qualified"), by=bob)
    with nothing_changed:
        response = go(as_alice, deal, "win", htmx=True, moves=0)
    assert response.status_code == 409
    assert "Bob Teammate has moved" in json.loads(response["HX-Trigger"])["toast"]["text"]


def test_losing_asks_for_the_reason(as_alice, deal, nothing_changed):
    with nothing_changed:
        page = as_alice.get(reverse("deals:lose", args=[deal.pk]))
        assert page.status_code == 200
        assert 'name="reason"' in page.content.decode()
        assert go(as_alice, deal, "lose", moves=0).status_code == 422


@pytest.mark.parametrize("wrong", ["", "x", "1000000000", "for leads", "out of use"])
def test_without_a_reason_for_deals_in_use_it_is_not_lost(as_alice, deal, reason, wrong):
    if wrong == "for leads":
        wrong = LostReason.objects.filter(for_deals=False).first().pk
    elif wrong == "out of use":
        LostReason.objects.filter(pk=reason.pk).update(is_active=False)
        wrong = reason.pk
    before = Deal.objects.values().get(pk=deal.pk)
    assert go(as_alice, deal, "lose", moves=0, reason=wrong).status_code == 422
    assert Deal.objects.values().get(pk=deal.pk) == before


def test_lost_with_its_reason(as_alice, deal, reason):
    assert go(as_alice, deal, "lose", moves=0, reason=reason.pk, note="Too slow.").status_code == 302
    assert (deal.status, deal.lost_reason, deal.lost_note) == ("lost", reason, "Too slow.")


def test_a_note_that_is_too_long_is_refused(as_alice, deal, reason, nothing_changed):
    with nothing_changed:
        assert go(as_alice, deal, "lose", moves=0, reason=reason.pk, note="x" * 501).status_code == 422


def test_open_again(as_alice, deal, reason, alice):
    deal.lose(reason, by=alice)
    assert go(as_alice, deal, "reopen", moves=1).status_code == 302
    assert (deal.status, deal.stage.name) == ("open", "New")
    assert go(as_alice, deal, "reopen").status_code == 422


def test_into_another_pipeline(as_alice, deal):
    other = Pipeline.objects.create(name="Partners", position=2)
    stage = Stage.objects.create(pipeline=other, name="First talk", position=1, probability=5)
    assert "Partners · First talk" in as_alice.get(reverse("deals:change_pipeline", args=[deal.pk])).content.decode()
    assert go(as_alice, deal, "change_pipeline", to=stage.pk, moves=0).status_code == 302
    assert deal.stage == stage


def test_the_own_pipeline_is_no_other(as_alice, deal, nothing_changed):
    with nothing_changed:
        response = go(as_alice, deal, "change_pipeline", to=stage_called("Qualified").pk, moves=0)
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("place", "then"),
    [("/deals/?sort=next", "/deals/?sort=next"), ("/deals/list/", "/deals/list/"), ("https://evil.example/deals/", "")],
)
def test_taken_back_on_the_board_one_stays_there(as_alice, deal, place, then):
    go(as_alice, deal, "win", moves=0)
    response = go(as_alice, deal, "reopen", moves=deal.moves, next=place)
    assert response["Location"] == (then or deal.get_absolute_url())
    assert deal.status == "open"


def test_not_recorded_is_no_reason_that_somebody_gives(as_alice, deal, nothing_changed):
    """It is for what an import brings without one."""
    unknown = LostReason.objects.get(name=LostReason.NOT_RECORDED)
    assert "Not recorded" not in as_alice.get(reverse("deals:lose", args=[deal.pk])).content.decode()
    with nothing_changed:
        assert go(as_alice, deal, "lose", reason=unknown.pk, moves=0).status_code == 422
