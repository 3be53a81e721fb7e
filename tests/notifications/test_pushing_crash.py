"""Real workers: one that dies in the middle leaves it to the next; two share the work and push each thing once."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from notifications import browsers
from notifications.models import Notification
from tests import factories
from tests.push_service import Browser
from tests.serving import wait_until
from tests.working import workers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker(service):
    """Starts a real worker on this test's database and push service."""
    environ = {"DJANGO_SETTINGS_MODULE": "tests.push_settings", "TEST_STAND_INS": json.dumps(service.stand_in)}
    with workers(WORKER_HEARTBEAT_SECONDS="1", WORKER_DEAD_AFTER_SECONDS="3", **environ) as start:
        yield start


@pytest.fixture
def notify(alice, deal):
    def made():
        source = f"test:{Notification.objects.count()}"
        place = {"subject_type": "deals.deal", "subject_id": deal.pk}
        return Notification.objects.create(user=alice, kind="assigned", source=source, **place)

    return made


def kept(user, path):
    browser = Browser(path)
    factories.PushSubscriptionFactory(user=user, **browser.fields)
    return browser


def left():
    return ProcrastinateJob.objects.filter(status__in=["todo", "doing"]).count()


def test_killed_while_the_service_takes_it_the_next_worker_sends_it_again(service, worker, notify, alice):
    browser = kept(alice, "/a")
    browsers.push_later([notify()])
    running = []
    service.before_answering = lambda _desk: os.kill(running[0].pid, signal.SIGKILL)
    running.append(worker())
    assert running[0].wait(60) == -signal.SIGKILL
    assert (len(service.asked), left()) == (1, 1)
    service.before_answering = None
    worker()
    wait_until(lambda: left() == 0, 60)
    first, second = [browser.read_json(body) for _path, _headers, body in service.asked]
    assert first == second, "under the same tag: the browser shows one"


def test_two_workers_push_each_thing_once(service, worker, notify, alice):
    for path in ("/a", "/b"):
        kept(alice, path)
    browsers.push_later([notify() for _number in range(15)])
    for _number in range(2):
        worker()
    wait_until(lambda: left() == 0, 60)
    assert len(service.asked) == 30
    topics = Counter((path, headers["Topic"]) for path, headers, _body in service.asked)
    assert set(topics.values()) == {1}


def test_a_service_that_is_busy_is_asked_again_by_the_worker(service, worker, notify, alice, monkeypatch):
    kept(alice, "/a")
    service.answer(503)
    browsers.push_later([notify()])
    worker()
    wait_until(lambda: len(service.asked) == 2, 60)
    wait_until(lambda: left() == 0, 10)
    assert ProcrastinateJob.objects.get().status == "succeeded"
