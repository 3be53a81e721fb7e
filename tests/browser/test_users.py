"""Somebody is invited, comes in, and leaves."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import PHONE


@pytest.fixture
def ada(server, someone):
    return someone("admin", name="Ada Admin", team=None)


def test_invited_in_and_out(open_tab, ada):
    team = factories.TeamFactory(name="North")
    bob = factories.UserFactory(name="Bob Teammate", team=team)
    tab = open_tab()
    tab.sign_in(ada, "/users/")
    tab.page.get_by_role("link", name="Invite").click()
    tab.page.get_by_label("Name").fill("Nina New")
    tab.page.get_by_label("E-mail").fill("Nina@Example.com")
    tab.page.get_by_label("Role").select_option("sales")
    tab.page.get_by_role("button", name="Invite").click()
    expect(tab.page.get_by_text("This role needs a team.").first).to_be_visible()
    tab.page.get_by_label("Team").select_option(label="North")
    tab.page.get_by_role("button", name="Invite").click()
    link = tab.page.get_by_label("Link").input_value()
    nina_page = tab.page.url

    newcomer = open_tab()
    newcomer.page.goto(link)
    newcomer.page.locator("[name=password1]").fill("a very good sentence")
    newcomer.page.locator("[name=password2]").fill("a very good sentence")
    newcomer.page.get_by_role("button", name="Save the password").click()
    newcomer.page.wait_for_url(lambda url: "/accounts/" not in url)
    newcomer.go("/settings/")
    expect(newcomer.page.get_by_label("Name")).to_have_value("Nina New")

    nina = bob.__class__.objects.get(email="nina@example.com")
    factories.CustomerFactory.create_batch(3, owner=nina)
    tab.page.goto(nina_page)
    tab.page.get_by_role("link", name="Deactivate").click()
    expect(tab.page.get_by_role("row", name="Customers")).to_contain_text("3")
    tab.page.get_by_label("Who takes them over?").select_option(str(bob.pk))
    tab.page.get_by_role("button", name="Hand over and deactivate").click()
    expect(tab.page.get_by_text("Nina New can no longer sign in.")).to_be_visible()
    assert bob.customers.count() == 3
    newcomer.go("/settings/")
    assert "/accounts/login/" in newcomer.page.url


def test_two_windows_on_one_profile(open_tab, ada):
    tab = open_tab()
    tab.sign_in(ada, "/settings/")
    second = tab.page.context.new_page()
    second.goto(tab.base + "/settings/")
    second.get_by_label("Name").fill("Ada Two")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_text("Saved.")).to_be_visible()
    tab.page.get_by_label("Name").fill("Ada One")
    tab.page.get_by_role("button", name="Save").click()
    expect(tab.page.get_by_role("alert").filter(has_text="Nothing is lost")).to_be_visible()
    assert tab.violations() == []
    tab.page.get_by_role("button", name="Save this choice").click()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada One")


def test_the_switch_turns_the_light_off_and_keeps_it_off(open_tab, ada):
    tab = open_tab()
    tab.sign_in(ada, "/settings/")
    with tab.page.expect_response("**/settings/theme/"):
        tab.page.get_by_role("button", name="Switch between light and dark").click()
    expect(tab.page.locator("html")).to_have_attribute("data-theme", "dark")
    tab.page.reload()
    expect(tab.page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_the_pages_are_accessible_and_fit(open_tab, ada, size):
    somebody = factories.UserFactory(name="Wolfeschlegelsteinhausenbergerdorff" * 2)
    factories.CustomerFactory(owner=somebody)
    tab = open_tab(size=size)
    tab.sign_in(ada)
    user = f"/users/{somebody.pk}/"
    paths = ["/users/", "/users/?q=none", "/users/invite/", "/users/teams/", user, "/settings/", "/settings/access/"]
    paths += [f"{user}edit/", f"{user}access/", f"{user}deactivate/", "/accounts/password/change/"]
    for path in paths:
        tab.go(path)
        assert tab.problems() == [], path
