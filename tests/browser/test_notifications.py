"""Two people at once: one assigns, the other's bell rings without reload, is opened, read, and leads to the thing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from crm import topics
from notifications.models import Notification, Presence
from tests import factories
from tests.browser.conftest import PHONE, press
from tests.working import work_off


@pytest.fixture
def team(transactional_db):
    return factories.TeamFactory(name="North")


@pytest.fixture
def sofia(someone, team):
    return someone("sales", name="Sofia Marchetti", team=team)


@pytest.fixture
def mona(someone, team):
    return someone("manager", name="Mona Berg", team=team)


@pytest.fixture
def nils(team):
    return factories.LeadFactory(name="Nils Holm", owner=None)


def bell(tab):
    return tab.page.locator("#bell")


def test_one_assigns_and_the_others_bell_rings_without_reload(open_tab, sofia, mona, nils):
    hers, theirs = open_tab(), open_tab()
    hers.sign_in(sofia, "/")
    expect(bell(hers)).to_have_accessible_name("Notifications: none unread")
    theirs.sign_in(mona, f"/leads/{nils.pk}/")
    theirs.page.get_by_role("link", name="Assign").click()
    theirs.page.locator("#drawer").get_by_role("button", name=re.compile("Sofia Marchetti")).click()
    expect(theirs.page.locator("#fact-owner")).to_contain_text("Sofia Marchetti")
    work_off()
    expect(bell(hers)).to_have_accessible_name("1 unread notification")
    assert hers.violations() == []

    press(hers.page, "g", "n")
    drawer = hers.page.locator("#drawer")
    expect(drawer.get_by_role("link", name="Mona Berg gave you the lead “Nils Holm”")).to_be_visible()
    assert hers.violations() == []
    drawer.get_by_role("link", name="Mona Berg gave you the lead “Nils Holm”").click()
    expect(hers.page.get_by_role("heading", level=1)).to_have_text("Nils Holm")
    expect(bell(hers)).to_have_accessible_name("Notifications: none unread")
    assert Notification.objects.get(user=sofia).read_at


def test_all_are_read_at_once_and_taken_back_on_a_phone_in_the_dark(open_tab, sofia, nils):
    for number in range(3):
        place = {"subject_type": "leads.lead", "subject_id": nils.pk}
        Notification.objects.create(user=sofia, kind="mentioned", source=str(number), **place)
    type(nils).objects.update(owner=sofia)
    tab = open_tab(size=PHONE, dark=True)
    tab.sign_in(sofia, "/notifications/")
    expect(bell(tab)).to_have_accessible_name("3 unread notifications")
    assert tab.violations() == []
    assert tab.overflow() <= 0
    tab.page.get_by_role("button", name="Mark all as read").click()
    expect(bell(tab)).to_have_accessible_name("Notifications: none unread")
    expect(tab.page.locator("#notifications li.unread")).to_have_count(0)
    tab.page.get_by_role("button", name="Undo").click()
    expect(bell(tab)).to_have_accessible_name("3 unread notifications")


def test_what_is_said_while_the_drawer_is_open_can_be_reached(open_tab, sofia, nils):
    tab = open_tab()
    tab.sign_in(sofia, "/")
    one_more_for(sofia, nils)
    expect(bell(tab)).to_have_accessible_name("1 unread notification")
    bell(tab).click()
    drawer = tab.page.locator("#drawer")
    drawer.get_by_role("button", name="Mark all as read").click()
    expect(bell(tab)).to_have_accessible_name("Notifications: none unread")
    undo = drawer.get_by_role("button", name="Undo")
    undo.click(trial=True)  # nothing lies over it
    assert tab.violations() == []
    tab.page.keyboard.press("Escape")
    tab.page.locator("body > #toasts").get_by_role("button", name="Undo").click()
    expect(bell(tab)).to_have_accessible_name("1 unread notification")


def one_more_for(user, lead):
    """A notification, written and told as the job does."""
    place = {"subject_type": "leads.lead", "subject_id": lead.pk}
    Notification.objects.create(user=user, kind="followed", source=f"n{Notification.objects.count()}", **place)
    topics.publish(topics.of_user(user.pk))


def test_what_happens_before_the_stream_of_a_page_opens_is_not_missed(open_tab, sofia, nils):
    tab = open_tab()
    tab.sign_in(sofia, "/")
    held = []

    def hold(route):
        held.append(route)

    tab.page.route("**/live/**", hold)
    tab.go("/customers/")
    tab.page.wait_for_timeout(600)
    one_more_for(sofia, nils)
    assert held
    expect(bell(tab)).to_have_accessible_name("Notifications: none unread")
    for route in held:
        route.continue_()
    expect(bell(tab)).to_have_accessible_name("1 unread notification")


def test_without_the_locks_of_a_secure_page_the_bell_rings_too(open_tab, sofia, nils):
    tab = open_tab()
    tab.page.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })")
    tab.sign_in(sofia, "/")
    tab.page.wait_for_timeout(600)
    one_more_for(sofia, nils)
    expect(bell(tab)).to_have_accessible_name("1 unread notification")


def test_a_page_behind_others_does_not_say_that_somebody_looks_at_it(open_tab, sofia, mona, nils):
    type(nils).objects.update(owner=sofia)
    tab = open_tab()
    tab.sign_in(sofia)
    tab.page.add_init_script("Object.defineProperty(Document.prototype, 'hidden', { get: () => !window.isSeen })")
    tab.go(f"/leads/{nils.pk}/")
    tab.page.wait_for_timeout(1500)
    assert not Presence.objects.exists()
    tab.page.evaluate("window.isSeen = true; document.dispatchEvent(new Event('visibilitychange'))")
    tab.until(Presence.objects.filter(user=sofia, subject_id=nils.pk).exists)


def test_a_record_is_followed_from_its_menu(open_tab, sofia, nils):
    type(nils).objects.update(owner=sofia)
    tab = open_tab()
    tab.sign_in(sofia, f"/leads/{nils.pk}/")
    tab.page.get_by_label("More actions").click()
    tab.page.get_by_role("button", name="Follow").click()
    expect(tab.page.get_by_role("button", name="Stop following")).to_be_visible()
    tab.go("/settings/notifications/")
    expect(tab.page.get_by_role("listitem").filter(has_text="Nils Holm")).to_contain_text("Followed")
    assert tab.violations() == []


def test_how_one_is_told_is_chosen_on_one_page(open_tab, sofia):
    tab = open_tab()
    tab.sign_in(sofia, "/settings/notifications/")
    tab.page.get_by_label("By e-mail: Somebody mentions me").select_option("digest")
    tab.page.get_by_label("Quiet from").fill("22:00")
    tab.page.get_by_role("button", name="Save").click()
    expect(tab.page.get_by_role("alert").first).to_contain_text("Quiet hours need a beginning and an end.")
    tab.page.get_by_label("Quiet until").fill("07:00")
    tab.page.get_by_role("button", name="Save").click()
    expect(tab.page.get_by_role("status").first).to_contain_text("Saved.")
    expect(tab.page.get_by_label("By e-mail: Somebody mentions me")).to_have_value("digest")


def test_two_who_look_at_one_record_see_each_other(open_tab, sofia, mona, nils):
    type(nils).objects.update(owner=sofia)
    hers, theirs = open_tab(), open_tab()
    for tab, user in ((hers, sofia), (theirs, mona)):
        tab.sign_in(user, f"/leads/{nils.pk}/")
        tab.page.wait_for_timeout(1500)  # a page says so when it has been looked at for a second
    expect(theirs.page.locator("#here")).to_have_text("Sofia Marchetti is here too")
    expect(hers.page.locator("#here")).to_have_text("Mona Berg is here too")
    assert theirs.violations() == []


def test_the_bell_rings_however_many_records_are_open_in_other_tabs(open_tab, sofia, nils):
    tab = open_tab()
    tab.sign_in(sofia, "/notifications/")
    others = [[f"user:{sofia.pk}", f"leads.lead:{1000 + 2 * n}", f"leads.lead:{1001 + 2 * n}"] for n in range(30)]
    tab.page.evaluate(
        "(all) => all.forEach((topics, n) => new BroadcastChannel('rapport-live')"
        ".postMessage({ kind: 'topics', tab: `t${n}`, topics }))",
        others,
    )
    tab.page.wait_for_timeout(1500)
    Notification.objects.create(user=sofia, kind="mentioned", source="1", subject_type="leads.lead", subject_id=nils.pk)
    topics.publish(topics.of_user(sofia.pk))
    expect(bell(tab)).to_have_accessible_name("1 unread notification")


def test_what_a_page_does_by_itself_neither_complains_nor_takes_it_away(open_tab, sofia, mona, nils):
    type(nils).objects.update(owner=sofia)
    tab = open_tab()
    tab.sign_in(sofia, f"/leads/{nils.pk}/")
    tab.page.wait_for_timeout(1500)
    note = tab.page.get_by_role("textbox", name="Note").first
    note.fill("Half a thought")
    type(nils).objects.update(owner=mona)
    for what in ("#here", "#lead-head"):
        tab.page.evaluate("(what) => htmx.trigger(what, 'live:change')", what)
    tab.page.wait_for_timeout(700)
    expect(tab.page.locator(".toast")).to_have_count(0)
    sofia.end_sessions(by=sofia)
    for what in ("#here", "#lead-head"):
        tab.page.evaluate("(what) => htmx.trigger(what, 'live:change')", what)
    expect(tab.page.locator(".toast")).to_have_count(1)
    expect(tab.page.locator(".toast")).to_contain_text("You are signed out")
    expect(note).to_have_value("Half a thought")
    tab.complaints = [one for one in tab.complaints if "404" not in one]


def test_reading_far_down_stays_there_with_the_focus_where_it_was(open_tab, sofia, nils):
    type(nils).objects.update(owner=sofia)
    place = {"user": sofia, "kind": "mentioned", "subject_type": "leads.lead", "subject_id": nils.pk}
    Notification.objects.bulk_create(Notification(source=str(number), **place) for number in range(45))
    tab = open_tab()
    tab.sign_in(sofia, "/notifications/")
    lines = tab.page.locator("#notifications li")
    expect(lines).to_have_count(30)
    tab.page.get_by_role("link", name="Load older").click()
    expect(lines).to_have_count(45)
    lines.last.get_by_role("button").focus()
    tab.page.keyboard.press("Enter")
    expect(bell(tab)).to_have_accessible_name("44 unread notifications")
    expect(lines.last.get_by_role("button", name="Mark as unread")).to_be_focused()
    expect(lines).to_have_count(45)
    assert tab.violations() == []


def test_a_stream_that_has_fallen_silent_is_opened_anew(open_tab, sofia):
    tab, asked = open_tab(), []
    tab.sign_in(sofia)
    tab.page.clock.install()
    tab.page.on("request", lambda request: asked.append(request.url) if "/live/" in request.url else None)
    tab.go("/notifications/")
    tab.page.clock.run_for(1_000)
    tab.page.wait_for_timeout(500)
    asked.clear()
    tab.page.clock.run_for(40_000)
    tab.page.wait_for_timeout(500)
    assert asked == []
    tab.page.clock.run_for(40_000)
    tab.until(lambda: asked)
