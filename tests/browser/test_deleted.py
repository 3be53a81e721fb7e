"""What somebody deletes while others look at it: they are told at once, and offered only what they may do."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from crm.events import record
from customers.models import Company
from tests import factories


@pytest.fixture
def team(transactional_db):
    return factories.TeamFactory()


@pytest.fixture
def alice(someone, team):
    return someone("sales", name="Alice Owner", team=team)


@pytest.fixture
def look(open_tab):
    """At a page, as somebody."""

    def opened(user, path):
        tab = open_tab()
        tab.sign_in(user, path)
        tab.page.wait_for_timeout(700)  # the stream opens behind the page
        return tab

    return opened


def test_who_may_not_restore_it_is_told_without_being_offered_it(look, someone, alice, team):
    customer = factories.CustomerFactory(owner=alice)
    tab = look(someone("sales", team=team), customer.get_absolute_url())
    page, save = tab.page, tab.page.locator("form.composer [type=submit]").first
    file = page.get_by_label("Add files")
    expect(save).to_be_enabled()
    customer.delete_softly(by=alice)
    expect(page.get_by_role("alert").filter(has_text="Somebody has deleted this meanwhile")).to_be_visible()
    expect(page.get_by_role("button", name="Restore")).to_have_count(0)
    expect(save).to_be_disabled()
    expect(file).to_be_disabled()
    assert tab.violations() == []
    customer.undelete(by=alice)
    expect(page.locator(".deleted-banner")).to_have_count(0)
    expect(save).to_be_enabled()
    expect(file).to_be_enabled()


@pytest.mark.parametrize("make", [factories.CustomerFactory, factories.CompanyFactory, factories.DealFactory])
def test_a_form_says_so_before_it_is_sent(look, someone, alice, make):
    row = make(owner=alice)
    page = look(alice, f"{row.get_absolute_url()}edit/").page
    save = page.get_by_role("button", name="Save")
    expect(save).to_be_enabled()
    row.delete_softly(by=someone("admin"))
    expect(page.locator(".deleted-banner")).to_contain_text("Deleted on")
    expect(save).to_be_disabled()
    page.get_by_role("button", name="Restore").click()
    page.wait_for_url(lambda url: url.endswith(row.get_absolute_url()))


def test_the_head_of_a_company_follows_what_others_do(look, someone, alice):
    company = factories.CompanyFactory(name="Works", owner=alice)
    page = look(alice, company.get_absolute_url()).page
    Company.objects.filter(pk=company.pk).update(name="Works and Sons", industry="Tools")
    record("company.changed", on=company, by=someone("admin"), fields=["name"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Works and Sons")
    expect(page.locator("#record-head .sub")).to_contain_text("Tools")
    company.delete_softly(by=alice)
    expect(page.get_by_role("button", name="Restore")).to_be_visible()
