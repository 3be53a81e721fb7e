"""Lists follow what others do, and nothing moves under the pointer, the keys or what is chosen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from crm.events import record
from deals.models import Deal
from tests import factories
from tests.browser.conftest import DESKTOP, press

LISTS = ["/leads/", "/leads/unattended/", "/deals/list/", "/customers/", "/companies/", "/orders/"]


@pytest.fixture
def mona(someone):
    return someone("manager", name="Mona Manager", team=factories.TeamFactory())


@pytest.fixture
def tab(open_tab, mona):
    def opened(path, **more):
        made = open_tab(**more)
        made.sign_in(mona, path)
        made.page.mouse.move(5, 5)
        made.page.wait_for_timeout(700)  # the stream opens behind the page
        return made

    return opened


def comes_in(name, owner):
    lead = factories.LeadFactory(name=name, owner=owner)
    record("lead.created", on=lead, by=None)
    return lead


def changed(tab):
    return tab.page.get_by_role("button", name="Changed: show")


def test_it_works(tab, mona):
    comes_in("Nils Holm", mona)
    page = tab("/leads/").page
    comes_in("Ann Berg", mona)
    expect(page.get_by_role("link", name="Ann Berg")).to_be_visible()
    expect(page.locator("#list-count")).to_have_text("2")


def test_under_the_pointer_nothing_moves_until_it_leaves(tab, mona):
    comes_in("Nils Holm", mona)
    opened = tab("/leads/")
    row = opened.page.get_by_role("link", name="Nils Holm")
    row.hover()
    comes_in("Ann Berg", mona)
    expect(changed(opened)).to_be_visible()
    assert opened.violations() == []
    assert opened.page.get_by_role("link", name="Ann Berg").count() == 0
    opened.page.mouse.move(5, 5)
    expect(opened.page.get_by_role("link", name="Ann Berg")).to_be_visible()
    expect(changed(opened)).to_be_hidden()


def test_what_is_chosen_stays_chosen_until_somebody_wants_to_see(tab, mona):
    nils = comes_in("Nils Holm", mona)
    opened = tab("/leads/")
    box = opened.page.locator(f'input[name="chosen"][value="{nils.pk}"]')
    box.check()
    opened.page.mouse.move(5, 5)
    comes_in("Ann Berg", mona)
    expect(changed(opened)).to_be_visible()
    expect(box).to_be_checked()
    changed(opened).click()
    expect(opened.page.get_by_role("link", name="Ann Berg")).to_be_visible()
    expect(changed(opened)).to_be_hidden()


def test_on_a_phone_it_waits_for_a_touch(tab, mona):
    comes_in("Nils Holm", mona)
    opened = tab("/leads/", size={"width": 390, "height": 844}, touch=True)
    opened.page.evaluate("window.matchMedia = () => ({ matches: true })")
    comes_in("Ann Berg", mona)
    expect(changed(opened)).to_be_visible()
    assert opened.overflow() <= 0
    changed(opened).tap()
    expect(opened.page.get_by_role("link", name="Ann Berg")).to_be_visible()


@pytest.mark.parametrize("path", LISTS)
def test_fetched_again_it_is_the_same(tab, mona, path):
    comes_in("Nils Holm", mona)
    factories.DealFactory(owner=mona)
    factories.OrderFactory(customer__owner=mona)
    opened = tab(path, size=DESKTOP)
    listing = opened.page.locator("#listing")
    before = listing.inner_text()
    with opened.page.expect_response(lambda answer: answer.url.endswith(path)):
        opened.page.evaluate("document.getElementById('listing').dispatchEvent(new Event('live:change'))")
    opened.page.wait_for_timeout(200)
    assert listing.inner_text() == before


def test_of_two_who_change_one_amount_the_second_chooses_and_stays_in_the_list(tab, mona):
    deal = factories.DealFactory(owner=mona, title="Lanterns", amount=12000)
    opened = tab("/deals/list/", size=DESKTOP)
    page, drawer = opened.page, opened.page.get_by_role("dialog")
    page.locator("td.money.in-place a").click()
    page.locator(".cell-form [name=amount]").fill("14000")
    Deal.objects.filter(pk=deal.pk).update(amount=13000)
    press(page, "Enter")
    expect(drawer.get_by_role("heading")).to_have_text("Two changes at once: Lanterns")
    for amount in ("€\u00a012,000.00", "€\u00a013,000.00", "€\u00a014,000.00"):
        expect(drawer).to_contain_text(amount)
    assert opened.violations() == []
    drawer.get_by_role("link", name="Keep theirs").click()
    expect(drawer).not_to_be_visible()
    expect(page.locator("td.money.in-place")).to_have_text("€\u00a013,000.00")

    page.locator("td.money.in-place a").click()
    page.locator(".cell-form [name=amount]").fill("15000")
    Deal.objects.filter(pk=deal.pk).update(amount=16000)
    press(page, "Enter")
    drawer.get_by_role("button", name="Save this choice").click()
    expect(drawer).not_to_be_visible()
    expect(page.locator("td.money.in-place")).to_have_text("€\u00a015,000.00")
    assert page.url.endswith("/deals/list/")
