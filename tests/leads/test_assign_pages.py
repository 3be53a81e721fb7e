"""Handing out from the list, the record and the drawer: who may, what is refused, what is shown of it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Absence
from crm.models import Event
from crm.moments import today
from leads import assignment
from leads.models import Handout, Lead
from leads.unattended import unattended_count
from tests import factories
from tests.rows import all_rows

ASSIGN, SHARE = "/leads/assign/", "/leads/share-out/"


def person(name, team, role="sales", **more):
    return factories.UserFactory(name=name, team=team, role=role, password="known", **more)


def lead(**fields):
    return factories.LeadFactory(**{"owner": None} | fields)


def owner_of(row):
    return Lead.everything.get(pk=row.pk).owner


@pytest.fixture
def as_mona(client, mona):
    client.force_login(mona)
    return client


@pytest.fixture
def una(team):
    return person("Una Seller", team)


def test_it_works(as_mona, alice):
    one, two = lead(name="One"), lead(name="Two")
    response = as_mona.post(ASSIGN, {"ids": [one.pk, two.pk], "to": alice.pk}, follow=True)
    assert "2 leads went to Alice Owner." in response.content.decode()
    assert owner_of(one) == owner_of(two) == alice
    (message,) = list(response.context["messages"])
    as_mona.post(message.extra_tags)
    assert owner_of(one) is None


def test_one_lead_goes_back_to_its_record_or_where_one_came_from(as_mona, alice):
    one = lead()
    assert as_mona.post(ASSIGN, {"ids": one.pk, "to": alice.pk}).url == one.get_absolute_url()
    assert as_mona.post(ASSIGN, {"ids": one.pk, "to": "none", "next": "/leads/?q=x"}).url == "/leads/?q=x"
    assert as_mona.post(ASSIGN, {"ids": one.pk, "to": "me", "next": "//evil.example"}).url == one.get_absolute_url()
    assert owner_of(one).name == "Mona Manager"


def test_the_drawer_shows_how_busy_everybody_is(as_mona, una, team):
    lead(owner=una)
    away = person("Abe Away", team)
    Absence.objects.create(person=away, first_day=today(), last_day=today())
    response = as_mona.get(ASSIGN, {"ids": lead().pk}, headers={"HX-Request": "true"})
    page = response.content.decode()
    assert "1 of 30 open" in page
    assert "is away until" in page
    assert page.index("Una Seller") < page.index("Abe Away")


def test_by_script_the_page_is_told_where_to_go(as_mona, alice):
    response = as_mona.post(ASSIGN, {"ids": lead().pk, "to": alice.pk}, headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert response["HX-Redirect"].startswith("/leads/")


def test_shared_out_it_is_said_who_got_how_many_and_who_was_skipped(as_mona, una, team):
    away, full = person("Abe Away", team), person("Flo Full", team, lead_capacity=1)
    Absence.objects.create(person=away, first_day=today(), last_day=today())
    lead(owner=full)
    chosen = [lead().pk for _ in range(3)] + [lead(owner=una).pk]
    response = as_mona.post(SHARE, {"chosen": chosen}, follow=True)
    page = response.content.decode()
    assert [(share.load.person, share.count) for share in response.context["shares"]] == [(una, 3)]
    assert {str(entry.person): entry.why for entry in response.context["skipped"]}["Flo Full"] == "is full: 1 of 1 open"
    assert "Is away until" in page
    assert "Stays with Una Seller, who is at work" in page
    assert "Take it back" in page
    (handout,) = Handout.objects.all()
    as_mona.post(reverse("leads:handout_undo", args=[handout.pk]))
    assert Lead.objects.get_queryset().filter(owner=None).count() == 3
    assert "Taken back" in as_mona.get(handout.get_absolute_url()).content.decode()


def test_all_of_a_list_are_its_open_ones_with_its_filters(as_mona, alice):
    reason = factories.LostReason.objects.first()
    wanted, other = lead(name="Holm one"), lead(name="Berg")
    lost = lead(name="Holm lost", status="lost", lost_reason=reason, closed_at="2026-01-01T00:00Z")
    as_mona.post(ASSIGN, {"all": "1", "query": "q=Holm", "to": alice.pk})
    assert (owner_of(wanted), owner_of(other), owner_of(lost)) == (alice, None, None)


def test_more_than_are_done_at_once_show_how_far_it_is(as_mona, una, monkeypatch):
    monkeypatch.setattr(assignment, "AT_ONCE", 2)
    response = as_mona.post(ASSIGN, {"ids": [lead().pk for _ in range(5)], "to": una.pk}, follow=True)
    page = response.content.decode()
    assert "0 / 5" in page
    assert "every 1s" in page
    (handout,) = Handout.objects.all()
    assignment.hand_out(handout.job)
    part = as_mona.get(handout.get_absolute_url(), headers={"HX-Request": "true"})
    assert part.status_code == 286
    assert "Una Seller" in part.content.decode()


# Refused


def test_nothing_chosen_is_refused(as_mona, alice, nothing_changed):
    with nothing_changed:
        for data in (
            {},
            {"to": alice.pk},
            {"ids": "", "to": alice.pk},
            {"all": "1", "query": "q=nobody", "to": alice.pk},
        ):
            assert as_mona.post(ASSIGN, data).status_code == 422
        assert as_mona.post(SHARE, {}).status_code == 422


@pytest.mark.parametrize("ids", ["x", "-1", "0", "9" * 30, "1 OR 1=1", "\u0661"])
def test_ids_that_are_none(as_mona, alice, ids, nothing_changed):
    with nothing_changed:
        assert as_mona.post(ASSIGN, {"ids": ids, "to": alice.pk}).status_code == 422
        assert as_mona.post(SHARE, {"ids": ids}).status_code == 422


def test_a_lead_out_of_sight_is_refused_and_nothing_is_given(as_mona, alice, nothing_changed):
    own, foreign = lead(), lead(owner=factories.UserFactory())
    deleted = lead(deleted_at="2026-01-01T00:00Z")
    before = all_rows()
    for hidden in (foreign, deleted):
        assert as_mona.post(ASSIGN, {"ids": [own.pk, hidden.pk], "to": alice.pk}).status_code == 422
        assert as_mona.post(SHARE, {"ids": [own.pk, hidden.pk]}).status_code == 422
    assert all_rows() == before


@pytest.mark.parametrize("to", ["", "x", "0", "-1", "9" * 30])
def test_to_whom_must_be_said(as_mona, to):
    chosen = lead()
    before = all_rows()
    assert as_mona.post(ASSIGN, {"ids": chosen.pk, "to": to}).status_code == 422
    assert all_rows() == before


def test_to_people_of_another_team_or_who_own_nothing_a_manager_gives_none(as_mona, gus, rita, ada):
    chosen = lead()
    people = [factories.UserFactory(), gus, rita, ada, factories.UserFactory(is_active=False)]
    before = all_rows()
    for other in people:
        assert as_mona.post(ASSIGN, {"ids": chosen.pk, "to": other.pk}).status_code == 422, other
    assert as_mona.post(SHARE, {"ids": chosen.pk, "among": people[0].pk}).status_code == 422
    assert all_rows() == before


def test_sales_hand_out_nothing_not_even_to_themselves(client, alice, nothing_changed):
    client.force_login(alice)
    own, nobodys = lead(owner=alice), lead()
    before = all_rows()
    for row in (own, nobodys):
        assert client.post(ASSIGN, {"ids": row.pk, "to": "me"}).status_code == 403
        assert client.post(SHARE, {"ids": row.pk}).status_code == 403
    assert all_rows() == before


def test_an_admin_gives_across_teams(client, ada, una):
    client.force_login(ada)
    row = lead(owner=factories.UserFactory())
    assert client.post(ASSIGN, {"ids": row.pk, "to": una.pk}).status_code == 302
    assert owner_of(row) == una


def test_what_was_given_away_meanwhile_is_not_taken_from_them(as_mona, alice, bob):
    row = lead(owner=bob)
    before = all_rows()
    response = as_mona.post(ASSIGN, {"ids": row.pk, "to": alice.pk, "seen": "none"})
    assert response.status_code == 409
    assert "has been given to Bob Teammate in the meantime" in response.content.decode()
    assert owner_of(row) == bob
    assert Event.objects.count() == 0
    assert before.keys() == all_rows().keys()


def test_a_filter_that_does_not_exist_is_refused(as_mona, alice, nothing_changed):
    with nothing_changed:
        assert as_mona.post(ASSIGN, {"all": "1", "query": "nonsense=1", "to": alice.pk}).status_code == 400
        assert as_mona.post(ASSIGN, {"all": "1", "of": "customers", "to": alice.pk}).status_code == 422


def test_the_page_of_a_handing_out_is_its_makers(as_mona, client, alice, una):
    as_mona.post(SHARE, {"ids": lead().pk})
    (handout,) = Handout.objects.all()
    client.force_login(person("Other", alice.team, "manager"))
    before = all_rows()
    assert client.get(handout.get_absolute_url()).status_code == 404
    assert client.post(reverse("leads:handout_undo", args=[handout.pk])).status_code == 404
    assert all_rows() == before


# Unattended


def test_unattended_are_nobodys_and_those_not_answered_in_time(as_mona, mona, alice):
    long_ago, far_off = "2026-01-01T00:00Z", "2199-01-01T00:00Z"
    nobodys = lead(name="Nobody's")
    late = lead(name="Late", owner=alice, response_due_at=long_ago)
    lead(name="In time", owner=alice, response_due_at=far_off)
    lead(name="Answered", owner=alice, response_due_at=long_ago, responded_at=long_ago)
    lead(name="Foreign", owner=factories.UserFactory(), response_due_at=long_ago)
    lead(name="Gone", deleted_at=long_ago)
    reason = factories.LostReason.objects.first()
    lead(name="Lost", status="lost", lost_reason=reason, closed_at=long_ago)
    page = as_mona.get("/leads/unattended/")
    assert {row.key for row in page.context["listing"].rows} == {nobodys.pk, late.pk}
    assert unattended_count(mona) == 2
    assert unattended_count(alice) == 1


def test_unattended_ones_are_shared_out_from_their_list(as_mona, una):
    rows = [lead(), lead()]
    as_mona.post(SHARE, {"everything": "1", "of": "unattended_leads", "query": ""})
    assert {owner_of(row) for row in rows} == {una}


def test_agents_have_no_unattended_leads(gus, charlie):
    lead()
    assert unattended_count(gus) == unattended_count(charlie) == 0


@pytest.mark.parametrize("url", ["/leads/unattended/", ASSIGN])
def test_as_many_queries_for_many_as_for_one(as_mona, alice, una, url):
    def ask():
        with CaptureQueriesContext(connection) as asked:
            as_mona.get(url, {"ids": [row.pk for row in Lead.objects.get_queryset()]} if url == ASSIGN else {})
        return len(asked)

    source = factories.SourceFactory()
    lead(source=source)
    ask()
    few = ask()
    for _number in range(19):
        lead(source=source, owner=None)
        person("More", una.team)
    assert ask() == few
