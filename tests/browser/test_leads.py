"""Leads in a browser: chosen by keys, moved on their board, converted in the drawer; and what axe says of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from customers.models import Customer
from leads.models import Lead
from tests.browser.conftest import DESKTOP, PHONE, press
from tests.browser.line import Line
from tests.factories import LeadFactory, PhoneFactory, PlanFactory, TeamFactory, UserFactory


@pytest.fixture
def manager(someone):
    return someone("manager", name="Mona Manager", team=TeamFactory())


@pytest.fixture
def nils(manager):
    lead = LeadFactory(
        name="Nils Holm",
        company_name="Holm Lanterns AB",
        phone="+46701234567",
        owner=manager,
        value=1200,
        base_value=1200,
        score=60,
        details={"Quality": "High"},
    )
    PlanFactory(lead=lead, owner=manager, created_by=manager)
    LeadFactory(name="Ann Berg", owner=manager, status="contacted", score=10)
    return lead


@pytest.fixture
def tab(open_tab, manager, nils):
    def opened(path, **more):
        tab = open_tab(**more)
        tab.sign_in(manager, path)
        return tab

    return opened


def count_of(page, status):
    return page.locator(f"#head-{status} .count")


def test_rows_are_chosen_by_keys_and_given_away(tab, nils):
    page = tab("/leads/?sort=name").page
    for key in "jxjx":
        press(page, key)
    bar = page.locator("#bulk")
    expect(bar.locator("[data-count]")).to_have_text("2 chosen")
    press(page, "Escape")
    expect(bar).to_be_hidden()
    page.get_by_label("Choose all on this page").check()
    bar.get_by_role("button", name="Assign").click()
    expect(page.locator("#drawer")).to_contain_text("Assign 2 leads")


def test_a_second_click_on_a_person_does_not_use_up_what_is_said(tab, manager, nils):
    UserFactory(role="sales", name="Sofia Marchetti", team=manager.team)
    page = tab("/leads/").page
    page.get_by_label("Choose all on this page").check()
    page.locator("#bulk").get_by_role("button", name="Assign").click()
    sofia = page.get_by_role("button", name="Sofia Marchetti")
    expect(sofia).to_be_visible()
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    sofia.evaluate("""button => {
      document.addEventListener("htmx:afterRequest", () => setTimeout(() => button.click()), {once: true});
      button.click();
    }""")
    expect(page.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()
    assert len(sent) == 1


def test_a_lead_that_is_there_already_is_named_while_one_types(tab, nils):
    page = tab("/leads/new/").page
    expect(page.get_by_label("Name").first).to_be_focused()
    page.get_by_label("Phone or e-mail").fill("+46 70 123 45 67")
    expect(page.locator("#duplicates")).to_contain_text("Nils Holm")
    page.get_by_label("Phone or e-mail").fill("ann@new.example")
    expect(page.locator("#duplicates")).not_to_contain_text("Nils Holm")
    page.get_by_label("Name").first.fill("Ann New")
    press(page, "Enter")
    page.wait_for_url(re.compile(r"/leads/\d+/$"))
    assert Lead.objects.get(name="Ann New").email == "ann@new.example"


def test_a_card_moves_by_keys_and_lost_asks_why(tab, nils):
    page = tab("/leads/board/").page
    page.get_by_role("link", name="Nils Holm", exact=True).focus()
    press(page, "Shift+ArrowRight")
    expect(count_of(page, "contacted")).to_have_text("2")
    expect(count_of(page, "new")).to_have_text("0")
    page.get_by_label("Move “Nils Holm” to…").click()
    page.locator('[data-board-to="lost"]').click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("Reason").select_option(label="No budget")
    drawer.get_by_role("button", name="Mark as lost").click()
    expect(count_of(page, "contacted")).to_have_text("1")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(re.compile(r"/leads/\d+/$"))
    nils.refresh_from_db()
    assert nils.status == "contacted"


def test_a_card_that_is_drawn_anew_while_it_moves_asks_why_all_the_same(tab, nils):
    page = tab("/leads/board/").page
    line = Line(page, "/move/", "POST")
    page.get_by_label("Move “Nils Holm” to…").click()
    page.locator('[data-board-to="lost"]').click()
    line.wait()
    column = page.locator('[data-column="new"]')
    column.evaluate("column => htmx.ajax('GET', column.dataset.url, { target: column, swap: 'outerHTML' })")
    line.let_go()
    expect(page.locator("#drawer").get_by_label("Reason")).to_be_visible()
    page.locator("#drawer").get_by_role("button", name="Cancel").click()
    expect(column.get_by_role("link", name="Nils Holm", exact=True)).to_be_focused()


def test_a_card_dropped_on_converted_asks_what_it_becomes(tab, nils):
    customer = PhoneFactory(number="+46701234567").customer
    page = tab("/leads/board/").page
    page.get_by_label("Move “Nils Holm” to…").click()
    page.locator('[data-board-to="converted"]').click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_label(re.compile(customer.name))).to_be_checked()
    drawer.get_by_label("Title").fill("Forty lanterns")
    drawer.get_by_role("button", name="Convert").click()
    page.wait_for_url(re.compile(r"/deals/\d+/"))
    assert Customer.objects.count() == 1
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(re.compile(r"/leads/\d+/$"))
    expect(page.get_by_text("Nils Holm is a lead again.")).to_be_visible()


def test_without_a_deal_its_boxes_go(tab, nils):
    page = tab(f"/leads/{nils.pk}/").page
    page.get_by_role("link", name="Convert").first.click()
    title = page.locator("#drawer").get_by_label("Title")
    expect(title).to_be_visible()
    page.locator("#drawer").get_by_label("Open a deal").uncheck()
    expect(title).to_be_hidden()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_has_nothing_to_say_and_nothing_overflows(tab, nils, size):
    opened = tab("/leads/", size=size)
    for path in ("/leads/", "/leads/board/", "/leads/new/", f"/leads/{nils.pk}/", f"/leads/{nils.pk}/convert/"):
        opened.go(path)
        assert opened.problems() == [], path


def test_a_number_the_browser_cannot_read_is_asked_for_again(tab, nils):
    page = tab(f"/leads/{nils.pk}/edit/").page
    value = page.locator("input[name=value]")
    value.fill("")
    value.press_sequentially("1e")
    page.locator("main form").get_by_role("button", name="Save").click()
    expect(value).to_be_focused()
    nils.refresh_from_db()
    assert nils.value == 1200
