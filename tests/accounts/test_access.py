"""Who may open and do what with users and teams; no refusal changes a row."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.rows import all_rows

ROLES = ("anonymous", "none", "admin", "manager", "sales", "agent", "analyst")


@pytest.fixture
def people(ada, mona, alice, gus, rita, charlie):
    return {"admin": ada, "manager": mona, "sales": alice, "agent": gus, "analyst": rita, "none": charlie}


@pytest.fixture
def clients(people):
    made = {"anonymous": Client()}
    for role, person in people.items():
        made[role] = Client()
        made[role].force_login(person)
    return made


def asked(clients, method, url, data=None):
    """The answers by role, while whatever is refused must not change a row."""
    seen = []
    for role in ROLES:
        before = all_rows()
        response = getattr(clients[role], method)(url, data or {})
        seen.append(response.status_code)
        if response.status_code >= 400 or role == "anonymous":
            assert all_rows() == before, role
    return seen


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("users", [302, 403, 200, 200, 403, 403, 403]),
        ("invite", [302, 403, 200, 200, 403, 403, 403]),
        ("teams", [302, 403, 200, 403, 403, 403, 403]),
        ("settings", [302, 200, 200, 200, 200, 200, 200]),
        ("own_access", [302, 200, 200, 200, 200, 200, 200]),
    ],
)
def test_pages(clients, name, expected):
    assert asked(clients, "get", reverse(f"accounts:{name}")) == expected


VIEW = {"own team": [302, 404, 200, 200, 404, 404, 404], "another team": [302, 404, 200, 404, 404, 404, 404]}


@pytest.mark.parametrize("where", VIEW)
@pytest.mark.parametrize("name", ["user", "access", "edit_user", "deactivate"])
def test_pages_of_a_user(clients, bob, where, name):
    somebody = bob if where == "own team" else factories.UserFactory()
    assert asked(clients, "get", reverse(f"accounts:{name}", args=[somebody.pk])) == VIEW[where]


@pytest.mark.parametrize("name", ["edit_user", "deactivate", "reactivate", "resend_invitation"])
@pytest.mark.parametrize("role", ["admin", "manager"])
def test_a_manager_touches_neither_managers_nor_admins(clients, team, people, role, name):
    boss = factories.UserFactory(role=role, team=team)
    method = "post" if name in {"reactivate", "resend_invitation"} else "get"
    assert getattr(clients["manager"], method)(reverse(f"accounts:{name}", args=[boss.pk])).status_code == 403
    own = reverse(f"accounts:{name}", args=[people["manager"].pk])
    assert getattr(clients["manager"], method)(own).status_code == 403


@pytest.mark.parametrize("name", ["deactivate", "reactivate", "resend_invitation"])
def test_deeds_on_a_user_of_another_team(clients, name):
    url = reverse(f"accounts:{name}", args=[factories.UserFactory().pk])
    assert asked(clients, "post", url)[3:] == [404, 404, 404, 404]


@pytest.mark.parametrize("name", ["edit_user", "deactivate"])
def test_forms_posted_to_a_user_of_another_team(clients, name):
    url = reverse(f"accounts:{name}", args=[factories.UserFactory().pk])
    assert clients["manager"].post(url, {"name": "X", "role": "agent"}).status_code == 404


@pytest.mark.parametrize("pk", [0, 10**9, 2**63, 10**30])
@pytest.mark.parametrize("name", ["user", "access", "edit_user", "deactivate", "team"])
def test_missing(clients, pk, name):
    assert clients["admin"].get(reverse(f"accounts:{name}", args=[pk])).status_code == 404


def test_a_team_is_renamed_by_admins_alone(clients, team):
    url = reverse("accounts:team", args=[team.pk])
    # Managers and analysts know their teams, so they are insiders without the right.
    assert asked(clients, "get", url) == [302, 404, 200, 403, 404, 404, 403]
    assert asked(clients, "post", url, {"name": "X"}) == [302, 404, 422, 403, 404, 404, 403]


@pytest.mark.parametrize("name", ["reactivate", "resend_invitation"])
def test_deeds_are_posts(clients, alice, name):
    assert clients["admin"].get(reverse(f"accounts:{name}", args=[alice.pk])).status_code == 405


@pytest.mark.parametrize("name", ["theme", "end_sessions"])
def test_own_deeds_are_posts(clients, name):
    assert clients["admin"].get(reverse(f"accounts:{name}")).status_code == 405
    before = all_rows()
    assert clients["anonymous"].post(reverse(f"accounts:{name}")).status_code == 302
    assert all_rows() == before


def test_a_manager_without_a_team_is_nobody(client, db):
    client.force_login(factories.UserFactory(role="manager", team=None))
    assert client.get(reverse("accounts:users")).status_code == 403
    other = factories.UserFactory(team=None, role="agent")
    assert client.get(reverse("accounts:user", args=[other.pk])).status_code == 404
