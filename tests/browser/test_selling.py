"""From a first call to a won deal, as a manager does it: once with the mouse, once by the keyboard alone."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import expect

from deals.models import Deal
from leads.models import Lead
from tests import factories
from tests.browser.conftest import PHONE, press
from tests.browser.test_board import column, drag, head

WIDE = {"width": 2000, "height": 1000}


@pytest.fixture
def tab(open_tab, someone):
    """The manager's, with a seller in the team."""
    team = factories.TeamFactory(name="North")
    someone("sales", team=team, name="Alice Owner")
    opened = open_tab(size=WIDE)
    opened.sign_in_by_form(someone("manager", team=team, name="Mona Manager"))
    return opened


def forecast(tab):
    tab.go("/deals/forecast/")
    return tab.page.locator("#main dl").all_inner_texts()


def the_story_is_told(tab):
    deal = Deal.objects.get()
    assert (deal.title, deal.status, deal.owner.name) == ("Forty lanterns", "won", "Alice Owner")
    assert Lead.objects.get().customer == deal.customer
    tab.go(f"/customers/{deal.customer_id}/")
    timeline = tab.page.locator("#timeline")
    for words in ("Lead added", "assigned to Alice Owner", "converted", "Deal opened", "Won"):
        expect(timeline).to_contain_text(re.compile(words, re.IGNORECASE))


def the_board_counts(page, before, after):
    """(stage, count and sum) of two columns."""
    for stage, (count, total) in (("New", before), ("Won", after)):
        shown_count, shown_total = head(page, stage)
        expect(shown_count).to_have_text(count)
        expect(shown_total).to_have_text(re.compile(f"€\\s{total}"))


def test_a_lead_is_added_assigned_converted_and_won_with_the_mouse(tab):
    page = tab.page
    page.get_by_role("button", name="New").click()
    page.locator("#new-menu").get_by_role("link", name="Lead").click()
    page.get_by_label("Name").first.fill("Nils Holm")
    page.get_by_label("Phone").first.fill("+46701234567")
    page.get_by_label("Company").first.fill("Holm Ljus AB")
    page.get_by_role("button", name="Add the lead").click()
    page.get_by_role("link", name="Assign").click()
    page.locator("#drawer").get_by_role("button", name=re.compile("Alice Owner")).click()
    expect(page.locator("#fact-owner")).to_contain_text("Alice Owner")

    page.get_by_role("link", name="Convert", exact=True).click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("Title").fill("Forty lanterns")
    drawer.get_by_label("Amount").fill("4000")
    drawer.get_by_label("Expected close").fill((localdate() + dt.timedelta(days=1)).isoformat())
    drawer.get_by_role("button", name="Convert").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Forty lanterns")

    expected = forecast(tab)
    tab.go("/deals/")
    the_board_counts(page, ("1", "4,000"), ("0", "0"))
    drag(page, "Forty lanterns", column(page, "Won"))
    the_board_counts(page, ("0", "0"), ("1", "4,000"))
    assert forecast(tab) != expected
    the_story_is_told(tab)


def test_the_same_by_the_keyboard_alone(tab):
    page = tab.page
    press(page, "c")
    page.locator("#new-menu").get_by_role("link", name="Lead").focus()
    press(page, "Enter")
    expect(page.get_by_label("Name").first).to_be_visible()
    page.get_by_label("Name").first.focus()
    page.keyboard.type("Nils Holm")
    press(page, "Tab")
    page.keyboard.type("+46701234567")
    press(page, "Tab")
    page.keyboard.type("Holm Ljus AB")
    press(page, "Enter")
    page.get_by_role("link", name="Assign").focus()
    press(page, "Enter")
    page.locator("#drawer").get_by_role("button", name=re.compile("Alice Owner")).focus()
    press(page, "Enter")
    expect(page.locator("#fact-owner")).to_contain_text("Alice Owner")

    page.get_by_role("link", name="Convert", exact=True).focus()
    press(page, "Enter")
    drawer = page.locator("#drawer")
    drawer.get_by_label("Title").focus()
    press(page, "Control+a")
    page.keyboard.type("Forty lanterns")
    press(page, "Tab")
    page.keyboard.type("4000")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Forty lanterns")

    expected = forecast(tab)
    press(page, "g", "d")
    expect(page.get_by_role("heading", name="Deals", level=1)).to_be_visible()
    the_board_counts(page, ("1", "4,000"), ("0", "0"))
    page.get_by_role("link", name="Forty lanterns", exact=True).focus()
    for _ in range(5):
        press(page, "Shift+ArrowRight")
    the_board_counts(page, ("0", "0"), ("1", "4,000"))
    assert forecast(tab) != expected
    the_story_is_told(tab)


def test_the_set_up_of_stages_scrolls_inside_its_card(open_tab, someone):
    phone = open_tab(size=PHONE, touch=True)
    phone.sign_in(someone("admin"), "/deals/setup/")
    table = phone.page.locator(".table-wrap").first
    assert phone.overflow() <= 0
    table.evaluate("(wrap) => wrap.scrollLeft = wrap.scrollWidth")
    boxes = [button.bounding_box() for button in table.locator(".stage-tools").first.locator(".button").all()]
    assert len(boxes) == 3
    assert len({round(box["y"]) for box in boxes}) == 1, "on one line"
    assert max(box["x"] + box["width"] for box in boxes) <= PHONE["width"]


def test_what_products_come_to_is_seen_while_they_are_typed(open_tab, someone):
    deal = factories.DealFactory()
    tab = open_tab()
    tab.sign_in(someone("admin"), f"/deals/{deal.pk}/edit/?field=lines")
    page, total = tab.page, tab.page.locator("#lines-sum")
    where = total.bounding_box()
    page.get_by_label("Description, line 1").fill("Freight")
    page.get_by_label("Quantity, line 1").fill("3")
    page.get_by_label("Unit price, line 1").fill("12.50")
    expect(page.locator("#lines-0-sum")).to_have_text("€\u00a037.50")
    page.get_by_role("button", name="Add a line").click()
    page.get_by_label("Quantity, line 4").fill("2")
    page.get_by_label("Unit price, line 4").fill("10")
    page.get_by_label("Discount in percent, line 4").fill("50")
    expect(page.locator("#lines-3-sum")).to_have_text("€\u00a010.00")
    expect(total).to_have_text("€\u00a047.50")
    assert total.bounding_box()["height"] == where["height"]
    assert tab.violations() == []
    page.get_by_label("Description, line 4").fill("Rugs")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#lines-total")).to_have_text("€\u00a047.50")
