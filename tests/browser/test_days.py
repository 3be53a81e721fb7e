"""A day that is chosen is said in words below its box, whatever way of writing the browser has."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import expect

from tests import factories

YEAR = 365


@pytest.fixture
def tab(open_tab, someone):
    deal = factories.DealFactory(expected_close=localdate())
    opened = open_tab()
    opened.sign_in(someone("admin"), f"/deals/{deal.pk}/edit/")
    return opened


def written(day):
    return f"{day:%a}, {day.day} {day:%B} {day.year}"


def test_it_works(tab):
    box, said = tab.page.get_by_label("Expected close"), tab.page.locator("#id_expected_close_words")
    expect(said).to_have_text(f"{written(localdate())}, today")
    for days, words in (
        (2, "in 2 days"),
        (1, "tomorrow"),
        (-3, "3 days ago"),
        (YEAR, "in 12 months"),
        (-3 * YEAR, "3 years ago"),
    ):
        day = localdate() + dt.timedelta(days=days)
        box.fill(day.isoformat())
        expect(said).to_have_text(f"{written(day)}, {words}")
    expect(box).to_have_accessible_description(f"{written(day)}, 3 years ago")
    assert tab.violations() == []


def test_nothing_moves_and_nothing_is_said_of_half_a_day(tab):
    box, said = tab.page.get_by_label("Expected close"), tab.page.locator("#id_expected_close_words")
    below = tab.page.get_by_label("Own probability").bounding_box()
    for half in ("", "0002-03-03", "0203-03-03"):
        box.fill(half)
        expect(said).to_have_text("")
        assert tab.page.get_by_label("Own probability").bounding_box() == below


def test_a_form_that_comes_later_says_it_too(tab, someone):
    deal = factories.DealFactory(opened_on=localdate())
    tab.go(deal.get_absolute_url())
    tab.page.get_by_role("link", name="Edit Opened on").click()
    expect(tab.page.locator("#fact-opened_on .day-words")).to_have_text(f"{written(localdate())}, today")
