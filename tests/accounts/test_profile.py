from __future__ import annotations

import re
import zoneinfo

import pytest
from django.test import Client

from accounts.models import User
from tests import factories
from tests.accounts.doing import filled, is_in, sign_in, submit, with_password
from tests.rows import all_rows

URL = "/settings/"
EVERYBODY = ["ada", "mona", "alice", "gus", "rita", "charlie"]


@pytest.fixture
def me(client, alice):
    client.force_login(alice)
    return client


@pytest.mark.parametrize("who", EVERYBODY)
def test_it_works_for_everybody(client, request, who):
    person = request.getfixturevalue(who)
    client.force_login(person)
    response = submit(client, URL, name="New Name", time_zone="Asia/Kathmandu", theme="dark", hotkeys=None)
    assert response["Location"] == URL
    person.refresh_from_db()
    assert (person.name, person.time_zone, person.theme, person.hotkeys) == (
        "New Name",
        "Asia/Kathmandu",
        "dark",
        False,
    )
    assert 'data-theme="dark"' in client.get(URL).content.decode()


def test_every_zone_is_offered(me):
    assert set(me.get(URL).context["zones"]) == zoneinfo.available_timezones()


@pytest.mark.parametrize(
    "zone",
    ["America/Nowhere", "UTC'; DROP TABLE accounts_user;--", "../../etc/passwd", "/etc/localtime", "europe/rome"],
)
def test_nonsense_is_no_zone(me, zone):
    before = all_rows()
    assert submit(me, URL, time_zone=zone).status_code == 422
    assert all_rows() == before


def test_a_zone_that_has_become_nonsense_breaks_no_page(me, alice):
    User.objects.filter(pk=alice.pk).update(time_zone="Mars/Olympus")
    assert me.get(URL).status_code == 200


@pytest.mark.parametrize(
    "extra",
    [
        {"role": "admin"},
        {"is_staff": "1", "is_superuser": "1"},
        {"team": "1", "email": "x@example.com"},
        {"id": "1", "pk": "1", "version": "50", "password": "x", "is_active": "", "session_epoch": "9"},
    ],
    ids=str,
)
def test_more_cannot_be_changed(me, alice, extra):
    before = all_rows()
    assert submit(me, URL, **extra).status_code == 302
    assert all_rows() == before


def test_two_windows(me, alice):
    """The same user in two windows: the later one is asked."""
    first, second = filled(me, URL, name="One"), filled(me, URL, name="Two")
    assert me.post(URL, first).status_code == 302
    before = all_rows()
    assert me.post(URL, second).status_code == 409
    assert all_rows() == before


def test_a_refused_name_does_not_show_in_the_page_around(me):
    page = submit(me, URL, name="", time_zone="").content.decode()
    assert "Account of Alice Owner" in page


@pytest.mark.parametrize("role", ["admin", "manager", "sales", "agent", "analyst"])
def test_admins_alone_are_led_to_what_is_set_up(client, db, role):
    client.force_login(factories.UserFactory(role=role))
    text = client.get(URL).content.decode()
    deals, people = ["/deals/setup/", "/deals/setup/products/", "/deals/targets/"], ["/users/", "/users/teams/"]
    urls = [*deals, *people, "/leads/setup/", "/settings/outbox/", "/settings/jobs/"]
    found = [url for url in urls if re.search(f'class="button( ghost)?" href="{url}"', text)]
    assert found == (urls if role == "admin" else [])


# Theme


@pytest.mark.parametrize("theme", ["dark", "light", ""])
def test_the_switch_keeps_the_theme(me, alice, theme):
    response = me.post("/settings/theme/", {"theme": theme, "next": "/settings/access/"})
    assert response["Location"] == "/settings/access/"
    alice.refresh_from_db()
    assert alice.theme == theme


@pytest.mark.parametrize("theme", ["pink", "dark'--", "x" * 500])
def test_there_is_no_such_theme(me, theme):
    before = all_rows()
    assert me.post("/settings/theme/", {"theme": theme}).status_code == 400
    assert all_rows() == before


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_the_switch_leads_nowhere_else(me, target):
    assert me.post("/settings/theme/", {"theme": "dark", "next": target})["Location"] == URL


@pytest.mark.parametrize("target", ["home", "customers", "%0d%0aX: y"])
def test_a_word_is_no_name_of_a_page(me, target):
    response = me.post("/settings/theme/", {"theme": "dark", "next": target})
    assert (response.status_code, response["Location"]) == (302, target.replace(" ", "%20"))


# Sessions


def test_signing_out_everywhere_else(client, alice):
    other = Client()
    sign_in(client, with_password(alice).email)
    sign_in(other, alice.email)
    assert client.post("/settings/end-sessions/").status_code == 302
    assert is_in(client)
    assert other.get(URL).status_code == 302
    sign_in(other, alice.email)
    assert is_in(other)


def test_the_live_stream_ends_with_them(alice):
    from crm.live_session import signed_in

    client = Client()
    client.force_login(alice)
    key = client.session.session_key
    assert signed_in(key) == alice
    alice.end_sessions(by=alice)
    assert signed_in(key) is None
