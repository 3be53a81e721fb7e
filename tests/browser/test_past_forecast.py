"""How forecasts came out, in a browser: the chart and its table, other choices, and the way there and back."""

from __future__ import annotations

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import expect

from deals.forecast_filter import next_month
from deals.models import ForecastLine, ForecastSnapshot, Pipeline
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import DealFactory

URL = "/deals/forecast/past/"


@pytest.fixture
def a_year(server, someone):
    """An admin, and a year of forecasts of which somewhat less came."""
    for number in range(12):
        first = next_month(localdate(), -number)
        snapshot = ForecastSnapshot.objects.create(day=first)
        figures = {"total": 90_000 + 4_000 * number, "weighted": 40_000 + 1_500 * number, "committed": 20_000}
        ForecastLine.objects.create(snapshot=snapshot, month=first, pipeline=Pipeline.objects.first(), **figures)
        for part in range(2):
            DealFactory(at="Won", closed_on=first, opened_on=None, amount=15_000 + 3_100 * part * (number % 4))
    return someone("admin", team=None)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_to_complain_of(a_year, open_tab, size):
    tab = open_tab(size=size)
    tab.sign_in(a_year, URL)
    expect(tab.page.locator("#average")).to_contain_text("of the weighted forecast")
    assert tab.problems() == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_empty_page_has_nothing_to_complain_of_and_leads_back(server, someone, open_tab, size):
    tab = open_tab(size=size)
    tab.sign_in(someone("manager"), URL)
    expect(tab.page.get_by_role("heading", level=2)).to_have_text("How forecasts came out")
    assert tab.problems() == []
    tab.page.get_by_role("link", name="Back to the forecast").click()
    expect(tab.page.get_by_role("heading", name="By close month")).to_be_visible()


def test_from_the_forecast_to_other_days_and_earlier_months(a_year, open_tab):
    tab = open_tab()
    tab.sign_in(a_year, "/deals/forecast/")
    page = tab.page
    page.get_by_role("link", name="How forecasts came out").click()
    first = page.locator("tbody tr").first
    expect(first).to_contain_text("€")
    page.get_by_label("Forecast as of").select_option("before")
    expect(first.get_by_title("No forecast was kept then")).to_be_visible()
    page.get_by_role("link", name="Earlier months").click()
    expect(page.get_by_label("Forecast as of")).to_have_value("before")
    expect(page.locator("#forecast")).to_contain_text("Forecasts are kept every night")
    page.get_by_role("link", name="Later months").click()
    expect(page.locator("tbody tr")).to_have_count(12)
    expect(page.get_by_role("link", name="Later months")).to_have_count(0)


def test_what_was_won_leads_to_its_deals(a_year, open_tab):
    tab = open_tab()
    tab.sign_in(a_year, URL)
    month = next_month(localdate(), -1)
    row = tab.page.locator("tbody tr").nth(10)
    row.get_by_role("link").click()
    tab.page.wait_for_url(f"**/deals/list/?forecast={month:%Y-%m}%3Awon")
    expect(tab.page.locator("tbody tr")).to_have_count(2)
