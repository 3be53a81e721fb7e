"""A day in the browser: sign in, find a caller, change a fact, meet a colleague's change, read the board."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from customers.models import Customer
from tests import factories
from tests.browser.conftest import DESKTOP, PHONE, press


@pytest.fixture
def zoe(transactional_db):
    company = factories.CompanyFactory(name="Ångström Interiör")
    customer = factories.CustomerFactory(
        name="Zoë Ångström", company=company, city="Lund", job_title="Buyer", call_eligible=True, tags=["vip"]
    )
    factories.PhoneFactory(customer=customer, number="+46701234567", national="0701234567")
    factories.EmailFactory(customer=customer, address="zoe@example.com")
    for days in (3, 40, 400):
        order = factories.OrderFactory(
            customer=customer, placed_at=now() - dt.timedelta(days=days), base_total=Decimal("250")
        )
        factories.OrderLineFactory(order=order, unit_price=Decimal("250"))
    customer.refresh_figures()
    return customer


def test_a_caller_is_found_by_the_last_digits_and_a_fact_is_edited_in_place(open_tab, someone, zoe):
    tab = open_tab()
    tab.sign_in_by_form(someone("manager"))
    page = tab.page
    press(page, "Control+k")
    page.get_by_role("combobox", name=re.compile("Search")).fill("1234567")
    page.get_by_role("option", name=re.compile("Zoë Ångström")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zoë Ångström")

    page.get_by_role("link", name="Edit city").click()
    page.get_by_role("textbox", name="City").fill("Malmö")
    press(page, "Enter")
    expect(page.locator("#fact-city dd")).to_contain_text("Malmö")
    page.reload()
    expect(page.locator("#fact-city dd")).to_contain_text("Malmö")


def test_escape_leaves_a_fact_as_it_was(open_tab, someone, zoe):
    tab = open_tab()
    tab.sign_in(someone("manager"), f"/customers/{zoe.pk}/")
    tab.page.get_by_role("link", name="Edit city").click()
    tab.page.get_by_role("textbox", name="City").fill("Nowhere")
    press(tab.page, "Escape")
    expect(tab.page.locator("#fact-city dd")).to_contain_text("Lund")
    assert Customer.objects.get(pk=zoe.pk).city == "Lund"


def test_two_colleagues_who_change_one_fact_both_see_what_happened(open_tab, someone, zoe):
    first, second = open_tab(), open_tab()
    for tab in (first, second):
        tab.sign_in(someone("manager"), f"/customers/{zoe.pk}/")
        tab.page.get_by_role("link", name="Edit city").click()
    first.page.get_by_role("textbox", name="City").fill("Malmö")
    press(first.page, "Enter")
    expect(first.page.locator("#fact-city dd")).to_contain_text("Malmö")

    second.page.get_by_role("textbox", name="City").fill("Göteborg")
    press(second.page, "Enter")
    merge = second.page.locator(".merge")
    for value in ("Lund", "Malmö", "Göteborg"):
        expect(merge).to_contain_text(value)
    assert second.violations() == []
    merge.get_by_role("radio", name=re.compile("Göteborg|Yours")).check()
    merge.get_by_role("button", name=re.compile("Save")).click()
    expect(merge).to_have_count(0)
    expect(second.page.locator("#fact-city dd")).to_contain_text("Göteborg")
    assert Customer.objects.get(pk=zoe.pk).city == "Göteborg"


def test_an_open_record_shows_a_colleagues_change_without_reload(open_tab, someone, zoe):
    watching, changing = open_tab(), open_tab()
    for tab in (watching, changing):
        tab.sign_in(someone("manager"), f"/customers/{zoe.pk}/")
    changing.page.get_by_role("link", name="Edit job title").click()
    changing.page.get_by_role("textbox", name="Job title").fill("Head of purchasing")
    press(changing.page, "Enter")
    expect(watching.page.locator("#fact-job_title dd")).to_contain_text("Head of purchasing")


def test_a_note_is_written_and_taken_back(open_tab, someone, zoe):
    tab = open_tab()
    tab.sign_in(someone("manager"), f"/customers/{zoe.pk}/")
    tab.page.get_by_role("textbox", name="Note").fill("Asked for 12 oak chairs <script>alert(1)</script>")
    tab.page.locator("#composer").get_by_role("button", name="Save").click()
    expect(tab.page.locator("#timeline")).to_contain_text("Asked for 12 oak chairs <script>alert(1)</script>")


def test_the_board_follows_the_dates_and_its_chart_has_a_table(open_tab, someone, zoe):
    tab = open_tab()
    tab.sign_in(someone("analyst"), "/dashboard/")
    page = tab.page
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Revenue"))
    today = dt.date.today()
    page.get_by_label("From", exact=True).fill((today - dt.timedelta(days=10)).isoformat())
    page.get_by_label("To", exact=True).fill(today.isoformat())
    page.get_by_role("button", name=re.compile("Show")).first.click()
    page.wait_for_url(re.compile(r"from="))
    expect(page.locator("#card-net")).to_contain_text("250")
    expect(page.locator("canvas")).to_have_count(1)
    table = page.locator("table[data-chart-table]")
    expect(table).to_contain_text("250")


PAGES = ["/customers/", "/companies/", "/orders/", "/dashboard/", "/jobs/", "/users/", "/settings/", "/search/?q=zoe"]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_is_free_of_violations_and_fits(open_tab, someone, zoe, size):
    tab = open_tab(size=size)
    tab.go("/accounts/login/")
    assert tab.problems() == []
    tab.sign_in(someone("admin", team=None))
    order = zoe.orders.first()
    records = [
        f"/customers/{zoe.pk}/",
        f"/customers/{zoe.pk}/edit/",
        f"/customers/{zoe.pk}/history/",
        f"/orders/{order.pk}/",
    ]
    for path in [*PAGES, *records, "/customers/new/", "/orders/new/", "/companies/new/", "/users/invite/"]:
        tab.go(path)
        expect(tab.page.get_by_role("heading", level=1)).to_have_count(1)
        assert tab.problems() == [], path


@pytest.mark.parametrize("role", ["admin", "manager", "sales", "agent", "analyst"])
def test_no_entry_of_the_shell_leads_nowhere(open_tab, someone, zoe, role):
    tab = open_tab()
    tab.sign_in(someone(role), "/")
    links = tab.page.eval_on_selector_all("a[href^='/']", "links => links.map(link => link.getAttribute('href'))")
    assert links
    for path in sorted(set(links)):
        response = tab.page.request.get(tab.base + path)
        assert response.status == 200, path
