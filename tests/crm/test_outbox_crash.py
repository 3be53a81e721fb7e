"""Two senders never send one mail twice; one that dies in the middle leaves it to be sent again, as the same mail."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
from django.db import connection, transaction
from django.utils.timezone import now

from crm import outbox
from crm.models import Mail
from tests.serving import wait_until
from tests.working import workers

pytestmark = pytest.mark.django_db(transaction=True)


def apart(function):
    """Run in a thread with a connection of its own; the list gets what it returns."""
    returned = []

    def run():
        returned.append(function())
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, returned


def test_two_senders_at_once_send_each_mail_once(mail_server, note, alice):
    for number in range(6):
        outbox.post(note, to=alice, words=f"Note {number}")
    mail_server.before_accepting = lambda _message: wait_until(lambda: mail_server.calls == 2)
    at = now()
    senders = [apart(lambda: outbox.send_due(at)) for _sender in range(2)]
    for thread, _returned in senders:
        thread.join(30)
    (one,), (other,) = [returned for _thread, returned in senders]
    assert one + other == 6
    assert one and other, "neither waited for the other"
    assert mail_server.subjects == [f"Note {number}" for number in range(6)]
    assert mail_server.calls == 2


def test_a_mail_that_is_being_sent_is_neither_cancelled_nor_waited_for(mail_server, note, alice, ada):
    mail = outbox.post(note, to=alice, words="Hello")
    arrived, go_on = threading.Event(), threading.Event()
    mail_server.before_accepting = lambda _message: (arrived.set(), go_on.wait(10))
    at = now()
    sender, returned = apart(lambda: outbox.send_due(at))
    assert arrived.wait(10)
    begun = time.monotonic()
    assert not mail.cancel(by=ada)
    assert outbox.send_due(at) == 0
    assert time.monotonic() - begun < 5
    go_on.set()
    sender.join(10)
    assert returned == [1]
    assert Mail.objects.get().state == "sent"


def test_a_request_that_posts_does_not_wait_for_one_that_posts(note, alice, bob):
    """A queueing lock would make the second wait for the first to end."""
    with transaction.atomic():
        outbox.post(note, to=alice, words="First")
        thread, returned = apart(lambda: outbox.post(note, to=bob, words="Second").pk)
        thread.join(5)
        assert len(returned) == 1


@pytest.fixture
def worker(mail_server):
    """Starts a real worker on this test's database and mail server."""
    with workers(EMAIL_URL=f"smtp://127.0.0.1:{mail_server.port}", RAPPORT_DEMO="1") as start:
        yield start


def test_killed_between_acceptance_and_commit_it_is_sent_again_as_the_same_mail(mail_server, worker, alice):
    mail = outbox.post("accounts.reset", to=alice, origin="https://crm.example.com")
    running = []
    mail_server.before_accepting = lambda _message: os.kill(running[0].pid, signal.SIGKILL)
    running.append(worker())
    assert running[0].wait(60) == -signal.SIGKILL
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, len(mail_server.received)) == ("queued", 0, 1)
    mail_server.before_accepting = None
    wait_until(lambda: outbox.send_due(now()) == 1)  # the database has let go of the dead one's lock
    assert outbox.send_due(now()) == 0
    sent = [(to, message["Message-ID"]) for to, message in mail_server.received]
    assert sent == [(["alice@example.com"], mail.message_id)] * 2
