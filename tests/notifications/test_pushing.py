"""By push: as an open tab would show it, to whoever may see it by then; a push service that fails is asked again."""

from __future__ import annotations

import datetime as dt
import logging
import time
from email.utils import format_datetime

import pytest
from django.contrib.sessions.models import Session
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from crm import outward, webpush
from notifications import pushing
from notifications.choosing import attend
from notifications.jobs import NotNow, WhenItIsAsked
from notifications.models import Delivery, Notification, Preference, PushSubscription
from tests import factories
from tests.push_service import HOST, Browser, proven
from tests.working import work_off

HOUR = dt.timedelta(hours=1)


def kept(user, path="/wpush/1"):
    """A browser of the user, in which they are signed in."""
    browser = Browser(path)
    browser.row = factories.PushSubscriptionFactory(user=user, **browser.fields)
    return browser


@pytest.fixture
def his(bob):
    return kept(bob)


@pytest.fixture
def given(told, deal, mona, bob, his, service):
    """Bob was given the deal, and has not been shown so yet."""
    deal.assign(bob, by=mona)
    told()
    return Notification.objects.get(user=bob)


def push(row, browser, **more):
    pushing.push(row.pk, browser.row.pk, more.pop("at", now()), **more)


def test_it_works(given, his, service, deal, settings):
    settings.SITE_URL, settings.ORGANISATION_NAME = "https://crm.example.com", "Example Ltd"
    work_off("notifications.push")
    ((path, headers, body),) = service.asked
    assert path == "/wpush/1"
    assert his.read_json(body) == {
        "title": "Example Ltd",
        "body": "Mona Manager gave you the deal “Forty lanterns”",
        "tag": f"notification-{given.pk}",
        "url": deal.get_absolute_url(),
    }
    claims, key = proven(headers["Authorization"])
    assert (claims["aud"], claims["sub"], key) == (f"https://{HOST}", "https://crm.example.com", webpush.public_key())
    assert (headers["Content-Encoding"], headers["Urgency"]) == ("aes128gcm", "high")
    assert 3000 <= int(headers["TTL"]) <= 3600
    assert b"lanterns" not in body and "lanterns" not in str(headers)
    his.row.refresh_from_db()
    assert his.row.last_used_at


def test_all_ones_browsers_are_told_and_nobody_elses(told, deal, mona, bob, alice, service):
    browsers = {path: kept(bob, path) for path in ("/a", "/b")}
    kept(alice, "/c")
    deal.assign(bob, by=mona)
    told()
    work_off("notifications.push")
    assert sorted(path for path, _headers, _body in service.asked) == ["/a", "/b"]
    for path, _headers, body in service.asked:
        assert browsers[path].read_json(body)["body"].startswith("Mona Manager")


def test_who_has_no_browser_and_what_is_not_to_be_shown_makes_no_work(told, deal, mona, bob, alice):
    deal.assign(bob, by=mona)
    told()
    kept(bob)
    Preference.objects.create(user=bob, kind="assigned", in_app=True, email="", push=False)
    deal.assign(alice, by=mona)
    deal.assign(bob, by=mona)
    told()
    assert not ProcrastinateJob.objects.filter(task_name="notifications.push").exists()


def test_told_twice_it_is_pushed_once(told, deal, mona, bob, his, service):
    deal.assign(bob, by=mona)
    told()
    told()
    work_off("notifications.push")
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    "why",
    ["read", "no access", "deleted", "muted", "not wanted", "quiet", "old", "left", "signed out", "removed", "role"],
)
def test_what_may_not_be_shown_any_more_is_not_pushed(given, his, service, deal, bob, alice, why):
    """It happened between the event and the push."""
    match why:
        case "read":
            Notification.objects.update(read_at=now())
        case "no access":
            type(deal).objects.update(owner=alice)
        case "deleted":
            Notification.objects.all().delete()
        case "muted":
            attend(deal, bob, "muted")
        case "not wanted":
            Preference.objects.create(user=bob, kind="assigned", in_app=True, email="", push=False)
        case "quiet":
            hour = now().astimezone(dt.UTC)
            Delivery.objects.create(user=bob, quiet_from=(hour - HOUR).time(), quiet_to=(hour + HOUR).time())
        case "old":
            Notification.objects.update(at=now() - HOUR)
        case "left":
            type(bob).objects.filter(pk=bob.pk).update(is_active=False)
        case "signed out":
            Session.objects.filter(pk=his.row.session_id).delete()
        case "removed":
            his.row.delete()
        case "role":
            type(bob).objects.filter(pk=bob.pk).update(role="")
    work_off("notifications.push")
    assert service.asked == []


def test_the_words_are_those_of_the_moment_of_sending(given, his, service, deal):
    type(deal).objects.update(title="Fifty lanterns")
    work_off("notifications.push")
    assert his.read_json(service.asked[0][2])["body"] == "Mona Manager gave you the deal “Fifty lanterns”"


def test_long_words_fit_into_what_every_service_takes(given, his, service, deal, settings):
    settings.ORGANISATION_NAME = "Ж" * 500
    type(deal).objects.update(title="𝄞" * 200)
    work_off("notifications.push")
    body = service.asked[0][2]
    assert len(body) <= 4096
    assert his.read_json(body)["body"].endswith("…") or len(his.read_json(body)["body"]) <= 300


