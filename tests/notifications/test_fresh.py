"""What a browser shows on the screen, and what it does not."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.urls import reverse
from django.utils.timezone import now

from notifications.models import Delivery, Notification, Preference

NEWS = reverse("notifications:news")


@pytest.fixture
def notify(alice, deal):
    def made(kind="assigned", user=alice, **fields):
        source = f"test:{Notification.objects.count()}"
        about = {"subject_type": "deals.deal", "subject_id": deal.pk}
        return Notification.objects.create(user=user, kind=kind, source=source, **about, **fields)

    return made


@pytest.fixture
def news(client, alice):
    client.force_login(alice)

    def asked(after=""):
        answer = client.get(NEWS, {"after": after}).json()
        return [line["id"] for line in answer["news"]], answer["last"]

    return asked


def test_what_was_just_told_is_shown_once(news, notify):
    first, second = notify(), notify()
    assert news() == ([first.pk, second.pk], second.pk)
    assert news(second.pk) == ([], second.pk)


def test_what_is_told_while_it_is_asked_comes_the_next_time(news, notify):
    late = []

    def just_then(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        if 'FROM "notifications_notification"' in sql and "LIMIT 5" in sql and not late:
            late.append(notify())
        return answer

    with connection.execute_wrapper(just_then):
        shown, last = news()
    assert shown == []
    assert news(last)[0] == [late[0].pk]


def test_what_is_read_old_somebody_elses_or_of_another_kind_is_not(news, notify, bob):
    notify(read_at=now())
    notify(at=now() - dt.timedelta(minutes=11))
    notify(user=bob)
    notify("followed")
    assert news()[0] == []


def test_nor_what_one_does_not_want_to_be_shown(news, notify, alice):
    Preference.objects.create(user=alice, kind="assigned", in_app=True, email="", push=False)
    notify()
    assert news()[0] == []


def test_nor_in_quiet_hours(news, notify, alice):
    hour = now().astimezone(dt.UTC)
    quiet = {"quiet_from": (hour - dt.timedelta(hours=1)).time(), "quiet_to": (hour + dt.timedelta(hours=1)).time()}
    Delivery.objects.create(user=alice, **quiet)
    notify()
    assert news()[0] == []


def test_nor_what_is_about_a_record_that_one_sees_no_more(news, notify, deal, bob):
    notify()
    type(deal).objects.update(owner=bob)
    assert news()[0] == []


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30])
def test_a_number_that_is_none_is_refused(client, alice, after):
    client.force_login(alice)
    assert client.get(NEWS, {"after": after}).status_code == 400


def test_the_service_worker_comes_from_the_root_and_is_asked_for_again(client, db):
    answer = client.get("/sw.js")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert b"notificationclick" in answer.content
