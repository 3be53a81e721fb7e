"""The steps of a lead: where they lead from, who is told, what is refused."""

from __future__ import annotations

import pytest
from django.urls import reverse

from crm.models import Event
from deals.models import LostReason
from leads.models import Lead
from tests import factories


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def reason(db):
    return LostReason.objects.get(name="No budget")


def at(lead, status, reason):
    if status == "lost":
        lead.lose(reason, by=lead.owner)
    elif status != "new":
        getattr(lead, {"contacted": "contact", "qualified": "qualify"}[status])(by=lead.owner)
    return lead


ALLOWED = {
    ("new", "contact"),
    ("new", "qualify"),
    ("contacted", "qualify"),
    ("qualified", "contact"),
    ("new", "lose"),
    ("contacted", "lose"),
    ("qualified", "lose"),
    ("lost", "reopen"),
}


@pytest.mark.parametrize("status", ["new", "contacted", "qualified", "lost"])
@pytest.mark.parametrize("verb", ["contact", "qualify", "lose", "reopen"])
def test_what_leads_where(lead, alice, reason, status, verb):
    at(lead, status, reason)
    Event.objects.all().delete()
    done = lead.lose(reason, by=alice) if verb == "lose" else getattr(lead, verb)(by=alice)
    assert done == ((status, verb) in ALLOWED)
    assert Event.objects.count() == int(done)
    assert (lead.status == status) == (not done)


def test_contact_stops_the_clock(lead, alice):
    lead.contact(by=alice)
    first = lead.responded_at
    lead.qualify(by=alice)
    assert first
    assert lead.responded_at == first


def test_a_lost_lead_that_nobody_answered_is_new_again_and_due_anew(lead, alice, reason):
    lead.lose(reason, "Wrong number", by=alice)
    assert lead.closed_at
    lead.reopen(by=alice)
    assert (lead.status, lead.lost_reason, lead.lost_note, lead.closed_at) == ("new", None, "", None)
    assert lead.response_due_at


def test_one_that_was_answered_is_contacted_again(lead, alice, reason):
    lead.contact(by=alice)
    lead.lose(reason, by=alice)
    lead.reopen(by=alice)
    assert lead.status == "contacted"


def test_what_is_deleted_goes_nowhere(lead, alice):
    lead.delete_softly(by=alice)
    assert not lead.contact(by=alice)


@pytest.mark.parametrize("verb", ["contact", "qualify"])
def test_a_step_by_its_page(as_alice, lead, verb):
    response = as_alice.post(reverse(f"leads:{verb}", args=[lead.pk]))
    assert response.url == lead.get_absolute_url()
    lead.refresh_from_db()
    assert lead.status == f"{verb}ed" if verb == "contact" else "qualified"


def test_losing_asks_for_the_reason(as_alice, lead, reason, nothing_changed):
    url = reverse("leads:lose", args=[lead.pk])
    assert "No budget" in as_alice.get(url).content.decode()
    with nothing_changed:
        for data in ({}, {"reason": "999999"}, {"reason": "x"}, {"reason": reason.pk, "note": "x" * 501}):
            assert as_alice.post(url, data).status_code == 422, data


def test_reasons_of_deals_and_those_out_of_use_are_no_choice(as_alice, lead, nothing_changed):
    price = LostReason.objects.get(name="Price")
    old = LostReason.objects.create(name="Old", is_active=False)
    with nothing_changed:
        for reason in (price, old):
            assert as_alice.post(reverse("leads:lose", args=[lead.pk]), {"reason": reason.pk}).status_code == 422


def test_lost_with_reason_and_note(as_alice, lead, reason):
    as_alice.post(reverse("leads:lose", args=[lead.pk]), {"reason": reason.pk, "note": "Next year."})
    lead.refresh_from_db()
    assert (lead.status, lead.lost_reason, lead.lost_note) == ("lost", reason, "Next year.")
    assert Event.objects.get(kind="lead.lost").data["reason"]["text"] == "No budget"
    assert "No budget" in as_alice.get(lead.get_absolute_url()).content.decode()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_too_late_is_said_with_who_and_where(as_alice, lead, mona, reason, headers, nothing_changed):
    lead.lose(reason, by=mona)
    with nothing_changed:
        for verb in ("contact", "qualify", "lose"):
            response = as_alice.post(reverse(f"leads:{verb}", args=[lead.pk]), headers=headers)
            assert response.status_code == 409
            assert "Mona Manager has taken “Nils Holm” to the status Lost" in response.content.decode()


def test_a_done_call_answers_a_new_lead(lead, alice):
    call = factories.PlanFactory(lead=lead, created_by=alice, owner=alice)
    call.finish(by=alice, outcome="reached")
    lead.refresh_from_db()
    assert lead.responded_at
    assert Lead.objects.get(pk=lead.pk).status in {"new", "contacted"}