def test_it_is_not_kept_into_the_quiet_hours(given, his, service, bob):
    hour = now().astimezone(dt.UTC)
    quiet_from = (hour + dt.timedelta(minutes=20)).time()
    Delivery.objects.create(user=bob, quiet_from=quiet_from, quiet_to=(hour + 3 * HOUR).time())
    work_off("notifications.push")
    assert 1000 <= int(service.asked[0][1]["TTL"]) <= 1200


def test_it_is_kept_for_an_hour_after_what_happened(given, his, service):
    Notification.objects.update(at=now() - dt.timedelta(minutes=50))
    work_off("notifications.push")
    assert 400 <= int(service.asked[0][1]["TTL"]) <= 600


# What the push service answers


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(given, his, service, status):
    service.answer(status)
    push(given, his)
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 405, 413])
def test_what_is_refused_is_given_up_and_said_in_the_log_without_the_address(given, his, service, status, caplog):
    service.answer(status, Location=f"https://{HOST}/elsewhere")
    push(given, his)
    assert len(service.asked) == 1
    assert PushSubscription.objects.exists()
    assert f"answered {status}" in caplog.text
    assert "wpush" not in caplog.text and "elsewhere" not in caplog.text


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_service_that_fails_is_asked_again_later_each_time(given, his, service, status):
    pauses = []
    for attempts in range(3):
        service.answer(status)
        with pytest.raises(NotNow) as problem:
            push(given, his, attempts=attempts)
        pauses.append(problem.value.after)
    assert pauses == [10, 30, 90]
    push(given, his, attempts=3)
    assert len(service.asked) == 4
    assert PushSubscription.objects.get().last_used_at


def later(**span):
    """A date of the moment at which the test runs."""
    return lambda: format_datetime(now() + dt.timedelta(**span), usegmt=True)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("120", 120),
        ("1", 10),
        ("0", 10),
        ("-5", 10),
        ("soon", 10),
        ("1e9", 10),
        ("٣", 10),
        (later(minutes=5), 300),
        (later(minutes=-5), 10),
        ("Sat, 99 Nov 2026 17:00:00 GMT", 10),
    ],
)
def test_it_waits_as_long_as_it_is_asked_to(given, his, service, text, after):
    text = text() if callable(text) else text.encode().decode("latin1")
    service.answer(429, Retry_After=text)
    with pytest.raises(NotNow) as problem:
        push(given, his)
    assert after - 60 <= problem.value.after <= max(after, 10)


@pytest.mark.parametrize("text", ["3600", "9" * 30, later(hours=2), later(days=90000)])
def test_asked_to_wait_until_it_is_no_news_any_more_it_gives_up(given, his, service, text, caplog):
    service.answer(429, Retry_After=text() if callable(text) else text)
    push(given, his)
    assert "later it would be too late" in caplog.text


def test_after_an_hour_nobody_asks_any_more(given, his, service, caplog):
    Notification.objects.update(at=now() - dt.timedelta(minutes=59))
    service.answer(503)
    push(given, his, attempts=2)
    assert "answered 503, and later it would be too late" in caplog.text


def test_a_service_that_cannot_be_reached_is_left_alone_for_a_while(given, his, bob, service):
    """There are few workers, and each would wait for it."""
    service.stop()
    with pytest.raises(NotNow, match="does not answer"):
        push(given, his)
    with pytest.raises(NotNow, match="did not answer just now"):
        push(given, kept(bob, "/other"))


def test_one_that_does_not_answer_in_time_is_asked_again(given, his, service, monkeypatch):
    monkeypatch.setattr(outward, "PATIENCE", 0.3)
    service.before_answering = lambda _desk: time.sleep(1)
    with pytest.raises(NotNow, match="does not answer"):
        push(given, his)


@pytest.mark.parametrize("endpoint", ["https://localhost/x", "https://evil.example/x", "https://127.0.0.1/x"])
def test_an_address_that_leads_inside_or_to_nobody_known_is_not_asked(given, his, settings, endpoint, caplog):
    """Written into the table by whatever way; localhost by the resolver of this machine."""
    settings.WEBPUSH_SERVICES = ["localhost", HOST]
    PushSubscription.objects.update(endpoint=endpoint)
    push(given, his)
    assert "nothing is sent to" in caplog.text


def test_where_push_services_are_no_longer_to_be_used_none_is_asked(given, his, service, settings):
    settings.WEBPUSH_SERVICES = []
    push(given, his)
    assert service.asked == []


def test_sent_again_it_takes_the_place_of_the_first(given, his, service):
    """As after a crash between the answer and the commit."""
    push(given, his)
    push(given, his)
    (_path, first, one), (_again, second, other) = service.asked
    assert first["Topic"] == second["Topic"] and len(first["Topic"]) <= 32
    assert his.read_json(one)["tag"] == his.read_json(other)["tag"]


def test_what_breaks_otherwise_is_tried_three_times_and_then_known_to_the_operators():
    def decided(problem, attempts):
        job = type("Job", (), {"attempts": attempts})
        decision = WhenItIsAsked().get_retry_decision(exception=problem, job=job)
        return decision and round((decision.retry_at - now()).total_seconds())

    assert [decided(RuntimeError(), attempts) for attempts in range(3)] == [3, 9, None]
    assert [decided(NotNow("later", 17), attempts) for attempts in (0, 30)] == [17, 17]


@pytest.fixture(autouse=True)
def _quiet_logs(caplog):
    caplog.set_level(logging.WARNING)
