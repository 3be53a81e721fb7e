"""The frame around every page: who is led where, and what a list row looks like."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from django.utils.html import escape

from crm import navigation
from crm.lists import Cell, Row
from crm.templatetags.cells import KINDS, list_rows
from crm.templatetags.shell import icon, once

NOTHING = ""
ROLES = ["admin", "manager", "sales", "agent", "analyst"]


def names(role):
    return {link.entry.name for link in navigation.links(navigation.PAGES, role)}


def request_of(role, path="/customers/"):
    request = RequestFactory().get(path)
    request.user = SimpleNamespace(effective_role=role, theme="dark", hotkeys=True, is_authenticated=bool(role))
    return request


@pytest.mark.parametrize("entry", [*navigation.PAGES, *navigation.NEW], ids=lambda entry: entry.name)
def test_every_entry_leads_somewhere(entry):
    assert reverse(entry.name).startswith("/")


def test_agents_are_not_led_to_orders_or_revenue():
    assert names("agent").isdisjoint({"orders:index", "dashboard:revenue", "jobs:index", "accounts:users"})


def test_only_admins_are_led_to_the_administration():
    assert [role for role in ROLES if "admin:index" in names(role)] == ["admin"]


def test_only_admins_and_managers_are_led_to_users():
    assert [role for role in ROLES if "accounts:users" in names(role)] == ["admin", "manager"]


def test_who_may_not_write_is_offered_nothing_new():
    assert navigation.links(navigation.NEW, "analyst") == ()


def test_agents_plan_what_is_to_be_done_and_add_nothing_else():
    assert [link.entry.name for link in navigation.links(navigation.NEW, "agent")] == ["activities:plan"]


@pytest.mark.parametrize("role", ROLES)
def test_whoever_plans_finds_what_they_planned_under_today(role):
    found = [link for link in navigation.links(navigation.PAGES, role) if str(link.label) == "Today"]
    plans = "activities:plan" in {link.entry.name for link in navigation.links(navigation.NEW, role)}
    assert [link.keys for link in found] == (["g h"] if plans else [])


@pytest.mark.parametrize("path", ["/today/", "/today/work/"])
def test_agents_are_in_their_day_there_and_start_with_their_customers(path, client, gus):
    client.force_login(gus)
    page = client.get("/", follow=True)
    assert page.redirect_chain[-1][0] == "/customers/"
    assert '<a class="nav-link" href="/today/" title="Today" data-hotkey="g h">' in page.content.decode()
    request = request_of("agent", path)
    assert navigation.navigation(request).current == "/today/"


@pytest.mark.parametrize("path", ["/", "/reports/", "/reports/pipeline/"])
def test_analysts_are_in_the_reports_wherever_a_report_is(path):
    request = request_of("analyst")
    request.path = path
    assert navigation.navigation(request).current == "/"
    assert "reports:index" not in names("analyst")


def test_without_a_role_there_is_nowhere_to_go():
    assert navigation.links(navigation.PAGES, NOTHING) == ()


@pytest.mark.parametrize("role", ROLES)
def test_the_phone_has_four_tabs_and_the_rest_under_more(role):
    found = navigation.navigation(request_of(role))
    assert len(found.tabs) <= 4
    assert [*found.tabs, *found.more] == list(found.links)


@pytest.mark.parametrize("role", ROLES)
def test_more_is_there_where_there_is_more(role):
    found = navigation.navigation(request_of(role))
    assert ("more-menu" in render_to_string("_tabs.html", {"navigation": found})) is bool(found.more)


def test_a_record_belongs_to_its_list():
    assert navigation.navigation(request_of("admin", "/customers/17/edit/")).current == "/customers/"


@pytest.mark.parametrize("role", ROLES)
def test_no_two_entries_share_a_shortcut(role):
    keys = [link.keys for link in navigation.links(navigation.PAGES, role) if link.keys]
    assert len(keys) == len(set(keys))


def test_a_fragment_pays_nothing_for_the_shell():
    request = RequestFactory().get("/")  # no user at all: touching one would fail
    assert set(navigation.shell(request)) >= {"navigation", "theme", "hotkeys_on", "new_menu"}


def test_an_icon_is_silent_for_screen_readers():
    assert 'aria-hidden="true"' in icon("phone")
    assert "sprite" in icon("phone")
    assert icon("phone", "s").startswith('<svg class="icon small"')


def test_each_form_gets_a_key_of_its_own():
    assert once() != once()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_cell_lets_markup_through(kind):
    evil = '<script>alert("1")</script>'
    value = [evil] if kind == "tags" else evil
    row = Row(1, "/customers/1/", [Cell("link", "x"), Cell(kind, value, evil, evil)])
    shown = list_rows([row])
    assert "<script" not in shown
    assert escape(evil).replace("&#x27;", "'")[:12] in shown


def test_the_first_cell_is_the_link_of_the_row():
    assert '<td class="title text"><a href="/customers/1/">Zoë</a></td>' in list_rows(
        [Row(1, "/customers/1/", [Cell("text", "Zoë")])]
    )


def test_an_empty_cell_is_empty_and_zero_is_not():
    shown = list_rows([Row(1, "/", [Cell("link", "x"), Cell("phone", ""), Cell("number", "0")])])
    assert '<td class="phone"></td>' in shown
    assert '<td class="number end">0</td>' in shown


@pytest.mark.parametrize("page", ["400", "403", "403_csrf", "404", "405", "429", "500", "503"])
def test_an_error_page_needs_no_context_at_all(page):
    shown = render_to_string(f"{page}.html")
    assert shown.count("<h1>") == 1
    assert 'href="/"' in shown


def test_the_sign_in_page_shows_the_demo_logins_in_the_demo_only(client, db, settings):
    settings.DEMO = False
    assert b"data-email" not in client.get("/accounts/login/").content
    settings.DEMO = True
    assert b"data-email" in client.get("/accounts/login/").content


def test_the_theme_of_the_user_is_in_the_page_from_the_start(client, ada):
    ada.theme = "dark"
    ada.save(update_fields=["theme"])
    client.force_login(ada)
    assert b'data-theme="dark"' in client.get("/jobs/").content
