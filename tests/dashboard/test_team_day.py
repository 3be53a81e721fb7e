"""The day of a team: whose rows are counted, and that each figure leads to exactly its rows."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, now

from accounts.models import Absence
from dashboard.team_day import TeamDay
from dashboard.today import Clock, plan_of
from deals.models import Target
from leads.models import Lead
from tests import factories

UTC = dt.UTC
PARIS = zoneinfo.ZoneInfo("Europe/Paris")
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def day(ahead=0):
    return localdate() + ahead * DAY


def clock(at=None, zone=UTC):
    return Clock(at or now(), zone)


def plan(owner, ahead=0, **fields):
    return factories.PlanFactory(owner=owner, created_by=owner, due_on=day(ahead), **fields)


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def lead_of(owner, created=None, **fields):
    lead = factories.LeadFactory(owner=owner, **fields)
    if created:
        Lead.everything.filter(pk=lead.pk).update(created_at=created)
    return lead


@pytest.fixture
def stranger(db):
    return factories.UserFactory(name="Stan Stranger")


def test_a_manager_sees_the_team_and_what_is_nobodys(mona, alice, stranger):
    for owner in (alice, None, stranger):
        factories.DealFactory(owner=owner, amount=1000)
        lead_of(owner)
    figures = TeamDay(mona, clock()).figures
    assert (figures.open_deals, figures.pipeline, figures.new_leads) == (2, 2000, 2)


def test_an_admin_sees_all_or_one_team(ada, alice, team, stranger):
    for owner in (alice, None, stranger):
        factories.DealFactory(owner=owner, amount=1000)
    assert TeamDay(ada, clock()).figures.open_deals == 3
    assert TeamDay(ada, clock(), team).figures.open_deals == 1
    assert [member.person for member in TeamDay(ada, clock(), team).members] == [alice]


def test_the_pipeline_is_weighed(mona, alice):
    factories.DealFactory(owner=alice, amount=1000, probability=30)
    factories.DealFactory(owner=alice, amount=None)
    factories.DealFactory(owner=alice, at="Won", amount=9000)
    figures = TeamDay(mona, clock()).figures
    assert (figures.open_deals, figures.pipeline, figures.weighted) == (2, 1000, 300)


def test_answers_are_judged_once_they_are_due_or_given(mona, alice):
    at = now()
    lead_of(alice, response_due_at=at + HOUR, responded_at=at)  # in time
    lead_of(alice, response_due_at=at - HOUR, responded_at=at)  # late
    lead_of(alice, response_due_at=at - HOUR)  # not at all
    lead_of(alice, response_due_at=at + HOUR)  # has time yet
    lead_of(alice, response_due_at=None, responded_at=at)  # was imported
    lead_of(alice, created=at - 8 * DAY, response_due_at=at - 7 * DAY)  # too long ago
    figures = TeamDay(mona, clock(at)).figures
    assert (figures.answered_in_time, figures.answers_due, figures.in_time_percent) == (1, 3, 33)


def test_nothing_due_is_no_rate(mona):
    figures = TeamDay(mona, clock()).figures
    assert figures.in_time_percent is None
    assert figures.target_percent is None


def test_new_today_is_since_midnight_of_whoever_looks(mona, alice):
    midnight = dt.datetime(2026, 5, 12, tzinfo=PARIS)
    lead_of(alice, created=midnight - HOUR)
    lead_of(alice, created=midnight)
    figures = TeamDay(mona, clock(midnight + 9 * HOUR, PARIS)).figures
    assert (figures.new_leads, figures.leads_yesterday) == (1, 1)
    assert TeamDay(mona, clock(midnight + 9 * HOUR, UTC)).figures.new_leads == 0


def test_what_was_won_this_month_is_held_against_the_targets_of_the_team(mona, alice, bob, stranger):
    month = day().replace(day=1)
    for person in (alice, bob, stranger):
        Target.objects.create(person=person, month=month, amount=2000)
    factories.DealFactory(owner=alice, at="Won", amount=1000)
    factories.DealFactory(owner=alice, at="Won", amount=700, opened_on=None, closed_on=month - DAY)
    factories.DealFactory(owner=stranger, at="Won", amount=5000)
    figures = TeamDay(mona, clock()).figures
    assert (figures.won, figures.won_deals, figures.target, figures.target_percent) == (1000, 1, 4000, 25)


def test_deals_that_were_left_lying(mona, alice):
    small = factories.DealFactory(owner=alice, amount=10, expected_close=day(-3))
    large = factories.DealFactory(owner=alice, amount=1000, expected_close=day())
    busy = factories.DealFactory(owner=alice, expected_close=day(-1))
    plan(alice, deal=busy)
    team = TeamDay(mona, clock())
    assert team.idle_deals == [large, small]
    assert team.late_closes == [small, busy]
    assert (team.figures.idle_deals, team.figures.late_closes) == (2, 2)


def test_unattended_leads_are_nobodys_or_late(mona, alice):
    late = lead_of(alice, response_due_at=now() - HOUR)
    nobodys = lead_of(None, response_due_at=now() + HOUR)
    lead_of(alice, response_due_at=now() + HOUR)
    found = TeamDay(mona, clock()).unattended
    assert ([waiting.lead for waiting in found.rows], found.count) == ([late, nobodys], 2)


def test_how_the_day_of_each_stands(mona, alice, bob, deal):
    plan(alice, -1, deal=deal)
    plan(alice, 0, deal=deal)
    plan(alice, 5, deal=deal)
    done = plan(bob, 0, deal=factories.DealFactory(owner=bob))
    done.finish(bob)
    plan(alice, -1)  # for herself: nobody else's business
    Absence.objects.create(person=bob, first_day=day(), last_day=day(2))
    team = TeamDay(mona, clock())
    counts = {str(m.person): (m.overdue, m.today, m.open, m.done, m.away_until) for m in team.members}
    assert counts == {
        "Alice Owner": (1, 1, 3, 0, None),
        "Bob Teammate": (0, 0, 0, 1, day(2)),
        "Mona Manager": (0, 0, 0, 0, None),
    }
    assert (team.done_today, team.due_today) == (1, 2)


def test_the_day_of_each_is_as_they_see_it_with_what_they_do_with_others(mona, alice, bob, deal):
    for ahead in (-1, 0, 5):
        plan(bob, ahead, deal=deal).collaborators.add(alice, mona)
        plan(alice, ahead, deal=deal).collaborators.add(alice)
    plan(bob, 0, deal=deal).finish(bob)
    team = TeamDay(mona, clock())
    for member in team.members:
        own = plan_of(member.person, mona, clock(), {})
        assert (member.overdue, member.today) == (own["overdue"].count, own["today"].count), member.person
    assert {str(m.person): (m.overdue, m.today, m.open) for m in team.members} == {
        "Alice Owner": (2, 2, 6),
        "Bob Teammate": (1, 1, 3),
        "Mona Manager": (1, 1, 3),
    }
    assert team.due_today == 4


def test_the_page_says_that_what_is_ones_own_alone_is_not_counted(client, mona, alice):
    plan(alice, 0)
    assert "is theirs alone and not counted here" in text(page(client, mona))


def test_who_is_away_from_today_to_sunday(mona, alice, bob, stranger):
    wednesday = dt.date(2026, 5, 13)
    at = dt.datetime(2026, 5, 13, 9, tzinfo=UTC)

    def away(person, first, last):
        return Absence.objects.create(person=person, first_day=wednesday + first * DAY, last_day=wednesday + last * DAY)

    today, sunday = away(alice, -3, 0), away(bob, 4, 9)
    away(alice, 5, 6)  # next Monday
    away(bob, -9, -1)
    away(stranger, 0, 0)
    team = TeamDay(mona, clock(at))
    assert (team.away_today, team.away_later) == ([today], [sunday])


# The page


def page(client, user, url="/"):
    client.force_login(user)
    return client.get(url)


def test_why_somebody_is_away_is_not_told(client, mona, alice):
    Absence.objects.create(person=alice, first_day=day(), last_day=day(), reason="Surgery")
    shown = text(page(client, mona))
    assert "Alice Owner" in shown[shown.index('id="absent"') :]
    assert "Surgery" not in shown


def test_a_manager_cannot_look_at_another_team(client, mona, stranger):
    assert page(client, mona, f"/?team={stranger.team_id}").status_code == 400
    assert page(client, mona, "/?team=x").status_code == 400


def test_an_admin_chooses_a_team(client, ada, team, stranger):
    factories.DealFactory(owner=stranger, title="Elsewhere")
    shown = text(page(client, ada))
    assert f'href="/?team={team.pk}"' in shown
    assert "Elsewhere" in shown
    assert "Elsewhere" not in text(client.get(f"/?team={team.pk}"))


def test_a_quiet_day_says_so(client, mona):
    shown = text(page(client, mona))
    for words in (
        "Every open deal has a next step.",
        "Every lead has an owner and was answered in time.",
        "Nobody is away this week.",
        "no answer was due in 7 days",
        "no target is set",
    ):
        assert words in shown


def furnish(alice, number):
    for count in range(number):
        member = factories.UserFactory(team=alice.team)
        deal = factories.DealFactory(owner=member, expected_close=day(-1), customer=factories.CustomerFactory())
        factories.DealFactory(owner=member, expected_close=day(-1))
        factories.DealFactory(owner=member, at="Won")
        lead_of(member, response_due_at=now() - HOUR)
        plan(member, -1, deal=deal)
        plan(member, deal=deal).finish(member)
        Absence.objects.create(person=member, first_day=day(), last_day=day(count))


def test_every_figure_leads_to_exactly_its_rows(client, mona, alice, team):
    furnish(alice, 3)
    lead_of(alice, response_due_at=now() + HOUR, responded_at=now())
    lead_of(alice, response_due_at=now() + HOUR)
    factories.DealFactory(owner=factories.UserFactory(), expected_close=day(-1))
    client.force_login(mona)
    shown = client.get("/").content.decode()
    figures = TeamDay(mona, clock()).figures
    expected = {
        "card-new": figures.new_leads,
        "card-answers": figures.answered_in_time,
        "card-done": 3,
        "card-pipeline": figures.open_deals,
        "card-won": figures.won_deals,
    }
    for name, count in expected.items():
        part = shown[shown.index(f'id="{name}"') :]
        url = re.search(r'href="([^"]*)"', part).group(1).replace("&amp;", "&")
        assert rows_at(client, url) == count, (name, url)
    for name, count in (("unattended", 3), ("idle-deals", 3), ("late-closes", 6)):
        part = shown[shown.index(f'id="{name}"') :]
        url = re.search(r'<a class="link[^>]*href="([^"]*)"', part).group(1).replace("&amp;", "&")
        assert rows_at(client, url) == count, (name, url)


def rows_at(client, url):
    response = client.get(url)
    assert response.status_code == 200, url
    return len(re.findall(r"<tr[^>]* data-row=", response.content.decode()))


def asked(client):
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/").status_code == 200
    return len(queries)


def test_the_page_asks_as_much_for_twenty_as_for_one(client, mona, alice):
    client.force_login(mona)
    furnish(alice, 1)
    asked(client)
    one = asked(client)
    furnish(alice, 19)
    assert asked(client) == one <= 17
