from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from crm.models import Event
from crm.text import without_directions
from tests import factories
from tests.accounts.doing import filled, submit
from tests.rows import all_rows


def url_of(user):
    return reverse("accounts:edit_user", args=[user.pk])


@pytest.fixture
def admin(client, ada):
    client.force_login(ada)
    return client


@pytest.fixture
def manager(client, mona):
    client.force_login(mona)
    return client


def test_it_works(manager, alice):
    response = submit(manager, url_of(alice), name="Alice Agent", role="agent")
    assert response["Location"] == reverse("accounts:user", args=[alice.pk])
    alice.refresh_from_db()
    assert (alice.name, alice.role, alice.version) == ("Alice Agent", "agent", 2)
    event = Event.objects.get(kind="user.changed")
    assert event.data["fields"] == ["name", "role"]


def test_the_page_of_the_user_tells_who_changed_what(manager, alice, mona):
    submit(manager, url_of(alice), role="agent")
    page = manager.get(reverse("accounts:user", args=[alice.pk])).content.decode()
    assert "Sales executive" in page
    assert "Call-centre agent" in page
    assert "Mona Manager" in page


@pytest.mark.parametrize("role", ["admin", "manager", "analyst", "", "king"])
def test_a_manager_promotes_nobody(manager, alice, role):
    before = all_rows()
    assert submit(manager, url_of(alice), role=role).status_code == 422
    assert all_rows() == before


def test_a_manager_moves_nobody(manager, alice, team):
    submit(manager, url_of(alice), team=factories.TeamFactory().pk, email="other@example.com")
    alice.refresh_from_db()
    assert (alice.team_id, alice.email, alice.version) == (team.pk, "alice@example.com", 1)


def test_fields_that_are_not_in_the_form_are_ignored(admin, alice):
    extra = {"is_staff": "1", "is_superuser": "1", "is_active": "", "password": "x", "version": "9", "theme": "dark"}
    submit(admin, url_of(alice), **extra)
    alice.refresh_from_db()
    assert (alice.is_active, alice.password, alice.version, alice.theme) == (True, "!", 1, "")


def test_nobody_changes_their_own_role(admin, ada):
    submit(admin, url_of(ada), role="sales", name="Ada Renamed")
    ada.refresh_from_db()
    assert (ada.role, ada.name) == ("admin", "Ada Renamed")


def test_a_team_is_not_taken_from_a_role_that_needs_it(admin, alice):
    before = all_rows()
    assert submit(admin, url_of(alice), team="").status_code == 422
    assert all_rows() == before


def test_nor_by_two_who_change_half_each(ada, gus):
    """One makes the agent a manager, with a team; the other, on an older form, takes the team away."""
    team = factories.TeamFactory()
    User.objects.filter(pk=gus.pk).update(team=team)
    one, two = Client(), Client()
    one.force_login(ada)
    two.force_login(ada)
    older = filled(two, url_of(gus), team="")
    assert submit(one, url_of(gus), role="manager").status_code == 302
    assert two.post(url_of(gus), older).status_code == 422
    gus.refresh_from_db()
    assert (gus.role, gus.team_id) == ("manager", team.pk)


def test_an_e_mail_stays_unique(admin, alice, bob):
    assert submit(admin, url_of(alice), email="BOB@example.com").status_code == 422
    submit(admin, url_of(alice), email="New.Alice@Example.com")
    alice.refresh_from_db()
    assert alice.email == "new.alice@example.com"


def test_a_form_without_its_token_is_refused(admin, alice):
    before = all_rows()
    assert submit(admin, url_of(alice), name="X", base=None).status_code == 422
    assert submit(admin, url_of(alice), name="X", base="made:up").status_code == 422
    assert all_rows() == before


# Two editors


def test_a_stale_form_gets_409_and_both_values(admin, alice, mona):
    other = Client()
    other.force_login(mona)
    hers = filled(admin, url_of(alice), name="Alice One")
    submit(other, url_of(alice), name="Alice Two")
    before = all_rows()
    response = admin.post(url_of(alice), hers)
    assert response.status_code == 409
    page = response.content.decode()
    assert "Alice One" in page
    assert "Alice Two" in page
    assert all_rows() == before


def test_different_fields_are_both_kept(admin, alice, mona):
    other = Client()
    other.force_login(mona)
    hers = filled(admin, url_of(alice), email="alice@elsewhere.example")
    submit(other, url_of(alice), name="Alice Two")
    assert admin.post(url_of(alice), hers).status_code == 302
    alice.refresh_from_db()
    assert (alice.name, alice.email, alice.version) == ("Alice Two", "alice@elsewhere.example", 3)


NAUGHTY = [
    "<script>alert(1)</script>",
    "Robert'); DROP TABLE accounts_user;--",
    "{{ 7*7 }}{% load x %}",
    "=HYPERLINK(1)",
    "ﺍﻠﻌﺮﺒﻳﺓ \u202etxet",
    "👩‍👩‍👧‍👦 Ünïcödé ẞ",
    "a" * 150,
    "Z̷̢a̶l̸g̷o̵",
    'quote " & amp; \\ back',
]


@pytest.mark.parametrize("name", NAUGHTY)
def test_naughty_names_survive(admin, alice, name):
    assert submit(admin, url_of(alice), name=name).status_code == 302
    alice.refresh_from_db()
    assert alice.name == without_directions(name)
    for path in (reverse("accounts:user", args=[alice.pk]), "/users/", url_of(alice), f"/users/{alice.pk}/access/"):
        page = admin.get(path).content.decode()
        assert "<script>alert" not in page


@pytest.mark.parametrize("name", ["a\x00b", "\u200b", " "])
def test_names_that_cannot_be_stored_or_seen_are_refused(admin, alice, name):
    before = all_rows()
    assert submit(admin, url_of(alice), name=name).status_code in {400, 422}
    assert all_rows() == before
