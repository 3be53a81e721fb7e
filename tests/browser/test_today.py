"""The day in the browser: finished, put off, worked through, by mouse and by keyboard alone."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils.timezone import localdate, now
from playwright.sync_api import expect

from accounts.models import Absence
from activities.models import Activity
from deals.models import Target
from tests import factories
from tests.browser.conftest import DESKTOP, PHONE, press


def plan(owner, ahead, title, **fields):
    due_on = None if ahead is None else localdate() + dt.timedelta(days=ahead)
    return factories.PlanFactory(owner=owner, created_by=owner, due_on=due_on, title=title, **fields)


@pytest.fixture
def sofia(someone):
    user = someone("sales", name="Sofia Marchetti")
    customer = factories.CustomerFactory(name="Zoë Ångström", owner=user, city="Lund")
    factories.PhoneFactory(customer=customer, number="+46701234567", national="0701234567")
    factories.EmailFactory(customer=customer, address="zoe@example.com")
    deal = factories.DealFactory(title="Forty lanterns", owner=user, customer=customer)
    lead = factories.LeadFactory(name="Nils Holm", owner=user, response_due_at=now() + dt.timedelta(minutes=20))
    plan(user, -2, "Ask for the decision", deal=deal, customer=customer, body="Colour and quantity.")
    plan(user, 0, "Call Nils", lead=lead)
    plan(user, 0, "Send the catalogue", kind="email", customer=customer)
    plan(user, 1, "Visit the site", kind="meeting", deal=deal, customer=customer)
    plan(user, None, "Tidy up", kind="task")
    plan(user, 4, "Far away", customer=customer)
    Target.objects.create(person=user, month=localdate().replace(day=1), amount=5000)
    factories.DealFactory(title="No next step", owner=user)
    return user


def section(page, name):
    return page.locator(f"#section-{name}")


def test_finishing_asks_how_it_went_and_what_is_next(open_tab, sofia):
    tab = open_tab()
    tab.sign_in(sofia, "/")
    page = tab.page
    expect(section(page, "overdue")).to_contain_text("Ask for the decision")
    page.get_by_role("button", name="Mark as done: Ask for the decision").click()
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text("How did it go?")
    expect(section(page, "done")).to_contain_text("Ask for the decision")
    expect(section(page, "overdue")).to_have_count(0)
    drawer.get_by_text("Reached", exact=True).click()
    drawer.get_by_label(re.compile("^On")).fill(localdate().isoformat())
    drawer.get_by_role("textbox", name=re.compile("^What")).fill("Send the contract")
    assert tab.violations() == []
    drawer.get_by_role("button", name="Save").click()
    expect(drawer).not_to_be_visible()
    expect(section(page, "today")).to_contain_text("Send the contract")
    expect(section(page, "done")).to_contain_text("Reached")
    page.get_by_role("button", name=re.compile("Undo.*Ask for the decision")).click()
    expect(section(page, "overdue")).to_contain_text("Ask for the decision")
    expect(section(page, "done")).to_have_count(0)


def test_it_is_put_off_in_place(open_tab, sofia):
    tab = open_tab()
    tab.sign_in(sofia, "/")
    page = tab.page
    page.get_by_label("Put off or change: Call Nils").click()
    page.locator("#section-today").get_by_role("button", name=re.compile("^Tomorrow")).click()
    expect(section(page, "tomorrow")).to_contain_text("Call Nils")
    expect(section(page, "today")).not_to_contain_text("Call Nils")
    expect(section(page, "today").locator("header .badge")).to_have_text("1")
    expect(page.locator("#toasts")).to_contain_text("Put off to tomorrow.")
    # One goes on with the next line, and does not follow the one that went.
    expect(page.locator(".day-line.current")).to_contain_text("Send the catalogue")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(section(page, "today")).to_contain_text("Call Nils")
    expect(section(page, "tomorrow")).not_to_contain_text("Call Nils")


def test_another_day_is_chosen_in_the_line(open_tab, sofia):
    tab = open_tab()
    tab.sign_in(sofia, "/")
    page = tab.page
    page.get_by_label("Put off or change: Tidy up").click()
    section(page, "undated").get_by_role("link", name="Another day…").click()
    form = section(page, "undated").locator("form.due-form")
    form.get_by_label(re.compile("Due on")).fill(localdate().isoformat())
    form.get_by_role("button", name="Move").click()
    expect(section(page, "today")).to_contain_text("Tidy up")
    expect(section(page, "undated")).to_have_count(0)
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(section(page, "undated")).to_contain_text("Tidy up")


def test_the_day_by_the_keyboard_alone(open_tab, sofia):
    tab = open_tab()
    tab.sign_in(sofia, "/")
    page = tab.page
    expect(section(page, "overdue")).to_be_visible()
    for key, title in (
        ("j", "Ask for the decision"),
        ("j", "Call Nils"),
        ("k", "Ask for the decision"),
        ("j", "Call Nils"),
    ):
        press(page, key)
        expect(page.locator(".day-line.current")).to_contain_text(title)
    press(page, "s", "Enter")
    expect(section(page, "tomorrow")).to_contain_text("Call Nils")
    expect(page.locator(".day-line.current")).to_have_count(1)
    press(page, "k", "k", "k")
    expect(page.locator(".day-line.current")).to_contain_text("Ask for the decision")
    press(page, "d")
    expect(page.locator("#drawer")).to_be_visible()
    press(page, "Escape")
    expect(section(page, "done")).to_contain_text("Ask for the decision")
    press(page, "j", "o")
    expect(page).to_have_url(re.compile(r"/(customers|deals|leads)/\d+/"))


def test_the_list_is_worked_through_by_the_keyboard_alone(open_tab, sofia):
    tab = open_tab()
    tab.sign_in(sofia, "/")
    page = tab.page
    press(page, "w")
    expect(page.locator("#progress")).to_contain_text("1 of 3")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask for the decision")
    expect(page.locator(".essentials")).to_contain_text("Forty lanterns")
    assert tab.violations() == []
    press(page, "2")
    expect(page.get_by_role("radio", name=re.compile("No answer"))).to_be_checked()
    press(page, "Control+Enter")
    expect(page.locator("#progress")).to_contain_text("2 of 3")
    press(page, "s")
    expect(page.locator(".work-head").get_by_role("button", name=re.compile("^Tomorrow"))).to_be_focused()
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Send the catalogue")
    press(page, "j")
    expect(page.get_by_role("heading", level=1)).to_have_text("That was the end of the list")
    assert tab.violations() == []
    done = Activity.objects.get(title="Ask for the decision")
    assert (done.outcome, done.done_by) == ("no_answer", sofia)
    assert Activity.objects.get(title="Call Nils").due_on == localdate() + dt.timedelta(days=1)
    assert Activity.objects.get(title="Send the catalogue").done_at is None


def test_what_a_colleague_finishes_meanwhile_is_passed(open_tab, sofia, someone):
    tab = open_tab()
    tab.sign_in(sofia, "/today/work/")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Ask for the decision")
    Activity.objects.get(title="Ask for the decision").finish(someone("manager", name="Mona Berg"))
    tab.page.get_by_role("button", name="Done and next").click()
    expect(tab.page.get_by_role("status").first).to_contain_text("Mona Berg finished")
    expect(tab.page.get_by_role("heading", level=1)).not_to_have_text("Ask for the decision")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_violations_and_no_overflow(open_tab, sofia, someone, size):
    manager = someone("manager", team=sofia.team, name="Mona Berg")
    factories.LeadFactory(owner=None, name="Nobody's lead", company_name="A very long company name AB & Co. KG")
    factories.DealFactory(owner=sofia, title="Late one", expected_close=localdate() - dt.timedelta(days=3))
    Absence.objects.create(person=sofia, first_day=localdate(), last_day=localdate())
    Activity.objects.get(title="Send the catalogue").finish(sofia, "sent")
    own, team = ["/", "/today/work/"], ["/", "/today/", f"/today/?person={sofia.pk}", "/reports/"]
    for user, paths in ((sofia, own), (manager, team)):
        tab = open_tab(size=size, touch=size == PHONE)
        tab.sign_in(user)
        for path in paths:
            tab.go(path)
            expect(tab.page.get_by_role("heading", level=1)).to_have_count(1)
            assert tab.problems() == [], (user.role, path)
