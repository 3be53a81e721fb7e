"""Leads are handed out: to one, or shared out by room; whoever cannot take any is skipped, and it is said why."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from crm.models import Event
from crm.moments import today
from leads import assignment, handouts
from leads.assignment import assign, share_out, undo
from leads.models import Handout, Lead
from tests import factories
from tests.leads.assigning import away, fill, leads, owners, person, shares, why_left, why_skipped


@pytest.fixture
def una(team):
    return person("Una", team)


@pytest.fixture
def vic(team):
    return person("Vic", team)


@pytest.mark.parametrize(("count", "words"), [(1, "1 stays with Una"), (3, "3 stay with Una")])
def test_what_stays_with_whoever_works_it_is_said_in_a_sentence(mona, una, vic, count, words):
    free, kept = leads(1), leads(count, una)
    handout = share_out(free + kept, mona, [vic])
    assert handouts.sentence(handout) == f"1 lead was shared out. {words}, who is at work."


@pytest.mark.parametrize("why", ["closed", "same", "taken", "no_room", "gone"])
def test_why_others_stay_is_a_sentence_too(mona, why):
    left = [{"lead": 1, "why": why}, {"lead": 2, "why": why}]
    said = handouts.sentence(Handout(way="shared_out", by=mona, given=[], left=left))
    assert re.fullmatch(r"0 leads were shared out\. 2 (are|were|stay) [^%]+\.|.*2 stay: nobody had room\.", said)


# To one


def test_it_works(mona, alice):
    one, two = leads(2)
    handout = assign([one, two], alice, mona)
    assert owners() == {one: alice.pk, two: alice.pk}
    assert sorted(handout.given) == [[one, None, alice.pk], [two, None, alice.pk]]
    events = Event.objects.filter(kind="lead.assigned").order_by("subject_id")
    assert [(event.subject_id, event.actor, event.data["to"]["text"]) for event in events] == [
        (one, mona, "Alice Owner"),
        (two, mona, "Alice Owner"),
    ]


def test_the_clock_goes_on_and_the_version_rises(mona, alice):
    due = now() + dt.timedelta(hours=1)
    lead = factories.LeadFactory(owner=None, response_due_at=due)
    assign([lead.pk], alice, mona)
    lead.refresh_from_db()
    assert (lead.response_due_at, lead.version) == (due, 2)


def test_it_is_taken_from_everybody(mona, alice):
    (lead,) = leads(1, alice)
    assign([lead], None, mona)
    assert owners() == {lead: None}
    assert Event.objects.get().kind == "lead.unassigned"


def test_what_they_have_already_is_no_event(mona, alice):
    assert why_left(assign(leads(1, alice), alice, mona)) == {"same": 1}
    assert not Event.objects.filter(kind="lead.assigned").exists()


def test_closed_and_deleted_leads_stay_where_they_are(mona, alice, bob):
    reason = factories.LostReason.objects.first()
    lost = leads(1, bob, status="lost", lost_reason=reason, closed_at=now())
    gone = leads(1, bob, deleted_at=now())
    handout = assign(lost + gone, alice, mona)
    assert why_left(handout) == {"closed": 1, "gone": 1}
    assert set(owners().values()) == {bob.pk}


def test_a_lead_of_another_team_stays_there(mona, alice):
    foreign = leads(1, factories.UserFactory())
    assert why_left(assign(foreign, alice, mona)) == {"gone": 1}


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "agent"}, {"team": None}])
def test_nobody_gets_a_lead_who_cannot_own_one(mona, alice, change, nothing_changed):
    for name, value in change.items():
        setattr(alice, name, value)
    alice.save(update_fields=list(change))
    given = leads(1)
    with nothing_changed, pytest.raises(assignment.Refused):
        assign(given, alice, mona)


def test_a_lead_that_somebody_else_got_meanwhile_stays_there(mona, alice, bob):
    (lead,) = leads(1, bob)
    handout = assign([lead], alice, mona, expected=None)
    assert handout.left == [{"lead": lead, "why": "taken", "owner": bob.pk}]
    assert owners() == {lead: bob.pk}


# Shared out


def test_equals_take_turns(mona, una, vic):
    handout = share_out(leads(6), mona)
    assert shares(handout) == {una.pk: 3, vic.pk: 3}
    assert [to for _lead, _before, to in handout.given] == [una.pk, vic.pk] * 3
    assert not handout.left
    assert not handout.skipped


def test_who_has_more_room_gets_more(mona, team):
    big, small = person("Big", team, lead_capacity=6), person("Small", team, lead_capacity=2)
    fill(big, 1)
    assert shares(share_out(leads(5), mona)) == {big.pk: 4, small.pk: 1}


def test_the_most_urgent_go_first(mona, team):
    only = person("Only", team, lead_capacity=2)
    calm = factories.LeadFactory(owner=None, score=90)
    urgent = factories.LeadFactory(owner=None, response_due_at=now())
    soon = factories.LeadFactory(owner=None, response_due_at=now() + dt.timedelta(hours=1))
    handout = share_out([calm.pk, soon.pk, urgent.pk], mona)
    assert handout.given == [[urgent.pk, None, only.pk], [soon.pk, None, only.pk]]
    assert handout.left == [{"lead": calm.pk, "why": "no_room"}]


def test_who_cannot_take_any_is_skipped_and_it_is_said_why(mona, una, team):
    absent, full, nothing = (
        person("Abe", team),
        person("Flo", team, lead_capacity=1),
        person("Nix", team, lead_capacity=0),
    )
    invited = factories.UserFactory(name="Ivo", team=team)
    left = person("Leo", team, is_active=False)
    agent = person("Ann", team, "agent")
    away(absent, last=2)
    fill(full, 1)
    everybody = [una, absent, full, nothing, invited, left, agent]
    handout = share_out(leads(3), mona, among=everybody)
    assert shares(handout) == {una.pk: 3}
    assert why_skipped(handout) == {
        absent.pk: "away",
        full.pk: "full",
        nothing.pk: "none",
        invited.pk: "invited",
        left.pk: "left",
    }
    until = {entry["person"]: entry["until"] for entry in handout.skipped}
    assert until[absent.pk] == (today() + dt.timedelta(days=2)).isoformat()


@pytest.mark.parametrize(("first", "last", "here"), [(-3, -1, True), (1, 5, True), (0, 0, False), (-2, 1, False)])
def test_absent_is_who_is_absent_today(mona, una, first, last, here):
    away(una, first, last)
    assert bool(share_out(leads(1), mona).given) == here


def test_when_everybody_is_full_nothing_is_given(mona, team):
    for name in ("One", "Two"):
        fill(person(name, team, lead_capacity=2), 2)
    before = owners()
    handout = share_out(fresh := leads(3), mona)
    assert why_left(handout) == {"no_room": 3}
    assert {pk: owner for pk, owner in owners().items() if pk in before} == before
    assert {owners()[pk] for pk in fresh} == {None}


def test_who_is_filled_by_it_was_not_skipped(mona, team):
    one = person("One", team, lead_capacity=2)
    handout = share_out(leads(3), mona)
    assert (shares(handout), handout.skipped, why_left(handout)) == ({one.pk: 2}, [], {"no_room": 1})


def test_with_nobody_to_share_among_it_is_said(mona):
    assert why_left(share_out(leads(2), mona)) == {"no_room": 2}


def test_closed_leads_take_no_room(mona, team):
    one = person("One", team, lead_capacity=1)
    reason = factories.LostReason.objects.first()
    leads(1, one, status="lost", lost_reason=reason, closed_at=now())
    leads(1, one, deleted_at=now())
    assert shares(share_out(leads(1), mona)) == {one.pk: 1}


def test_leads_of_somebody_at_work_stay_and_those_of_the_absent_go(mona, una, vic, team):
    gone = person("Gil", team, is_active=False)
    away(vic)
    at_work, of_absent, of_gone = leads(1, una), leads(1, vic), leads(1, gone)
    handout = share_out(at_work + of_absent + of_gone, mona)
    assert sorted(handout.given) == [[of_absent[0], vic.pk, una.pk], [of_gone[0], gone.pk, una.pk]]
    assert handout.left == [{"lead": at_work[0], "why": "at_work", "owner": una.pk}]


def test_a_manager_shares_out_within_the_team(mona, una):
    stranger = person("Stranger", factories.TeamFactory())
    assert shares(share_out(leads(4), mona, among=[una, stranger])) == {una.pk: 4}
    assert shares(share_out(leads(4), mona)) == {una.pk: 4}


def test_an_admin_shares_out_among_all_sales_executives(ada, mona, una):
    stranger = person("Stranger", factories.TeamFactory())
    assert shares(share_out(leads(4), ada)) == {una.pk: 2, stranger.pk: 2}


def test_many_leads_take_as_many_queries_as_few(ada, una, vic, django_assert_num_queries):
    few, many = leads(2), leads(20)
    with CaptureQueriesContext(connection) as asked:
        share_out(few, ada)
    with django_assert_num_queries(len(asked)):
        share_out(many, ada)


# And back


def test_undone_everybody_has_their_own_again(mona, alice, bob):
    pks = [*leads(1), *leads(1, bob)]
    handout = assign(pks, alice, mona)
    assert undo(handout)
    assert owners() == {pks[0]: None, pks[1]: bob.pk}
    undone = Event.objects.filter(data__undone=True)
    assert set(undone.values_list("subject_id", "kind")) == {(pks[0], "lead.unassigned"), (pks[1], "lead.assigned")}
    assert not undo(handout)
    assert Event.objects.count() == 4


def test_undoing_leaves_what_happened_since(mona, alice, bob, una):
    passed_on, closed, gone, plain = pks = leads(4)
    handout = assign(pks, alice, mona)
    assign([passed_on], bob, mona)
    reason = factories.LostReason.objects.first()
    Lead.everything.filter(pk=closed).update(status="lost", lost_reason=reason, closed_at=now())
    Lead.everything.filter(pk=gone).update(deleted_at=now())
    undo(handout)
    assert owners() == {passed_on: bob.pk, closed: alice.pk, gone: alice.pk, plain: None}


def test_undoing_gives_nothing_to_who_has_left(mona, alice, bob):
    (lead,) = leads(1, bob)
    handout = assign([lead], alice, mona)
    bob.is_active = False
    bob.save(update_fields=["is_active"])
    undo(handout)
    assert owners() == {lead: alice.pk}
