"""What is written on a record, in the browser: the composer with its mentions, comments, pins, and taking back."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.timezone import localdate
from playwright.sync_api import expect

from activities.models import Activity, Comment
from crm.events import record
from leads import conversion
from tests import factories
from tests.browser.conftest import PHONE, press


@pytest.fixture
def sofia(someone):
    return someone("sales", name="Sofia Marchetti")


@pytest.fixture
def deal(sofia):
    """A colleague works on it too, so she can be mentioned and asked to come along."""
    customer = factories.CustomerFactory(name="Zoë Ångström", owner=sofia)
    deal = factories.DealFactory(title="Forty lanterns", owner=sofia, customer=customer)
    deal.shared_with.add(factories.UserFactory(role="sales", name="Ines Colleague"))
    return deal


@pytest.fixture
def page(open_tab, sofia, deal):
    tab = open_tab()
    tab.sign_in(sofia, deal.get_absolute_url())
    return tab.page


def composer(page):
    return page.locator("#composer")


def timeline(page):
    return page.locator("#timeline")


def test_whoever_has_loaded_older_ones_keeps_their_place_when_something_happens(open_tab, sofia, deal):
    base = timezone.now() - dt.timedelta(days=3)
    for number in range(50):
        done = base - dt.timedelta(hours=number)
        factories.ActivityFactory(
            kind="note", body=f"Note {number}", deal=deal, customer=deal.customer, done_at=done, owner=sofia
        )
    tab = open_tab()
    tab.sign_in(sofia, deal.get_absolute_url())
    tab.page.get_by_role("link", name="Load older").click()
    expect(timeline(tab.page).get_by_text("Note 30", exact=True)).to_be_visible()
    factories.ActivityFactory(
        kind="note", body="Just now", deal=deal, customer=deal.customer, done_at=timezone.now(), owner=sofia
    )
    record("deal.changed", on=deal, by=None, fields=["title"])
    changed = tab.page.get_by_role("button", name="Changed: show")
    expect(changed).to_be_visible()
    expect(timeline(tab.page).get_by_text("Note 30", exact=True)).to_be_visible()
    assert tab.violations() == []
    changed.click()
    expect(timeline(tab.page).get_by_text("Just now", exact=True)).to_be_visible()
    expect(changed).to_be_hidden()


def test_a_note_mentions_a_colleague_by_keyboard(page, deal):
    press(page, "n")
    page.keyboard.type("Ask @in")
    expect(page.get_by_role("option", name="Ines Colleague")).to_be_visible()
    press(page, "Enter")
    page.keyboard.type("for the price")
    press(page, "Control+Enter")
    expect(timeline(page).locator("mark.mention")).to_have_text("@Ines Colleague")
    expect(composer(page).get_by_label("Note", exact=True).last).to_have_value("")
    note = Activity.objects.get()
    assert note.body == "Ask @Ines Colleague for the price"
    assert [person.name for person in note.mentioned.all()] == ["Ines Colleague"]


def test_a_meeting_is_planned_with_a_colleague_every_week(page, deal):
    form = composer(page)
    form.get_by_text("Meeting", exact=True).click()
    form.get_by_text("Planned", exact=True).click()
    form.get_by_label("What", exact=True).fill("Show the samples")
    form.get_by_text("Owner, colleagues, repetition").click()
    form.locator("[name=repeats]").select_option("weekly")
    form.locator("#composer_collaborators").get_by_text("Ines Colleague").click()
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#planned")).to_contain_text("Show the samples")
    plan = Activity.objects.get()
    assert (plan.kind, plan.repeats, plan.due_on) == ("meeting", "weekly", localdate() + dt.timedelta(days=1))
    assert [person.name for person in plan.collaborators.all()] == ["Ines Colleague"]


def test_a_call_is_noted_with_how_it_went_and_how_long_it_took(page, deal):
    form = composer(page)
    form.get_by_text("Call", exact=True).click()
    form.get_by_label("What", exact=True).fill("Price")
    form.locator(".of-call").get_by_text("No answer").click()
    form.get_by_text("When, how long").click()
    form.get_by_label("Minutes").fill("7")
    form.get_by_role("button", name="Save").click()
    expect(timeline(page)).to_contain_text("Call: Price")
    expect(timeline(page)).to_contain_text("7 minutes")
    call = Activity.objects.get()
    assert (call.outcome, call.duration) == ("no_answer", 7)


def test_what_is_missing_is_said_and_nothing_that_was_written_is_lost(page, deal):
    form = composer(page)
    form.get_by_text("Task", exact=True).click()
    form.get_by_label("Note", exact=True).last.fill("With the colours")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#composer-errors")).to_contain_text("Say what is to be done.")
    expect(composer(page).get_by_label("Note", exact=True).last).to_have_value("With the colours")
    assert not Activity.objects.exists()


def test_an_entry_is_pinned_said_something_to_deleted_and_taken_back(page, deal, sofia):
    press(page, "n")
    page.keyboard.type("Wants forty")
    press(page, "Control+Enter")
    entry = timeline(page).locator("li", has_text="Wants forty")
    entry.hover()
    entry.get_by_label("Pin to the top").click()
    expect(page.locator("ol.pinned > li")).to_contain_text("Wants forty")
    entry = page.locator("ol.pinned > li")
    entry.get_by_role("link", name="Comment").click()
    box = entry.get_by_label("Comment", exact=True)
    expect(box).to_be_focused()
    page.keyboard.type("Forty-one, by now")
    entry.get_by_role("button", name="Send").click()
    expect(entry.locator(".comment")).to_contain_text("Forty-one, by now")
    assert Comment.objects.get().created_by == sofia
    entry.hover()
    entry.get_by_label(re.compile("^Delete: ")).click()
    expect(page.locator("ol.pinned")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("ol.pinned > li")).to_contain_text("Wants forty")


def test_the_page_of_a_deal_has_nothing_to_complain_of_on_a_phone(open_tab, sofia, deal):
    note = factories.ActivityFactory(deal=deal, customer=deal.customer, created_by=sofia, body="Wants forty")
    Comment.objects.create(activity=note, body="Forty-one", created_by=sofia)
    tab = open_tab(size=PHONE, touch=True)
    tab.sign_in(sofia, deal.get_absolute_url())
    tab.page.get_by_role("link", name="Answer").click()
    expect(tab.page.get_by_label("Comment", exact=True)).to_be_visible()
    assert tab.problems() == []


def test_a_note_outlives_the_session_in_which_it_was_typed(open_tab, sofia, deal, someone):
    tab = open_tab()
    tab.sign_in(sofia, deal.get_absolute_url())
    note = tab.page.get_by_role("textbox", name="Note")
    note.fill("They want forty by March")
    Session.objects.all().delete()
    note.press("Control+Enter")
    tab.page.wait_for_url("**/accounts/login/**")
    other = someone("admin")
    tab.sign_in(other, "/leads/")
    tab.sign_in(sofia, deal.get_absolute_url())
    expect(note).to_have_value("")  # somebody else was here since

    note.fill("They want forty by May")
    Session.objects.all().delete()
    note.press("Control+Enter")
    tab.page.wait_for_url("**/accounts/login/**")
    tab.sign_in(sofia, deal.get_absolute_url())
    expect(note).to_have_value("They want forty by May")
    note.press("Control+Enter")
    expect(tab.page.locator("#timeline")).to_contain_text("They want forty by May")
    tab.go(deal.get_absolute_url())
    expect(note).to_have_value("")


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_words_without_an_end_stay_inside_the_page(open_tab, sofia, deal, size):
    """Names of files, people and companies, as long as their columns are."""
    endless = "W" * 150
    lead = factories.LeadFactory(name=endless, company_name=endless, owner=sofia)
    factories.AttachmentFactory(deal=deal, customer=None, name=f"{endless}.txt", created_by=sofia)
    tab = open_tab(size=size)
    tab.sign_in(sofia, f"/leads/{lead.pk}/")
    assert tab.overflow() <= 0
    tab.page.get_by_role("link", name="Convert").first.click()
    drawer = tab.page.locator("#drawer")
    expect(drawer.get_by_role("heading").first).to_be_visible()
    assert drawer.evaluate("drawer => drawer.scrollWidth - drawer.clientWidth") <= 0
    made = conversion.convert(lead=lead, by=sofia, deal=conversion.NewDeal(title=endless))
    for path in (
        f"/leads/{lead.pk}/",
        made.deal.get_absolute_url(),
        made.customer.get_absolute_url(),
        deal.get_absolute_url(),
    ):
        tab.go(path)
        assert tab.overflow() <= 0, path
        for card in tab.page.locator("main .card").all():
            assert card.evaluate("card => card.scrollWidth - card.clientWidth") <= 0, (path, card.inner_text()[:80])


def test_who_looks_at_what_another_deletes_sees_it_and_keeps_what_they_wrote(open_tab, sofia, deal, someone):
    tab = open_tab()
    tab.sign_in(sofia, deal.get_absolute_url())
    note = tab.page.get_by_role("textbox", name="Note")
    note.fill("They want forty by May")
    deal.delete_softly(by=someone("admin"))
    tab.page.evaluate("htmx.trigger(document.body, 'record:changed')")
    expect(tab.page.locator("#deleted")).to_contain_text("Deleted on")
    note.press("Control+Enter")
    toast = tab.page.locator(".toast.error")
    expect(toast).to_contain_text("This is no longer there.")
    expect(toast.get_by_role("button", name="Try again")).to_be_hidden()
    expect(note).to_have_value("They want forty by May")
    tab.page.on("dialog", lambda dialog: dialog.accept())
    tab.page.get_by_role("button", name="Restore").click()
    expect(tab.page.locator("#deleted")).to_have_count(0)
    expect(note).to_have_value("They want forty by May")
