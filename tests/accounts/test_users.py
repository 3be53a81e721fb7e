from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests import factories
from tests.accounts.doing import with_password


def names(client, **query):
    page = client.get("/users/", query)
    assert page.status_code == 200
    return [row.cells[0].value for row in page.context["listing"].rows]


@pytest.fixture
def people(ada, mona, alice, bob, gus):
    factories.UserFactory(name="Åsa Ångström", email="asa@elsewhere.example")
    User.objects.filter(pk=bob.pk).update(is_active=False)
    with_password(gus)


def test_it_works(client, ada, people):
    client.force_login(ada)
    assert names(client) == ["Ada Admin", "Alice Owner", "Åsa Ångström", "Gus Agent", "Mona Manager"]


def views(client, **query):
    return [
        (str(view.label), view.url, view.is_current) for view in client.get("/users/", query).context["listing"].views
    ]


def test_who_is_deactivated_is_apart(client, ada, people):
    client.force_login(ada)
    assert views(client) == [
        ("Active and invited", "/users/", True),
        ("Deactivated (1)", "/users/?state=deactivated", False),
    ]
    assert [current for _label, _url, current in views(client, state="deactivated")] == [False, True]
    assert "Deactivated (1)" in client.get("/users/").content.decode()


def test_nobody_deactivated_is_no_view(client, ada, mona):
    client.force_login(ada)
    assert views(client) == []


def test_a_manager_is_not_told_how_many_left_other_teams(client, mona, people):
    User.objects.filter(name="Åsa Ångström").update(is_active=False)
    client.force_login(mona)
    assert [label for label, _url, _current in views(client)] == ["Active and invited", "Deactivated (1)"]


def test_a_manager_sees_their_team(client, mona, people):
    client.force_login(mona)
    assert names(client) == ["Alice Owner", "Mona Manager"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "angstrom asa"}, ["Åsa Ångström"]),
        ({"q": "ELSEWHERE.example"}, ["Åsa Ångström"]),
        ({"q": "%"}, []),
        ({"q": "_"}, []),
        ({"role": "agent"}, ["Gus Agent"]),
        ({"state": "deactivated"}, ["Bob Teammate"]),
        ({"state": "everybody", "team": "", "q": "b"}, ["Bob Teammate"]),
        ({"q": "bob"}, []),
        ({"state": "active"}, ["Gus Agent"]),
        ({"state": "invited", "role": "manager"}, ["Mona Manager"]),
        ({"sort": "-name", "role": "sales", "state": "invited"}, ["Åsa Ångström", "Alice Owner"]),
    ],
    ids=str,
)
def test_search_and_filters(client, ada, people, query, expected):
    client.force_login(ada)
    assert names(client, **query) == expected


@pytest.mark.parametrize("sort", ["name", "email", "role", "team", "seen"])
@pytest.mark.parametrize("down", ["", "-"])
def test_every_sort_and_every_page_shows_each_user_once(client, ada, people, sort, down, monkeypatch):
    from accounts.tables import Users

    monkeypatch.setattr(Users, "size", 2)
    client.force_login(ada)
    seen, url = [], f"/users/?state=everybody&sort={down}{sort}"
    while url:
        listing = client.get(url).context["listing"]
        seen += [row.key for row in listing.rows]
        url = listing.next_url
    assert sorted(seen) == sorted(User.objects.values_list("pk", flat=True))


@pytest.mark.parametrize(
    "query",
    [
        {"role": "king"},
        {"team": "x"},
        {"state": "gone"},
        {"sort": "password"},
        {"owner__password": "a"},
        {"password__startswith": "a"},
        {"_connector": "OR 1=1"},
        {"after": "x"},
    ],
    ids=str,
)
def test_unknown_questions_are_refused(client, ada, query):
    client.force_login(ada)
    assert client.get("/users/", query).status_code == 400


def test_a_manager_cannot_ask_for_another_team(client, mona):
    client.force_login(mona)
    assert client.get("/users/", {"team": factories.TeamFactory().pk}).status_code == 400


def test_htmx_gets_the_inside_alone(client, ada):
    client.force_login(ada)
    page = client.get("/users/", headers={"hx-request": "true"}).content.decode()
    assert "<html" not in page


def test_the_number_of_queries_does_not_grow(client, ada):
    client.force_login(ada)
    client.get("/users/")
    counted = []
    for more in (0, 19):
        factories.UserFactory.create_batch(more)
        with CaptureQueriesContext(connection) as queries:
            client.get("/users/")
        counted.append(len(queries))
    assert counted == [6, 6]
