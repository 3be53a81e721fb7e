"""Orders and search in the browser: lines are added, two change the same, a name is misspelt; axe finds nothing."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from crm.models import JobProgress
from customers.models import Order
from tests import factories
from tests.browser.conftest import DESKTOP, PHONE, press


@pytest.fixture
def order(transactional_db):
    company = factories.CompanyFactory(name="Ångström Interiör")
    customer = factories.CustomerFactory(name="Zoë Ångström", company=company)
    factories.PhoneFactory(customer=customer, number="+46701234567", national="0701234567")
    order = factories.OrderFactory(number="S-1001", customer=customer, country="SE", channel="online")
    for position, sku in enumerate(("A1", "B2"), 1):
        factories.OrderLineFactory(
            order=order, position=position, sku=sku, description="A red lantern of glass", unit_price=Decimal("50")
        )
    factories.OrderFactory(
        number="S-1002", customer=customer, kind="return", returns_order=order, total=-50, base_total=-50
    )
    customer.refresh_figures()
    return order


def test_an_order_is_entered_with_more_lines_than_there_are_rows(open_tab, someone, order):
    tab = open_tab()
    tab.sign_in(someone("manager"), "/orders/new/")
    page = tab.page
    page.get_by_label("Customer").fill("Zoë Ångström")
    for number in range(1, 6):
        if number > 3:
            page.get_by_role("button", name="Add a line").click()
            expect(page.get_by_label(f"Article, line {number}", exact=True)).to_be_focused()
        page.get_by_label(f"Article, line {number}", exact=True).fill(f"A{number}")
        page.get_by_label(f"Quantity, line {number}", exact=True).fill(str(number))
        page.get_by_label(f"Unit price, line {number}", exact=True).fill("10" if number < 5 else "ten")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_contain_text("Line 5: Unit price: Enter a number.")
    page.get_by_label("Unit price, line 5", exact=True).fill("10")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Order R-")
    expect(page.locator("#total")).to_have_text(re.compile("150.00"))
    assert Order.objects.get(number__startswith="R-").lines.count() == 5


def test_without_script_there_are_rows_enough_and_more_after_saving(chromium, server, someone, order):
    context = chromium.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    page = context.new_page()
    user = someone("manager")
    page.goto(f"{server}/accounts/login/")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{server}/orders/{order.pk}/edit/?field=lines")
    page.get_by_label("Article, line 3", exact=True).fill("C3")
    page.get_by_label("Quantity, line 3", exact=True).fill("1")
    page.get_by_label("Unit price, line 3", exact=True).fill("1.5")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#total")).to_have_text(re.compile("101.50"))
    page.goto(f"{server}/orders/{order.pk}/edit/?field=lines")
    expect(page.get_by_label("Article, line 6", exact=True)).to_be_visible()
    context.close()


def test_a_status_is_changed_in_place_and_the_other_one_meets_it(open_tab, someone, order):
    tabs, first = [open_tab(), open_tab()], someone("manager")
    for tab, who in zip(tabs, (first, someone("manager")), strict=True):
        tab.sign_in(who, f"/orders/{order.pk}/")
        tab.page.get_by_role("link", name="Edit status").click()
    for tab, status in zip(tabs, ("completed", "cancelled"), strict=True):
        tab.page.get_by_role("combobox", name="Status").select_option(status)
        tab.page.locator("#fact-status").get_by_role("button", name="Save").click()
    expect(tabs[0].page.locator("#fact-status dd")).to_contain_text("Completed")
    expect(tabs[0].page.locator("#record-head")).to_contain_text("Completed")
    expect(tabs[1].page.locator("#fact-status").get_by_role("alert")).to_contain_text(f"{first} changed this")
    tabs[1].page.get_by_role("button", name="Save this choice").click()
    expect(tabs[1].page.locator("#fact-status.editing")).to_have_count(0)
    expect(tabs[1].page.locator("#fact-status dd")).to_contain_text("Cancelled")
    order.refresh_from_db()
    assert order.status == "cancelled"


def test_an_order_is_deleted_and_brought_back_by_the_toast(open_tab, someone, order):
    tab = open_tab()
    tab.sign_in(someone("manager"), f"/orders/{order.pk}/")
    tab.page.get_by_label("More actions").click()
    tab.page.get_by_role("button", name="Delete").click()
    expect(tab.page).to_have_url(re.compile("/orders/$"))
    tab.page.get_by_role("button", name="Undo").click()
    expect(tab.page.get_by_role("heading", level=1)).to_contain_text("Order S-1001")
    order.refresh_from_db()
    assert order.deleted_at is None


def test_the_search_finds_while_typing_and_leads_back(open_tab, someone, order):
    tab = open_tab()
    tab.sign_in(someone("manager"), "/search/")
    page = tab.page
    page.get_by_role("searchbox").last.fill("Zoee Angstrem")
    expect(page.get_by_role("link", name=re.compile("Zoë Ångström"))).to_be_visible()
    expect(page).to_have_url(re.compile("q=Zoee"))
    page.get_by_role("searchbox").last.fill("S-1001")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Order S-1001")
    page.get_by_role("link", name="All results").click()
    expect(page.get_by_role("heading", name="Orders")).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_is_accessible_and_fits(open_tab, someone, order, size):
    tab = open_tab(size=size)
    manager = someone("manager")
    jobs = [
        JobProgress.objects.create(user=manager, title="Export of Orders", state=state, done=30, total=60, error=error)
        for state, error in (("running", ""), ("failed", "You may no longer export this list."))
    ]
    tab.sign_in(manager)
    pages = {
        "list": "/orders/",
        "none": "/orders/?kind=adjustment",
        "detail": f"/orders/{order.pk}/",
        "new": "/orders/new/",
        "lines": f"/orders/{order.pk}/edit/?field=lines",
        "history": f"/orders/{order.pk}/history/",
        "search": "/search/?q=angstrom",
        "no-match": "/search/?q=qwxzvk",
        "ask": "/search/",
        "jobs": "/jobs/",
        "job": f"/jobs/{jobs[0].pk}/",
        "job-failed": f"/jobs/{jobs[1].pk}/",
    }
    for name, path in pages.items():
        tab.go(path)
        assert tab.problems() == [], name


def test_a_menu_alone_stands_beside_the_name_on_a_phone(open_tab, someone, order):
    tab = open_tab(size=PHONE, touch=True)
    tab.sign_in(someone("analyst"), f"/orders/{order.pk}/")
    menu = tab.page.locator("#record-head .menu-details summary").bounding_box()
    name = tab.page.get_by_role("heading", level=1).bounding_box()
    assert menu["y"] < name["y"] + name["height"]


def test_tags_are_not_cut_in_mid_word(open_tab, someone):
    factories.CustomerFactory(name="Zoë", tags=["wholesale", "press", "trade fair", "local"])
    tab = open_tab()
    tab.sign_in(someone("manager"), "/customers/")
    tags = tab.page.locator("td.labels .tags .badge")
    expect(tags.first).to_be_visible()
    assert tags.first.evaluate("(tag) => tag.scrollWidth <= tag.clientWidth")
    assert tags.first.evaluate("(tag) => getComputedStyle(tag.parentElement).textOverflow") == "ellipsis"
