"""A slow line: what was asked for comes late, in another order, or not at all. The tests hold answers back."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from crm.events import record
from tests import factories
from tests.browser.conftest import press
from tests.browser.line import Line


@pytest.fixture
def sofia(someone):
    return someone("sales", name="Sofia Marchetti", team=factories.TeamFactory())


@pytest.fixture
def deal(sofia):
    customer = factories.CustomerFactory(name="Zoë Ångström", job_title="Buyer", owner=sofia)
    deal = factories.DealFactory(title="Forty lanterns", owner=sofia, customer=customer)
    deal.shared_with.add(factories.UserFactory(role="sales", name="Ines Colleague"))
    return deal


@pytest.fixture
def tab(open_tab, sofia, deal):
    def opened(path=""):
        tab = open_tab()
        tab.sign_in(sofia, path or deal.get_absolute_url())
        return tab

    return opened


def drawer(page):
    return page.locator("#drawer")


def note(page):
    return page.locator("#composer textarea[name=body]")


def save_note(page):
    page.locator("#composer").get_by_role("button", name="Save").click()


def fact(page, name):
    return page.locator(f"#fact-{name}")


# What is typed


def test_a_second_note_may_be_begun_while_the_first_is_saved(tab):
    page = tab().page
    line = Line(page, r"/activities/", "POST")
    note(page).fill("They want forty.")
    save_note(page)
    line.wait()
    note(page).press_sequentially(" And a discount")
    line.let_go()
    expect(page.locator("#timeline")).to_contain_text("They want forty.")
    expect(note(page)).to_have_value("And a discount")
    expect(note(page)).to_be_focused()


def test_what_is_mended_while_the_answer_finds_fault_stays_mended(tab):
    page = tab("/leads/new/").page
    line = Line(page, r"/leads/new/", "POST")
    page.get_by_label("Phone or e-mail").fill("nobody@")
    page.get_by_role("button", name="Add the lead").click()
    line.wait()
    page.get_by_label("Phone or e-mail").fill("nobody@new.example")
    page.get_by_label("Name").first.fill("Ann New")
    line.let_go()
    expect(page.locator("#form [role=alert]").first).to_be_visible()
    expect(page.get_by_label("Name").first).to_have_value("Ann New")
    expect(page.get_by_label("Phone or e-mail")).to_have_value("nobody@new.example")


def test_a_value_that_is_saved_late_leaves_the_keys_to_whoever_types_elsewhere(tab, deal):
    page = tab(deal.customer.get_absolute_url()).page
    fact(page, "job_title").locator(".edit").click()
    fact(page, "job_title").get_by_role("textbox").fill("Head of buying")
    line = Line(page, r"/edit/", "POST")
    fact(page, "job_title").get_by_role("button", name="Save").click()
    line.wait()
    note(page).fill("She is")
    line.let_go()
    expect(fact(page, "job_title")).to_contain_text("Head of buying")
    expect(note(page)).to_be_focused()


def test_a_form_that_opens_late_leaves_the_keys_to_whoever_types_elsewhere(tab, deal):
    page = tab(deal.customer.get_absolute_url()).page
    line = Line(page, r"/edit/")
    fact(page, "job_title").locator(".edit").click()
    line.wait()
    note(page).press_sequentially("She is")
    line.let_go()
    expect(fact(page, "job_title").get_by_role("textbox")).to_be_visible()
    expect(note(page)).to_be_focused()


def test_a_cell_that_is_saved_late_leaves_the_keys_to_whoever_types_elsewhere(tab):
    page = tab("/deals/list/").page
    cell = page.locator("td.in-place").first
    cell.get_by_role("link").first.click()
    line = Line(page, r"/deals/", "POST")
    cell.get_by_role("button", name="Save").click()
    line.wait()
    page.get_by_placeholder("Search in this list").press_sequentially("For")
    line.let_go()
    expect(page.get_by_placeholder("Search in this list")).to_be_focused()


# The drawer


def test_of_two_drawers_the_one_asked_for_last_opens(tab):
    page = tab().page
    line = Line(page, r"/lose/|/notifications/$")
    page.get_by_role("link", name="Lost", exact=True).click()
    page.locator("#bell").click()
    line.wait(2)
    line.let_go(1)
    expect(drawer(page)).to_contain_text("Notifications")
    line.let_go(0)
    expect(drawer(page)).to_contain_text("Notifications")
    expect(drawer(page)).not_to_contain_text("Mark as lost")


def losing(page):
    return page.get_by_role("link", name="Lost", exact=True)


@pytest.fixture
def called_off(tab):
    """A page of which a drawer was asked for, and Esc pressed before it came; and the line that holds it back."""
    page = tab().page
    line = Line(page, r"/lose/")
    losing(page).click()
    line.wait()
    press(page, "Escape")
    return page, line


def test_a_second_click_does_not_bring_the_drawer_anew(tab):
    page = tab().page
    line = Line(page, r"/lose/")
    losing(page).dblclick()
    line.let_go()
    comment = drawer(page).get_by_role("textbox").first
    comment.fill("Too dear")
    page.wait_for_timeout(300)
    assert not line.held
    expect(comment).to_have_value("Too dear")


def test_escape_before_the_drawer_has_come_calls_it_off(called_off):
    page, line = called_off
    line.take().continue_()
    page.wait_for_timeout(300)
    expect(drawer(page)).to_be_hidden()


def test_what_was_called_off_may_be_asked_for_again_at_once(called_off):
    page, line = called_off
    losing(page).click()
    line.let_go(1)
    expect(drawer(page)).to_be_visible()


@pytest.fixture
def outcome(tab, deal, sofia):
    """The page of a deal with the drawer that asks how a call went."""
    factories.PlanFactory(
        deal=deal, customer=deal.customer, owner=sofia, created_by=sofia, kind="call", title="Ring her"
    )
    page = tab().page
    page.locator("#planned form.tick button, #planned form button").first.click()
    expect(drawer(page).get_by_role("button", name="Save")).to_be_visible()
    return page


def test_what_is_saved_in_a_drawer_that_is_closed_meanwhile_is_said(outcome):
    line = Line(outcome, r"/outcome/", "POST")
    drawer(outcome).get_by_text("Reached", exact=True).click()
    drawer(outcome).get_by_role("button", name="Save").click()
    line.wait()
    press(outcome, "Escape")
    expect(drawer(outcome)).to_be_hidden()
    line.let_go()
    expect(outcome.locator("#toasts .toast")).to_be_visible()
    expect(drawer(outcome)).to_be_hidden()
    expect(drawer(outcome).locator("form.outcome")).to_have_count(0)


def test_a_drawer_that_is_closed_meanwhile_comes_back_with_what_is_wrong(outcome):
    line = Line(outcome, r"/outcome/", "POST")
    drawer(outcome).get_by_label("Minutes it took").fill("-4")
    drawer(outcome).get_by_role("button", name="Save").click()
    line.wait()
    press(outcome, "Escape")
    line.let_go()
    expect(drawer(outcome)).to_be_visible()
    expect(drawer(outcome).locator("[aria-invalid=true]")).to_have_value("-4")


def test_what_could_not_be_saved_in_a_drawer_that_is_closed_is_tried_again(outcome):
    line = Line(outcome, r"/outcome/", "POST")
    drawer(outcome).get_by_role("button", name="Save").click()
    line.wait()
    press(outcome, "Escape")
    line.cut()
    outcome.get_by_role("button", name="Try again").click()
    line.let_go()
    expect(outcome.locator("#toasts .toast.success")).to_be_visible()


# Answers in another order


def test_an_older_answer_never_takes_the_place_of_a_newer_one_in_a_list(tab, deal, sofia):
    nils = factories.LeadFactory(name="Nils Holm", owner=sofia)
    factories.LeadFactory(name="Ann Berg", owner=sofia)
    page = tab("/leads/").page
    line = Line(page, r"/leads/(\?.*)?$")
    record("lead.created", on=nils, by=None)
    line.wait()
    page.get_by_placeholder("Search in this list").fill("Berg")
    line.wait(2)
    line.let_go(1)
    expect(page.locator("#listing")).not_to_contain_text("Nils Holm")
    line.let_go(0)
    expect(page.locator("#listing")).not_to_contain_text("Nils Holm")
    line.let_go(0)
    expect(page.locator("#listing")).not_to_contain_text("Nils Holm")
    expect(page.locator("#listing")).to_contain_text("Ann Berg")


def test_of_two_filters_the_one_chosen_last_is_shown(tab):
    page = tab().page
    line = Line(page, r"/timeline/")
    filters = page.locator(".timeline-head nav a")
    first, second = filters.nth(1), filters.nth(2)
    name = second.inner_text()
    first.click()
    second.click()
    line.wait(2)
    line.take(0).continue_()
    page.wait_for_timeout(300)
    line.let_go(0)
    expect(page.locator(".timeline-head nav [aria-current]")).to_have_text(name)


def test_a_part_hears_of_the_change_that_comes_while_it_is_fetched(tab, deal, sofia):
    page = tab().page
    line = Line(page, rf"/deals/{deal.pk}/products/|/lines/")
    record("deal.changed", on=deal, by=None, fields=["title"])
    line.wait()
    route = line.take()
    answer = route.fetch()
    record("deal.changed", on=deal, by=None, fields=["title"])
    page.wait_for_timeout(1_000)
    route.fulfill(response=answer)
    line.wait()


# Others


def test_enter_never_opens_what_was_found_for_other_words(tab, deal, sofia):
    other = factories.CustomerFactory(name="Bo Berg", owner=sofia)
    page = tab("/").page
    press(page, "Control+k")
    page.keyboard.type("Zoë")
    expect(page.locator("#palette")).to_contain_text("Zoë Ångström")
    line = Line(page, r"/search/palette/")
    page.locator("#palette input").fill("Bo Berg")
    line.wait()
    press(page, "Enter")
    line.let_go()
    page.wait_for_url(re.compile(rf"/customers/{other.pk}/"))


def test_names_are_not_offered_to_who_has_gone_on(tab):
    page = tab().page
    line = Line(page, r"/people/")
    note(page).press_sequentially("@ine")
    line.wait()
    press(page, "Escape")
    line.take().continue_()
    page.wait_for_timeout(300)
    expect(page.locator("#composer .mention-list")).to_be_hidden()


def test_a_notification_does_not_call_back_who_has_gone_elsewhere(tab, deal, sofia):
    place = {"subject_type": "deals.deal", "subject_id": deal.pk}
    sofia.notifications.create(kind="followed", source="1", **place)
    page = tab("/notifications/").page
    Line(page, r"/read/", "POST")
    going = Line(page, r"/leads/$")
    asked = []
    page.on("request", lambda request: request.is_navigation_request() and asked.append(request.url))
    page.locator("#notifications a[data-read]").first.click()
    page.locator("a[href='/leads/']").first.click(no_wait_after=True)
    page.wait_for_timeout(1_500)
    assert [url for url in asked if "/deals/" in url] == []
    going.take().continue_()
    page.wait_for_url("**/leads/")


def test_a_search_that_failed_is_tried_again(tab):
    page = tab("/deals/list/").page
    line = Line(page, r"/deals/list/\?q=")
    page.get_by_placeholder("Search in this list").fill("lanterns")
    line.cut()
    page.get_by_role("button", name="Try again").click()
    line.let_go()
    expect(page.locator("#listing")).to_contain_text("Forty lanterns")


def test_filters_that_did_not_come_are_tried_again(tab):
    page = tab("/deals/list/").page
    line = Line(page, r"panel")
    page.locator("summary", has_text="Filter").click()
    line.cut()
    page.get_by_role("button", name="Try again").click()
    line.let_go()
    page.locator("summary", has_text="Filter").click()
    expect(page.locator("#filter-panel").get_by_role("button", name="Show")).to_be_visible()


def test_leaving_while_a_note_is_on_its_way_asks_first(tab):
    page = tab().page
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    line = Line(page, r"/activities/", "POST")
    note(page).press_sequentially("They want forty.")
    save_note(page)
    line.wait()
    page.evaluate("location.assign('/leads/')")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    line.let_go()
    expect(page.locator("#timeline")).to_contain_text("They want forty.")
    page.evaluate("location.assign('/leads/')")
    page.wait_for_url("**/leads/")
    assert asked == ["beforeunload"]


def test_what_is_asked_while_one_types_saves_nothing(tab):
    page = tab("/leads/new/").page
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    with page.expect_response(re.compile("duplicates")):
        page.get_by_label("Name").first.press_sequentially("Ann New")
    page.wait_for_timeout(300)
    page.evaluate("location.assign('/leads/')")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]


def test_leaving_while_a_file_is_on_its_way_asks_first(tab, tmp_path):
    page = tab().page
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    line = Line(page, r"/upload/", "POST")
    (tmp_path / "offer.txt").write_text("Forty lanterns")
    page.locator("#files input[type=file]").set_input_files(tmp_path / "offer.txt")
    line.wait()
    page.evaluate("location.assign('/leads/')")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    line.let_go()
    expect(page.locator("#files")).to_contain_text("offer.txt")


def test_a_form_outlives_the_session_in_which_it_was_filled_in(tab, sofia):
    page = tab("/leads/new/").page
    page.get_by_label("Name").first.fill("Ann New")
    Session.objects.all().delete()
    page.get_by_role("button", name="Add the lead").click()
    expect(page.locator("#toasts")).to_contain_text("You are signed out")
    expect(page.get_by_label("Name").first).to_have_value("Ann New")
