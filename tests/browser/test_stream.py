"""The stream of a browser: one for all its tabs, opened anew after a restart, done without where it is blocked."""

from __future__ import annotations

import pytest
from django.core.handlers.wsgi import WSGIHandler
from playwright.sync_api import expect

from crm import topics
from crm.lanes import Lanes, Pages
from crm.live import Live
from notifications.models import Notification
from tests import factories
from tests.serving import serving, wait_until


def application(live):
    return Lanes(pages=Pages(WSGIHandler(), threads=2), live=live)


@pytest.fixture
def live():
    return Live()


@pytest.fixture
def server(transactional_db, live):
    with serving(application(live)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def sofia(someone):
    return someone("sales", name="Sofia Marchetti", team=factories.TeamFactory())


@pytest.fixture
def told(sofia):
    """Tell her one thing more, as the job does."""
    lead = factories.LeadFactory(owner=sofia)

    def tell():
        place = {"subject_type": "leads.lead", "subject_id": lead.pk}
        Notification.objects.create(user=sofia, kind="followed", source=str(Notification.objects.count()), **place)
        topics.publish(topics.of_user(sofia.pk))

    return tell


def rings(page, count):
    words = "1 unread notification" if count == 1 else f"{count} unread notifications"
    expect(page.locator("#bell")).to_have_accessible_name(words, timeout=25_000)


def test_all_tabs_of_a_browser_share_one_stream_and_the_next_takes_it_over(open_tab, server, live, sofia, told):
    tab = open_tab()
    tab.sign_in(sofia, "/")
    others = [tab.page.context.new_page() for _ in range(3)]
    for number, page in enumerate(others):
        page.goto(f"{server}/{('customers', 'leads', 'notifications')[number]}/")
    tab.until(lambda: live.hub.clients)
    tab.page.wait_for_timeout(1_000)
    assert len(live.hub.clients) == 1
    told()
    for page in (tab.page, *others):
        rings(page, 1)
    tab.page.close()
    wait_until(lambda: len(live.hub.clients) == 1)
    told()
    for page in others:
        rings(page, 2)


def test_after_a_restart_of_the_server_a_page_has_what_happened_meanwhile(open_tab, transactional_db, sofia, told):
    with serving(application(Live())) as port:
        tab = open_tab()
        tab.base = f"http://127.0.0.1:{port}"
        tab.sign_in(sofia, "/notifications/")
        tab.page.wait_for_timeout(700)
    told()
    with serving(application(Live()), port=port):
        rings(tab.page, 1)


def test_where_the_stream_is_blocked_the_page_asks_now_and_then(open_tab, sofia, told):
    tab = open_tab()
    tab.sign_in(sofia)
    tab.page.clock.install()
    tab.page.route("**/live/**", lambda route: route.abort())
    tab.go("/customers/")
    for _ in range(6):  # it is tried three times before
        tab.page.clock.run_for(10_000)
        tab.page.wait_for_timeout(150)
    told()
    tab.page.wait_for_timeout(300)
    expect(tab.page.locator("#bell")).to_have_accessible_name("Notifications: none unread")
    tab.page.clock.run_for(31_000)
    tab.page.wait_for_timeout(500)
    tab.page.clock.run_for(1_000)
    rings(tab.page, 1)
