"""A browser that is reached while Rapport is closed; where its push service does not answer, an open tab shows it.

No push service of a browser maker can be reached where tests run: its part is played by DevTools, which hands the
service worker a message as the browser would, and by a few lines that stand for what the service gives a page.
"""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from crm import topics
from notifications.models import Notification, PushSubscription
from tests import factories
from tests.browser.conftest import CHROMIUM, PHONE, launched
from tests.push_service import Browser

SETTINGS = "/settings/notifications/"
ONLY_IN_A_TAB = "Without a tab it cannot be reached"
ALSO_CLOSED = "also when Rapport is closed, until you sign out"

#: the maker's push service, as a page knows it
SERVICE = """
const fields = %s;
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const given = () => localStorage.getItem("given") && {
  endpoint: fields.endpoint,
  options: { applicationServerKey: bytes(localStorage.getItem("given")).buffer },
  toJSON: () => ({ endpoint: fields.endpoint, keys: { p256dh: fields.p256dh, auth: fields.auth } }),
  unsubscribe: async () => { localStorage.removeItem("given"); return true; },
};
PushManager.prototype.getSubscription = async () => given();
PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
  localStorage.setItem("given", applicationServerKey);
  return given();
};
"""


@pytest.fixture(scope="module")
def chromium():
    """The whole browser: the one without windows is reached by no push service."""
    with launched(CHROMIUM) as browser:
        yield browser


@pytest.fixture
def team(transactional_db):
    return factories.TeamFactory(name="North")


@pytest.fixture
def sofia(someone, team):
    return someone("sales", name="Sofia Marchetti", team=team)


@pytest.fixture
def nils(sofia):
    return factories.LeadFactory(name="Nils Holm", owner=sofia)


@pytest.fixture
def allowed(open_tab):
    """A tab of a browser that may show notifications."""

    def opened(user, **more):
        tab = open_tab(**more)
        tab.page.context.grant_permissions(["notifications"])
        tab.sign_in(user)
        return tab

    return opened


def switch_on(tab):
    tab.go(SETTINGS)
    tab.page.get_by_role("button", name="Show notifications in this browser").click()


def served(tab):
    """From here on the browser's push service answers."""
    tab.page.context.add_init_script(SERVICE % json.dumps(Browser(host="fcm.googleapis.com").fields))


def worker_of(tab):
    """The service worker as soon as it may show something: it runs before, while it is being installed."""
    context = tab.page.context
    worker = context.service_workers[0] if context.service_workers else context.wait_for_event("serviceworker")
    worker.evaluate("async () => { while (!registration.active) await new Promise((go) => setTimeout(go, 20)); }")
    return worker


def shown(tab):
    return worker_of(tab).evaluate(
        "registration.getNotifications()"
        ".then((all) => all.map(({ title, body, tag, data }) => [title, body, tag, data.url]))"
    )


def deliver(tab, **words):
    """Hand it to the service worker, as the browser does with what its push service sends."""
    found, devtools = [], tab.page.context.new_cdp_session(tab.page)
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    devtools.send("ServiceWorker.enable")
    tab.until(lambda: found)
    to = {"origin": tab.base, "registrationId": found[-1]["registrationId"]}
    devtools.send("ServiceWorker.deliverPushMessage", to | {"data": json.dumps(words)})
    tab.page.wait_for_timeout(300)


def heard(tab, user):
    """Something was told: the bell of the page has heard of it."""
    tab.page.evaluate("document.hasFocus = () => false")

    def rings():
        topics.publish(topics.of_user(user.pk))  # again, as long as the stream is not open yet
        tab.page.wait_for_timeout(300)
        return tab.page.locator("#bell").get_attribute("aria-label") == "1 unread notification"

    tab.until(rings)


WORDS = {"title": "Example Ltd", "body": "Call back", "tag": "notification-1", "url": "/leads/1/"}


