from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Team
from crm.models import Event
from tests import factories
from tests.accounts.doing import filled, submit
from tests.rows import all_rows

URL = "/users/teams/"


@pytest.fixture
def admin(client, ada):
    client.force_login(ada)
    return client


def test_it_works(admin, alice, bob):
    assert submit(admin, URL, name="East").status_code == 302
    east = Team.objects.get(name="East")
    assert submit(admin, reverse("accounts:team", args=[east.pk]), name="Far East").status_code == 302
    east.refresh_from_db()
    assert (east.name, east.version) == ("Far East", 2)
    assert list(Event.objects.values_list("kind", flat=True).order_by("pk")) == ["team.created", "team.changed"]
    assert {team.name: team.members for team in admin.get(URL).context["teams"]} == {"Far East": 0, "North": 2}


@pytest.mark.parametrize("name", ["", " ", "\u200b", "x" * 101, "NORTH"])
def test_names_that_are_refused(admin, team, name):
    before = all_rows()
    assert submit(admin, URL, name=name).status_code == 422
    assert all_rows() == before


def test_two_who_rename_the_same_team(admin, team):
    url = reverse("accounts:team", args=[team.pk])
    stale = filled(admin, url, name="Nordic")
    submit(admin, url, name="Northern")
    before = all_rows()
    assert admin.post(url, stale).status_code == 409
    assert all_rows() == before


def test_a_team_does_not_take_the_name_of_another(admin, team):
    other = factories.TeamFactory()
    before = all_rows()
    assert submit(admin, reverse("accounts:team", args=[other.pk]), name="north").status_code == 422
    assert all_rows() == before
