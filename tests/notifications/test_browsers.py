"""Browsers that are reached without a page: kept for whoever is signed in there, and for nobody else."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from accounts.deactivation import deactivate
from crm import webpush
from notifications import browsers
from notifications.models import PushSubscription
from tests import factories
from tests.push_service import Browser

KEEP, LEAVE = reverse("notifications:keep_browser"), reverse("notifications:leave_browser")
MOZILLA = "updates.push.services.mozilla.com"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def browser():
    return Browser(host=MOZILLA)


@pytest.fixture
def hers(alice):
    """Her browser, in which she is signed in."""
    client = Client(headers={"User-Agent": FIREFOX})
    client.force_login(alice)
    return client


def kept():
    return [(row.user.name.split()[0], row.endpoint) for row in PushSubscription.objects.select_related("user")]


def test_it_works(hers, browser, alice):
    assert hers.post(KEEP, browser.fields).status_code == 204
    row = PushSubscription.objects.get()
    assert (row.user, row.endpoint, row.browser) == (alice, browser.endpoint, "Firefox on Linux")
    assert row.session_id == hers.session.session_key
    assert browsers.reader_of(row) == alice


def test_said_twice_it_is_one_and_its_day_stays(hers, browser):
    hers.post(KEEP, browser.fields)
    PushSubscription.objects.update(created_at=now() - dt.timedelta(days=3))
    hers.post(KEEP, browser.fields)
    assert PushSubscription.objects.get().created_at < now() - dt.timedelta(days=2)


def test_it_says_by_which_key_the_installation_is_known_and_is_never_kept(hers):
    answer = hers.get(reverse("notifications:browser_key"))
    assert answer.json()["key"] == webpush.public_key()
    assert len(answer.json()["token"]) > 30
    assert "no-store" in answer["Cache-Control"]


def test_where_push_services_are_not_to_be_used_there_is_no_key_and_nothing_is_kept(hers, browser, settings):
    settings.WEBPUSH_SERVICES = []
    assert hers.get(reverse("notifications:browser_key")).json()["key"] == ""
    assert hers.post(KEEP, browser.fields).status_code == 400
    assert kept() == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://updates.push.services.mozilla.com/x",
        "https://evil.example/x",
        "https://updates.push.services.mozilla.com.evil.example/",
        "https://evilpush.services.mozilla.com@evil.example/",
        "https://xfcm.googleapis.com/",
        "https://fcm.googleapis.com:8443/",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "https://fcm.googleapis.com/" + "a" * 1000,
        "https://fcm.googleapis.com/\x00",
        "x",
        "",
    ],
)
def test_the_server_is_never_made_to_send_elsewhere(hers, browser, endpoint):
    assert hers.post(KEEP, browser.fields | {"endpoint": endpoint}).status_code == 400
    assert kept() == []


@pytest.mark.parametrize(
    "host",
    ["fcm.googleapis.com", MOZILLA, "wns2-am3p.notify.windows.com", "web.push.apple.com"],
)
def test_the_services_of_the_makers_are_known(hers, host):
    assert hers.post(KEEP, Browser(host=host).fields).status_code == 204


@pytest.mark.parametrize(
    "wrong", [{"p256dh": ""}, {"p256dh": "x"}, {"p256dh": "A" * 87}, {"auth": ""}, {"auth": "AAAA"}, {"auth": "é"}]
)
def test_keys_that_are_none_are_refused(hers, browser, wrong):
    assert hers.post(KEEP, browser.fields | wrong).status_code == 400
    assert kept() == []


def test_another_site_cannot_have_it_said(alice, browser):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(KEEP, browser.fields).status_code == 403
    token = client.get(reverse("notifications:browser_key")).json()["token"]
    assert client.post(KEEP, browser.fields, headers={"X-CSRFToken": token}).status_code == 204


def test_of_one_person_there_are_ten_at_most(alice, bob, browser):
    theirs = factories.PushSubscriptionFactory(user=bob)
    for _number in range(browsers.MOST):
        factories.PushSubscriptionFactory(user=alice)
    oldest = PushSubscription.objects.visible_to(alice).order_by("pk")[0]
    client = Client()
    client.force_login(alice)
    client.post(KEEP, browser.fields)
    rows = PushSubscription.objects.visible_to(alice)
    assert len(rows) == browsers.MOST
    assert oldest not in rows and rows.filter(endpoint=browser.endpoint).exists()
    assert PushSubscription.objects.filter(pk=theirs.pk).exists()


# Whose it is


def test_whoever_signs_out_is_shown_nothing_any_more(hers, browser):
    hers.post(KEEP, browser.fields)
    hers.post(reverse("account_logout"))
    assert kept() == []


def test_the_next_who_signs_in_there_has_it_and_the_one_before_no_longer(hers, browser, bob):
    hers.post(KEEP, browser.fields)
    hers.force_login(bob)
    assert kept() == []
    hers.post(KEEP, browser.fields)
    assert kept() == [("Bob", browser.endpoint)]


def test_a_browser_that_is_kept_elsewhere_too_moves(hers, browser, bob):
    """Its cookies were deleted while somebody was signed in."""
    hers.post(KEEP, browser.fields)
    other = Client()
    other.force_login(bob)
    other.post(KEEP, browser.fields)
    assert kept() == [("Bob", browser.endpoint)]


def test_a_new_address_of_the_browser_replaces_the_old_one(hers, browser):
    hers.post(KEEP, browser.fields)
    again = Browser("/wpush/2", host=MOZILLA)
    hers.post(KEEP, again.fields)
    assert kept() == [("Alice", again.endpoint)]


@pytest.mark.parametrize("how", ["signed out elsewhere", "deactivated", "expired", "another key", "another user"])
def test_who_may_not_read_there_is_forgotten(alice, bob, ada, settings, how):
    row = factories.PushSubscriptionFactory(user=alice)
    assert browsers.reader_of(row) == alice
    if how == "signed out elsewhere":
        alice.end_sessions(by=alice)
    elif how == "deactivated":
        deactivate(alice, by=ada, successor=bob)
    elif how == "expired":
        Session.objects.update(expire_date=now() - dt.timedelta(seconds=1))
    elif how == "another key":
        settings.WEBPUSH_PRIVATE_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
    else:
        PushSubscription.objects.update(user=bob)
        row.refresh_from_db()
    assert browsers.reader_of(row) is None
    assert kept() == []


def test_every_night_those_of_nobody_are_forgotten(alice, bob, charlie):
    stays, _leaver, late = (factories.PushSubscriptionFactory(user=user) for user in (alice, bob, charlie))
    type(bob).objects.filter(pk=bob.pk).update(is_active=False)
    Session.objects.filter(pk=late.session_id).update(expire_date=now() - dt.timedelta(days=1))
    browsers.forget_unused(now())
    assert list(PushSubscription.objects.all()) == [stays]


# No longer


def test_it_is_left_by_its_own_user_alone(hers, browser, bob):
    hers.post(KEEP, browser.fields)
    other = Client()
    other.force_login(bob)
    assert other.post(LEAVE, {"endpoint": browser.endpoint}).status_code == 204
    assert kept() == [("Alice", browser.endpoint)]
    assert hers.post(LEAVE, {"endpoint": browser.endpoint}).status_code == 204
    assert kept() == []


def test_the_page_names_ones_own_and_removes_them(hers, alice, bob, browser):
    hers.post(KEEP, browser.fields)
    lost = factories.PushSubscriptionFactory(user=alice, browser="Safari on iPhone", last_used_at=now())
    factories.PushSubscriptionFactory(user=bob, browser="Opera on Windows")
    html = hers.get(reverse("notifications:settings")).content.decode()
    assert html.count("<li data-this>") == 1
    assert "Safari on iPhone" in html and "Opera on Windows" not in html
    assert lost.endpoint not in html and browser.endpoint not in html, "whoever knows it may send there"
    assert hers.post(reverse("notifications:remove_browser", args=[lost.pk])).status_code == 302
    assert [row.endpoint for row in browsers.of(alice)] == [browser.endpoint]
    fragment = hers.get(reverse("notifications:browsers")).content.decode()
    assert "data-this" in fragment and "<html" not in fragment


def test_the_page_asks_no_more_for_ten_than_for_one(hers, alice, django_assert_num_queries):
    factories.PushSubscriptionFactory(user=alice)
    hers.get(reverse("notifications:browsers"))
    for number in (1, 9):
        factories.PushSubscriptionFactory.create_batch(number, user=alice)
        with django_assert_num_queries(3):
            hers.get(reverse("notifications:browsers"))


def test_the_administration_shows_no_address_and_no_key(client, ada, alice):
    row = factories.PushSubscriptionFactory(user=alice)
    client.force_login(ada)
    for page, args in (("changelist", []), ("change", [row.pk])):
        html = client.get(reverse(f"admin:notifications_pushsubscription_{page}", args=args)).content.decode()
        assert "Firefox on Linux" in html
        assert not any(secret in html for secret in (row.endpoint, row.p256dh, row.auth, row.session_id))


def test_a_page_carries_a_mark_that_changes_with_the_sign_in_and_with_the_key(hers, alice, settings):
    def mark():
        return hers.get(reverse("notifications:index")).context["session_mark"] + ""

    first = mark()
    assert mark() == first
    assert hers.session.session_key not in first
    settings.WEBPUSH_PRIVATE_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
    second = mark()
    hers.logout()
    hers.force_login(alice)
    assert len({first, second, mark()}) == 3


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
            " Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile"
            " Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on macOS"),
        ("", "A browser"),
        ("<script>", "A browser"),
    ],
)
def test_a_browser_has_a_name_that_a_person_knows(agent, name):
    assert browsers.named(agent) == name