def test_where_the_push_service_does_not_answer_an_open_tab_shows_what_happens(allowed, sofia, nils):
    tab = allowed(sofia)
    switch_on(tab)
    expect(tab.page.get_by_text(ONLY_IN_A_TAB)).to_be_visible()
    expect(tab.page.get_by_role("heading", name="Browsers that are reached")).to_be_hidden()
    assert not PushSubscription.objects.exists()
    assert tab.violations() == []
    place = {"subject_type": "leads.lead", "subject_id": nils.pk}
    row = Notification.objects.create(user=sofia, kind="mentioned", source="m", **place)
    heard(tab, sofia)
    tab.until(lambda: [tag for _title, _body, tag, _url in shown(tab)] == [f"notification-{row.pk}"])


def test_what_is_pushed_is_shown_while_no_page_is_open_and_never_twice(allowed, sofia):
    tab = allowed(sofia)
    switch_on(tab)
    expect(tab.page.get_by_text(ONLY_IN_A_TAB)).to_be_visible()
    worker_of(tab)
    tab.page.goto("about:blank")
    deliver(tab, **WORDS)
    deliver(tab, **WORDS)
    tab.until(lambda: shown(tab) == [list(WORDS.values())])
    deliver(tab, **WORDS | {"tag": "notification-2"})
    tab.until(lambda: len(shown(tab)) == 2)


def test_whoever_looks_at_rapport_just_now_hears_the_bell_alone(allowed, sofia):
    tab = allowed(sofia)
    switch_on(tab)
    expect(tab.page.get_by_text(ONLY_IN_A_TAB)).to_be_visible()
    tab.page.bring_to_front()
    deliver(tab, **WORDS)
    assert shown(tab) == []
    apple = "async () => ({ endpoint: 'https://web.push.apple.com/x' })"
    worker_of(tab).evaluate(f"() => {{ PushManager.prototype.getSubscription = {apple}; }}")
    deliver(tab, **WORDS)  # Safari takes the permission away from a site that shows nothing
    tab.until(lambda: len(shown(tab)) == 1)


def test_pressed_it_leads_to_an_open_tab_or_opens_one(allowed, sofia, nils):
    tab = allowed(sofia)
    switch_on(tab)
    worker = worker_of(tab)
    place = f"/leads/{nils.pk}/"
    press = """async (url) => {
      const went = [];
      clients.openWindow = async (to) => went.push(["opened", to]);
      WindowClient.prototype.focus = async function () { went.push(["focused", new URL(this.url).pathname]); };
      await registration.showNotification("Example", { tag: "pressed", data: { url } });
      const [notification] = await registration.getNotifications({ tag: "pressed" });
      const event = new NotificationEvent("notificationclick", { notification });
      self.dispatchEvent(event);
      while (!went.length) await new Promise((go) => setTimeout(go, 50));
      return [went, (await registration.getNotifications({ tag: "pressed" })).length];
    }"""
    assert worker.evaluate(press, place) == [[["opened", place]], 0]
    tab.go(place)
    assert worker.evaluate(press, place) == [[["focused", place]], 0]


def test_switched_on_the_browser_is_known_and_switched_off_it_is_not(allowed, sofia, nils):
    tab = allowed(sofia)
    served(tab)
    switch_on(tab)
    expect(tab.page.get_by_text(ALSO_CLOSED)).to_be_visible()
    mine = tab.page.locator("#browsers").get_by_role("listitem")
    expect(mine).to_contain_text(re.compile("Chrome on Linux.*This browser", re.S))
    assert PushSubscription.objects.get().user == sofia
    assert tab.violations() == []

    place = {"subject_type": "leads.lead", "subject_id": nils.pk}
    Notification.objects.create(user=sofia, kind="mentioned", source="m", **place)
    heard(tab, sofia)
    tab.page.wait_for_timeout(500)
    assert shown(tab) == [], "it comes by push, so no tab shows it"

    tab.page.get_by_role("button", name="Stop showing them here").click()
    expect(tab.page.get_by_role("button", name="Show notifications in this browser")).to_be_visible()
    expect(tab.page.locator("#browsers")).to_be_hidden()
    assert not PushSubscription.objects.exists()
    tab.until(lambda: tab.page.evaluate("localStorage.getItem('given') === null"))


