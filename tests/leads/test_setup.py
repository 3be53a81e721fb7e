"""Sources, campaigns and points: set up by admins, put out of use instead of deleted."""

from __future__ import annotations

import pytest
from django.urls import reverse

from crm.models import Event
from leads.models import Campaign, Lead, ScoreRule, Source
from tests import factories
from tests.accounts.doing import filled, run_jobs, submit
from tests.rows import all_rows

PAGE = "/leads/setup/"
NEW_SOURCE, NEW_CAMPAIGN = f"{PAGE}sources/new/", f"{PAGE}campaigns/new/"


@pytest.fixture
def admin(client, ada):
    client.force_login(ada)
    return client


def kinds():
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_it_works(admin):
    assert submit(admin, NEW_SOURCE, name="Podcast", response_minutes="30").status_code == 302
    podcast = Source.objects.get(name="Podcast")
    assert podcast.response_minutes == 30
    assert submit(admin, reverse("leads:source", args=[podcast.pk]), name="Radio").status_code == 302
    response = admin.post(reverse("leads:retire_source", args=[podcast.pk]), follow=True)
    assert "Out of use" in response.content.decode()
    message = list(response.context["messages"])[-1]
    admin.post(message.extra_tags)
    podcast.refresh_from_db()
    assert (podcast.name, podcast.is_active) == ("Radio", True)
    assert kinds() == ["source.created", "source.changed", "source.retired", "source.resumed"]


def test_out_of_use_it_is_offered_no_more_but_stays_with_its_leads(admin, alice):
    source = factories.SourceFactory(name="Old fair")
    lead = factories.LeadFactory(owner=alice, source=source)
    admin.post(reverse("leads:retire_source", args=[source.pk]), follow=True)
    assert "Old fair" not in admin.get("/leads/new/").content.decode()
    assert "Old fair" in admin.get(reverse("leads:edit", args=[lead.pk])).content.decode()


def test_twice_is_once(admin):
    source = factories.SourceFactory()
    for _time in range(2):
        admin.post(reverse("leads:retire_source", args=[source.pk]))
    assert kinds() == ["source.retired"]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "\u200b"},
        {"name": "x" * 61},
        {"name": "REFERRAL"},
        {"kind": "king"},
        {"response_minutes": "0"},
        {"response_minutes": "-5"},
        {"response_minutes": "1e9"},
        {"response_minutes": "99999999999999"},
    ],
    ids=str,
)
def test_sources_that_are_refused(admin, changes, nothing_changed):
    with nothing_changed:
        assert submit(admin, NEW_SOURCE, **{"name": "Podcast"} | changes).status_code == 422


@pytest.mark.parametrize(
    "changes",
    [{"name": ""}, {"starts_on": "2026-02-01", "ends_on": "2026-01-01"}, {"starts_on": "0001-01-01"}, {"ends_on": "x"}],
    ids=str,
)
def test_campaigns_that_are_refused(admin, changes, nothing_changed):
    with nothing_changed:
        assert submit(admin, NEW_CAMPAIGN, **{"name": "Spring"} | changes).status_code == 422


def test_a_campaign_is_made_changed_and_put_out_of_use(admin):
    assert submit(admin, NEW_CAMPAIGN, name="Spring", starts_on="2026-03-01").status_code == 302
    spring = Campaign.objects.get()
    assert submit(admin, reverse("leads:campaign", args=[spring.pk]), ends_on="2026-04-01").status_code == 302
    admin.post(reverse("leads:retire_campaign", args=[spring.pk]))
    spring.refresh_from_db()
    assert (str(spring.ends_on), spring.is_active) == ("2026-04-01", False)


def test_other_points_score_all_open_leads_anew(admin, alice):
    lead = factories.LeadFactory(owner=alice, phone="+46812345678")
    phone = ScoreRule.objects.get(rule="phone")
    url = reverse("leads:rule", args=[phone.pk])
    assert submit(admin, url, points="35").status_code == 302
    assert submit(admin, url, points="40").status_code == 302  # while the first is still waiting
    run_jobs("leads.rescore")
    assert Lead.everything.get(pk=lead.pk).score == 40


@pytest.mark.parametrize("points", ["", "101", "-101", "x", "1.5", "1e400"])
def test_points_that_are_refused(admin, points, nothing_changed):
    with nothing_changed:
        url = reverse("leads:rule", args=[ScoreRule.objects.get(rule="phone").pk])
        assert submit(admin, url, points=points).status_code == 422


def test_two_who_change_the_same_points(admin):
    url = reverse("leads:rule", args=[ScoreRule.objects.get(rule="phone").pk])
    stale = filled(admin, url, points="20")
    submit(admin, url, points="30")
    before = all_rows()
    assert admin.post(url, stale).status_code == 409
    assert all_rows() == before


def test_in_the_drawer_the_form_has_a_title(admin):
    url = reverse("leads:source", args=[Source.objects.get(kind="referral").pk])
    page = admin.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<h2>Referral</h2>" in page
    assert "<html" not in page
