"""The list of leads: what it shows to whom, how it is narrowed and sorted, what leaves it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate, now

from deals.models import LostReason
from leads.models import Campaign, Lead
from tests import factories

URL = "/leads/"


@pytest.fixture
def page(client):
    def ask(user, **query):
        client.force_login(user)
        response = client.get(URL, query)
        assert response.status_code == 200, response.content[:300]
        return response

    return ask


def names(response):
    return [row.cells[0].value for row in response.context["listing"].rows]


@pytest.fixture
def made(alice):
    """A lead by its name, with what is said of it."""

    def make(name, created_at=None, **fields):
        lead = factories.LeadFactory(name=name, **{"owner": alice} | fields)
        if created_at:
            Lead.objects.filter(pk=lead.pk).update(created_at=created_at)
        return lead

    return make


def test_it_works(page, made, alice):
    due = now() + dt.timedelta(days=3)
    source = factories.SourceFactory(name="Fair")
    made("Nils", company_name="Holm AB", source=source, value=900, base_value=900, score=55, response_due_at=due)
    shown = page(alice).content.decode()
    for text in ("Nils", "Holm AB", "Fair", "€\u00a0900", "55", "left", "None planned", "Alice Owner", "New"):
        assert text in shown, text


@pytest.mark.parametrize("role", ["admin", "manager", "sales", "analyst"])
def test_the_list_asks_no_more_for_20_rows_than_for_one(client, team, role):
    user = factories.UserFactory(role=role, team=team)
    client.force_login(user)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(URL)
        return len(captured)

    def add(count):
        for _ in range(count):
            factories.LeadFactory(owner=user, source=factories.SourceFactory(), response_due_at=now())

    add(2)
    queries()
    few = queries()
    add(19)
    assert queries() == few <= 12


def test_who_sees_which(page, made, alice, bob, mona, ada, rita):
    made("Own")
    shared = made("Shared", owner=bob)
    shared.shared_with.add(alice)
    made("Bob's", owner=bob)
    made("Nobody's", owner=None)
    made("Foreign", owner=factories.UserFactory())
    everything = ["Bob's", "Foreign", "Nobody's", "Own", "Shared"]
    seen = {user: sorted(names(page(user))) for user in (alice, mona, ada, rita)}
    assert seen[alice] == ["Own", "Shared"]
    assert seen[mona] == ["Bob's", "Nobody's", "Own", "Shared"]
    assert seen[ada] == seen[rita] == everything


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "new"}, ["A", "B"]),
        ({"status": "open"}, ["A", "B", "C"]),
        ({"status": "lost"}, ["D"]),
        ({"score_from": 40}, ["B", "C"]),
        ({"score_from": 40, "score_to": 50}, ["B"]),
        ({"value_from": 1000}, ["B"]),
        ({"value_to": 500}, ["A"]),
        ({"country": "SE"}, ["A"]),
        ({"owner": "me"}, ["A", "B", "C", "D"]),
        ({"owner": "none"}, []),
        ({"attention": "late"}, ["B"]),
        ({"attention": "unattended"}, ["B"]),
        ({"attention": "waiting"}, ["A", "B"]),
        ({"next": "overdue"}, ["C"]),
        ({"next": "none"}, ["A", "B"]),
        ({"q": "works"}, ["B"]),
        ({"q": "b works"}, ["B"]),
        ({"q": "+46 70 123 45 67"}, ["A"]),
        ({"q": "070 123 45 67"}, ["A"]),
        ({"q": "a@example.com"}, ["A"]),
        ({"q": "nothing at all"}, []),
    ],
)
def test_filters(page, made, alice, query, found):
    made("A", value=500, base_value=500, score=10, country="SE", phone="+46701234567", email="a@example.com")
    late = now() - dt.timedelta(hours=1)
    made("B", value=2000, base_value=2000, score=45, company_name="Works", response_due_at=late)
    called = made("C", score=70, status="contacted", responded_at=now())
    factories.PlanFactory(lead=called, created_by=alice, due_on=localdate() - dt.timedelta(days=1))
    made("D", status="lost", lost_reason=LostReason.objects.first(), closed_at=now())
    assert sorted(names(page(alice, **query))) == found


def test_by_source_campaign_team_and_day(page, made, ada, team):
    source, campaign = factories.SourceFactory(), Campaign.objects.create(name="Spring")
    made("A", source=source)
    made("B", campaign=campaign)
    made("C", owner=factories.UserFactory(), created_at=dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC))
    assert names(page(ada, source=source.pk)) == ["A"]
    assert names(page(ada, campaign=campaign.pk)) == ["B"]
    assert sorted(names(page(ada, team=team.pk))) == ["A", "B"]
    assert names(page(ada, created_from="2024-05-01", created_to="2024-05-01")) == ["C"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", ["Ann", "Ben", "Cyd"]),
        ("-score", ["Ben", "Ann", "Cyd"]),
        ("-value", ["Cyd", "Ann", "Ben"]),
        ("clock", ["Ann", "Ben", "Cyd"]),
        ("next", ["Cyd", "Ann", "Ben"]),
        ("created", ["Ann", "Ben", "Cyd"]),
    ],
)
def test_sorts(page, made, alice, sort, order):
    soon, later = now() + dt.timedelta(hours=1), now() + dt.timedelta(days=1)
    made("Ann", score=20, value=Decimal(10), base_value=Decimal(10), response_due_at=soon)
    made("Ben", score=30, response_due_at=later)
    made("Cyd", value=Decimal(20), base_value=Decimal(20), response_due_at=soon, responded_at=now())
    factories.PlanFactory(lead=Lead.objects.get(name="Cyd"), created_by=alice)
    assert names(page(alice, sort=sort)) == order


@pytest.mark.parametrize(
    "query",
    [
        {"status": "x"},
        {"source": "999999"},
        {"owner": "x"},
        {"score_from": "-1"},
        {"score_to": "101"},
        {"value_from": "NaN"},
        {"value_to": "1e400"},
        {"created_from": "tomorrow"},
        {"next": "x"},
        {"sort": "phone"},
        {"unknown": "1"},
        {"after": "x"},
        {"team": "abc"},
    ],
)
def test_what_the_list_does_not_know_is_said(client, ada, query):
    client.force_login(ada)
    assert client.get(URL, query).status_code == 400


def test_agents_have_no_list(client, gus):
    client.force_login(gus)
    for name in ("index", "board", "unattended"):
        assert client.get(reverse(f"leads:{name}")).status_code == 403


def test_boxes_are_for_those_who_hand_out(page, lead, alice, mona):
    assert 'name="chosen"' not in page(alice).content.decode()
    shown = page(mona).content.decode()
    assert f'value="{lead.pk}" form="bulk"' in shown
    assert 'id="bulk"' in shown


def test_tabs_lead_to_lists(page, made, mona):
    made("Own", owner=mona)
    made("Nobody's", owner=None)
    views = {str(view.label): view for view in page(mona).context["listing"].views}
    assert [label for label, view in views.items() if view.is_current] == ["All"]
    assert "owner=none" in views["Nobody's"].url
    mine = page(mona, owner="me", status="open")
    assert names(mine) == ["Own"]
    assert [str(view.label) for view in mine.context["listing"].views if view.is_current] == ["Mine"]


def test_a_new_account_learns_and_no_match_says_so(page, alice, lead):
    assert "No match" in page(alice, q="qwxzvk").content.decode()
    lead.delete_softly(by=alice)
    shown = page(alice).content.decode()
    assert "No leads yet" in shown
    assert "/leads/new/" in shown


def exported(client, user, query=""):
    client.force_login(user)
    response = client.post(reverse("leads:export") + query)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(response).decode().removeprefix("\ufeff"))))


def test_sales_take_away_only_their_own(client, made, alice, bob, mona):
    made("Own", email="own@example.com", status="qualified")
    made("Shared", owner=bob).shared_with.add(alice)
    rows = exported(client, alice)
    assert [(row["Name"], row["E-mail"], row["Status"]) for row in rows] == [("Own", "own@example.com", "Qualified")]
    assert len(exported(client, mona)) == 2
    assert exported(client, mona, "?status=qualified")[0]["Name"] == "Own"


def test_deleted_ones_are_listed_for_whoever_may_restore_them(client, lead, alice, bob):
    lead.delete_softly(by=alice)
    for user, count in ((alice, 1), (bob, 0)):
        client.force_login(user)
        assert len(client.get("/leads/deleted/").context["listing"].rows) == count