def test_signed_out_it_is_nobodys_and_then_of_whoever_signs_in(allowed, sofia, someone, team):
    mona = someone("manager", name="Mona Berg", team=team)
    tab = allowed(sofia)
    served(tab)
    switch_on(tab)
    expect(tab.page.get_by_text(ALSO_CLOSED)).to_be_visible()
    tab.page.get_by_role("button", name="Account of Sofia Marchetti").click()
    tab.page.get_by_role("button", name="Sign out").click()
    expect(tab.page.get_by_label("E-mail")).to_be_visible()
    assert not PushSubscription.objects.exists()
    tab.until(lambda: tab.page.evaluate("localStorage.getItem('given') === null"))
    tab.sign_in_by_form(mona)
    tab.go(SETTINGS)
    expect(tab.page.get_by_text(ALSO_CLOSED)).to_be_visible()
    assert PushSubscription.objects.get().user == mona


def test_removed_from_the_list_it_stays_removed(allowed, sofia):
    tab = allowed(sofia)
    served(tab)
    switch_on(tab)
    tab.page.get_by_role("button", name="Remove Chrome on Linux").click()
    expect(tab.page.get_by_role("status").first).to_contain_text("Chrome on Linux shows nothing any more.")
    expect(tab.page.get_by_role("button", name="Show notifications in this browser")).to_be_visible()
    tab.go("/notifications/")
    tab.page.wait_for_timeout(500)
    assert not PushSubscription.objects.exists()


def test_a_new_address_of_the_browser_is_told_by_the_service_worker(allowed, sofia):
    tab = allowed(sofia)
    served(tab)
    switch_on(tab)
    expect(tab.page.get_by_text(ALSO_CLOSED)).to_be_visible()
    moved = Browser("/fcm/send/2", host="fcm.googleapis.com").fields
    worker_of(tab).evaluate(
        """async ({ endpoint, ...keys }) => {
          const event = new ExtendableEvent("pushsubscriptionchange");
          event.newSubscription = { toJSON: () => ({ endpoint, keys }) };
          self.dispatchEvent(event);
        }""",
        moved,
    )
    tab.until(lambda: PushSubscription.objects.get().endpoint == moved["endpoint"])


def test_on_a_phone_in_the_dark(allowed, sofia):
    factories.PushSubscriptionFactory(user=sofia, browser="Samsung Internet on Android")
    tab = allowed(sofia, size=PHONE, dark=True)
    tab.go(SETTINGS)
    expect(tab.page.locator("#browsers").get_by_role("listitem")).to_contain_text("Samsung Internet on Android")
    assert tab.violations() == []
    assert tab.overflow() <= 0


def shown_on_screen(tab):
    """The words of the notifications that the browser shows by its service worker."""
    return tab.page.evaluate(
        "navigator.serviceWorker.getRegistration('/').then((found) => found.getNotifications())"
        ".then((all) => all.map((one) => one.body))"
    )


def test_what_happens_is_shown_on_the_screen_of_who_looks_elsewhere(open_tab, sofia, nils):
    type(nils).objects.update(owner=sofia)
    tab = open_tab()
    tab.page.context.grant_permissions(["notifications"])
    tab.sign_in(sofia, "/settings/notifications/")
    tab.page.get_by_role("button", name="Show notifications in this browser").click()
    expect(tab.page.get_by_text("as long as Rapport is open in a tab")).to_be_visible()
    assert tab.violations() == []
    tab.page.evaluate("document.hasFocus = () => false")
    place = {"subject_type": "leads.lead", "subject_id": nils.pk}
    Notification.objects.create(user=sofia, kind="reminder", source="r", data={"due": ""}, **place)
    Notification.objects.create(user=sofia, kind="followed", source="f", **place)
    tab.page.wait_for_timeout(500)  # the stream opens behind the page
    topics.publish(topics.of_user(sofia.pk))
    expect(tab.page.locator("#bell")).to_have_accessible_name("2 unread notifications")
    tab.until(lambda: shown_on_screen(tab))
    assert shown_on_screen(tab) == ["Lead “Nils Holm” is due: "], "and what is followed is not of the kinds to be shown"
    topics.publish(topics.of_user(sofia.pk))
    tab.page.wait_for_timeout(500)
    assert len(shown_on_screen(tab)) == 1
