"""The board in a browser: dragging, the same by keys and by menu, honest failure, and what axe says of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from deals.models import Deal, LostReason
from tests.browser.conftest import DESKTOP, PHONE, press
from tests.factories import CompanyFactory, DealFactory, PlanFactory, TeamFactory, stage_called


@pytest.fixture
def seller(someone):
    return someone("sales", name="Sally Seller", team=TeamFactory())


@pytest.fixture
def lanterns(seller):
    company = CompanyFactory(name="Nordvik Bygg")
    deal = DealFactory(title="Forty lanterns", owner=seller, company=company, at="Proposal", amount=4200)
    PlanFactory(deal=deal, owner=seller, created_by=seller)
    DealFactory(title="Oak chairs", owner=seller, at="Proposal", amount=800, rank=5)
    DealFactory(title="Rugs", owner=seller, amount=300)
    return deal


@pytest.fixture
def board(open_tab, seller, lanterns):
    def opened(query="", **more):
        tab = open_tab(**more)
        tab.sign_in(seller, f"/deals/{query}")
        return tab

    return opened


def column(page, name):
    return page.locator(f"#column-{stage_called(name).pk}")


def head(page, name):
    """Count and sum."""
    header = column(page, name).locator("header")
    return header.locator(".count"), header.locator(".sum")


def card(page, title):
    return page.locator("[data-card]", has=page.get_by_role("link", name=title, exact=True))


def drag(page, title, target):
    """By mouse, in steps, as a hand does."""
    start = card(page, title).bounding_box()
    page.mouse.move(start["x"] + 60, start["y"] + 60)
    page.mouse.down()
    page.mouse.move(start["x"] + 75, start["y"] + 66, steps=4)
    end = target.bounding_box()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + min(90, end["height"] / 2), steps=12)
    page.mouse.move(end["x"] + end["width"] / 2 + 3, end["y"] + min(92, end["height"] / 2), steps=3)
    page.mouse.up()


def stage_of(deal):
    deal.refresh_from_db()
    return deal.stage.name


def test_a_drag_to_won_changes_both_columns_and_the_total(board, lanterns):
    page = board().page
    count, total = head(page, "Proposal")
    expect(count).to_have_text("2")
    column(page, "Won").scroll_into_view_if_needed()
    drag(page, "Forty lanterns", column(page, "Won"))
    expect(count).to_have_text("1")
    expect(total).to_have_text(re.compile("€\\s800"))
    won_count, won_total = head(page, "Won")
    expect(won_count).to_have_text("1")
    expect(won_total).to_have_text(re.compile("€\\s4,200"))
    expect(page.locator("#board-total")).to_contain_text("2 open deals")
    expect(page.get_by_role("status").filter(has_text="“Forty lanterns” is won.")).to_be_visible()
    assert stage_of(lanterns) == "Won"


def test_the_same_by_keys_alone(board, lanterns):
    page = board().page
    page.get_by_role("link", name="Forty lanterns", exact=True).focus()
    press(page, "Shift+ArrowRight", "Shift+ArrowRight")
    expect(page.locator("[data-board-status]")).to_have_text("Forty lanterns: Won, place 1 of 1.")
    expect(head(page, "Won")[0]).to_have_text("1")
    expect(head(page, "Proposal")[0]).to_have_text("1")
    expect(page.get_by_role("link", name="Forty lanterns", exact=True)).to_be_focused()
    assert stage_of(lanterns) == "Won"
    assert [visit.stage.name for visit in lanterns.visits.all()] == ["Proposal", "Won"], "it passed by Negotiation"
    press(page, "Enter")
    page.wait_for_url(re.compile(r"/deals/\d+/$"))


def test_what_keys_won_is_taken_back_by_undo(board, lanterns):
    page = board("?amount_from=5").page
    page.get_by_role("link", name="Forty lanterns", exact=True).focus()
    press(page, "Shift+ArrowRight", "Shift+ArrowRight")
    said = page.get_by_role("status").filter(has_text="“Forty lanterns” is won.")
    said.get_by_role("button", name="Undo").click()
    expect(column(page, "Proposal").locator(".title")).to_have_text(["Forty lanterns", "Oak chairs"])
    assert stage_of(lanterns) == "Proposal"
    assert page.url.endswith("/deals/?amount_from=5")


def test_a_board_shows_what_a_colleague_has_done_without_reload(board, lanterns, someone):
    page = board().page
    expect(head(page, "Proposal")[0]).to_have_text("2")
    page.wait_for_timeout(500)  # the stream opens behind the page
    lanterns.win(by=someone("admin"))
    expect(head(page, "Proposal")[0]).to_have_text("1")
    expect(head(page, "Won")[0]).to_have_text("1")
    expect(column(page, "Won")).to_contain_text("Forty lanterns")
    expect(page.locator("#board-total")).to_contain_text("2 open deals")


def test_arrows_go_from_card_to_card(board):
    page = board().page
    page.get_by_role("link", name="Rugs", exact=True).focus()
    press(page, "ArrowRight")
    expect(page.get_by_role("link", name="Forty lanterns", exact=True)).to_be_focused()
    press(page, "ArrowDown")
    expect(page.get_by_role("link", name="Oak chairs", exact=True)).to_be_focused()
    press(page, "ArrowLeft")
    expect(page.get_by_role("link", name="Rugs", exact=True)).to_be_focused()


def test_keys_arrange_the_cards_of_a_column(board, lanterns):
    page = board().page
    page.get_by_role("link", name="Forty lanterns", exact=True).focus()
    press(page, "Shift+ArrowDown")
    titles = column(page, "Proposal").locator(".title")
    expect(titles).to_have_text(["Oak chairs", "Forty lanterns"])
    expect(page.locator("[data-board-status]")).to_have_text("Forty lanterns was moved to Proposal.")
    page.reload()
    expect(titles).to_have_text(["Oak chairs", "Forty lanterns"])


def test_a_card_that_somebody_else_has_moved_goes_back_and_says_so(board, lanterns, seller, someone):
    page = board().page
    boss = someone("admin", name="Bea Boss")
    Deal.objects.get(pk=lanterns.pk).move(stage_called("Qualified"), by=boss, moves=0)
    drag(page, "Forty lanterns", column(page, "New"))
    expect(page.get_by_role("alert")).to_contain_text("Bea Boss has moved “Forty lanterns” to “Qualified”")
    expect(column(page, "Qualified").locator(".title")).to_have_text(["Forty lanterns"])
    expect(column(page, "New").locator(".title")).to_have_text(["Rugs"])
    assert stage_of(lanterns) == "Qualified"


def test_a_lost_connection_puts_the_card_back(board, lanterns):
    page = board().page
    page.route("**/move/", lambda route: route.abort())
    drag(page, "Forty lanterns", column(page, "New"))
    expect(page.get_by_role("alert")).to_contain_text("No connection")
    expect(column(page, "Proposal").locator(".title")).to_have_text(["Forty lanterns", "Oak chairs"])
    page.unroute("**/move/")
    page.get_by_role("button", name="Try again").click()
    expect(head(page, "New")[0]).to_have_text("2")
    assert stage_of(lanterns) == "New"


def test_lost_asks_for_the_reason_first(board, lanterns):
    page = board().page
    door = page.locator("[data-zone]", has_text="Lost")
    expect(door).not_to_be_visible()
    start = card(page, "Forty lanterns").bounding_box()
    page.mouse.move(start["x"] + 60, start["y"] + 60)
    page.mouse.down()
    page.mouse.move(start["x"] + 80, start["y"] + 80, steps=5)
    expect(door).to_be_visible()
    box = door.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=10)
    page.mouse.move(box["x"] + box["width"] / 2 + 4, box["y"] + box["height"] / 2, steps=3)
    page.mouse.up()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading")).to_have_text("“Forty lanterns” is lost")
    assert stage_of(lanterns) == "Proposal"
    drawer.get_by_role("button", name="Mark as lost").click()
    expect(drawer.locator(".form-errors")).to_contain_text("required")
    drawer.get_by_label("Reason", exact=True).select_option("Price")
    drawer.get_by_role("button", name="Mark as lost").click()
    expect(drawer).not_to_be_visible()
    expect(card(page, "Forty lanterns")).to_have_count(0)
    expect(head(page, "Proposal")[0]).to_have_text("1")
    lanterns.refresh_from_db()
    assert lanterns.lost_reason == LostReason.objects.get(name="Price")


def test_what_a_stage_asks_for_is_given_in_the_drawer(board, lanterns, seller):
    page = board().page
    page.get_by_role("link", name="Move “Forty lanterns” to…").click()
    page.get_by_role("button", name="Negotiation").click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("The stage asks for this")
    expect(column(page, "Proposal").locator(".title")).to_have_count(2)
    drawer.get_by_label("Expected close").fill("2030-01-31")
    drawer.get_by_role("button", name="Move").click()
    expect(drawer).not_to_be_visible()
    expect(head(page, "Negotiation")[0]).to_have_text("1")
    assert stage_of(lanterns) == "Negotiation"


def test_a_long_column_goes_on_when_it_is_scrolled(board, seller):
    Deal.objects.bulk_create(
        DealFactory.build(owner=seller, stage=stage_called("New"), title=f"D{n}", rank=n + 10) for n in range(60)
    )
    page = board().page
    new = column(page, "New")
    expect(new.locator("[data-card]")).to_have_count(12)
    for count in (37, 61):
        new.locator("[data-card]").last.scroll_into_view_if_needed()
        new.locator(".kanban-scroll").evaluate("box => box.scrollTo(0, box.scrollHeight)")
        expect(new.locator("[data-card]")).to_have_count(count)
    expect(new.get_by_text("Show more")).to_have_count(0)


def test_without_scripts_the_menu_is_a_page(chromium, server, seller, lanterns, open_tab):
    tab = open_tab()
    tab.sign_in(seller)
    page = tab.page.context.browser.new_context(
        java_script_enabled=False, storage_state=tab.page.context.storage_state()
    ).new_page()
    page.goto(f"{server}/deals/")
    page.get_by_role("link", name="Move “Forty lanterns” to…").click()
    page.get_by_label("Stage").select_option("Qualified")
    page.get_by_role("button", name="Move").click()
    assert stage_of(lanterns) == "Qualified"
    page.context.close()


def test_on_a_phone_one_column_at_a_time_with_tabs(board):
    page = board(size=PHONE, touch=True).page
    tabs = page.get_by_role("navigation", name="Columns")
    expect(tabs.get_by_role("link", name="New 1")).to_have_attribute("aria-current", "true")
    tabs.get_by_role("link", name="Proposal 2").click()
    expect(tabs.get_by_role("link", name="Proposal 2")).to_have_attribute("aria-current", "true")
    expect(card(page, "Forty lanterns")).to_be_in_viewport(ratio=1)
    page.get_by_role("link", name="Move “Forty lanterns” to…").click()
    page.get_by_role("button", name="Qualified").click()
    expect(tabs.get_by_role("link", name="Qualified 1")).to_be_attached()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", ["/deals/", "/deals/?sort=next&amount_from=5", "/deals/forecast/"])
def test_nothing_to_complain_of(board, size, path):
    tab = board(size=size)
    tab.go(path)
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Deals")
    if path == "/deals/":
        tab.page.get_by_role("link", name="Move “Rugs” to…").click()
        expect(tab.page.get_by_role("button", name="Qualified")).to_be_visible()
    assert tab.problems() == []
