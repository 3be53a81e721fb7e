"""The figures of sales in a browser: chosen, opened, seen by axe, in light and in dark, large and small."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from crm.events import record
from crm.moments import today
from tests.browser.conftest import DESKTOP, PHONE
from tests.dashboard import sales_scene

PAGES = ("/dashboard/sales/", "/reports/pipeline/", "/dashboard/sales/activities/", "/reports/pipeline/deals/")


@pytest.fixture
def manager(someone):
    user = someone("manager", name="Mona Manager")
    seller = someone("sales", name="Sally Seller", team=user.team)
    last = today()
    deals = sales_scene.fill(owners=[seller, user], first=last - dt.timedelta(days=200), last=last, leads=60, deals=60)
    for deal in deals[:5]:
        record("deal.won", on=deal, by=seller)
    return user


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_and_nothing_sticks_out(open_tab, manager, size):
    tab = open_tab(size=size, touch=size is PHONE)
    tab.sign_in(manager)
    for path in PAGES:
        tab.go(path)
        expect(tab.page.get_by_role("heading", level=1)).to_be_visible()
        tab.page.wait_for_load_state("networkidle")
        assert tab.problems() == [], path


def test_the_chosen_period_is_seen_on_a_phone(open_tab, manager):
    tab = open_tab(size=PHONE, touch=True)
    tab.sign_in(manager)
    for path in ("/dashboard/sales/", "/reports/pipeline/"):
        tab.go(path)
        chosen = tab.page.locator('.segmented [aria-current="true"]')
        expect(chosen).to_have_text("Last 12 months")
        expect(chosen).to_be_in_viewport(ratio=1)
        assert tab.page.evaluate("scrollY") == 0


def test_bars_of_a_column_begin_on_one_line(open_tab, manager):
    tab = open_tab()
    tab.sign_in(manager, "/reports/pipeline/?preset=all")
    for table in ("stages", "owner", "source"):
        bars = tab.page.locator(f"#table-{table} .rate .bar")
        assert len({round(bar.bounding_box()["x"]) for bar in bars.all()}) == 1


def test_a_figure_is_chosen_and_opened(open_tab, manager):
    tab = open_tab()
    tab.sign_in(manager, "/dashboard/sales/?preset=all")
    page = tab.page
    everybody = page.locator("#card-leads dd > a").inner_text()
    page.get_by_label("Person").select_option(label="Sally Seller")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(lambda url: "owner=" in url)
    expect(page.locator("#card-leads dd > a")).not_to_have_text(everybody)
    count = page.locator("#card-new dd > a").inner_text()
    page.locator("#card-new dd > a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Leads")
    expect(page.locator("#list-count")).to_have_text(count)
    page.go_back()
    expect(page.locator("#card-new dd > a")).to_have_text(count)
    expect(page.get_by_label("Person")).not_to_have_value("")


def test_the_charts_are_drawn_from_their_tables(open_tab, manager):
    tab = open_tab()
    tab.sign_in(manager, "/dashboard/sales/")
    for name in ("leads", "deals"):
        section = tab.page.locator(f"#trend-{name}")
        expect(section.locator("canvas")).to_be_visible()
        section.get_by_text("Table", exact=True).click()
        expect(section.get_by_role("row").nth(1)).to_be_visible()
    tab.go("/reports/pipeline/")
    expect(tab.page.locator("#table-cohorts canvas")).to_be_visible()
    expect(tab.page.locator("#velocity")).to_contain_text("win rate")
