"""What the mail server refuses, and what happens while it is not there."""

from __future__ import annotations

import datetime as dt
import smtplib
import socket
import ssl
import time

import pytest
from django.utils.timezone import now

from crm import outbox
from crm.delivery import explained
from crm.models import Mail

MINUTE = dt.timedelta(minutes=1)


def test_after_ten_minutes_without_a_server_everything_arrives_once(mail_server, note, alice):
    begun = now()
    posted = [outbox.post(note, to=alice, words=f"At once {number}") for number in range(5)]
    posted += [outbox.post(note, to=alice, at=begun + MINUTE * n, words=f"Minute {n}") for n in range(1, 10)]
    mail_server.stop()
    for minute in range(10):
        assert outbox.send_due(begun + MINUTE * minute + MINUTE / 2) == 0
    assert set(Mail.objects.values_list("state", flat=True)) == {"queued"}
    assert "The mail server refuses connections." in Mail.objects.values_list("error", flat=True)
    mail_server.start()
    minutes = 10
    while Mail.objects.filter(state="queued").exists():
        outbox.send_due(begun + MINUTE * minutes)
        minutes += 1
        assert minutes < 30
    outbox.send_due(begun + MINUTE * 600)
    received = [message["Message-ID"] for _to, message in mail_server.received]
    assert sorted(received) == sorted(mail.message_id for mail in posted)
    assert set(Mail.objects.values_list("state", "error")) == {("sent", "")}


def test_a_server_that_says_nothing_holds_up_nobody(mail_server, note, alice, settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = silent.getsockname()[1], 2
        silent.settimeout(0)
        begun = time.monotonic()
        for number in range(5):
            outbox.post(note, to=alice, words=f"Note {number}")
        assert time.monotonic() - begun < 2
        with pytest.raises(BlockingIOError):
            silent.accept()  # nobody has called
        begun, at = time.monotonic(), now()
        assert outbox.send_due(at) == 0
        assert 1.9 < time.monotonic() - begun < 6, "one of five waited for it"
        begun = time.monotonic()
        assert outbox.send_due(at + dt.timedelta(seconds=10)) == 0
        assert time.monotonic() - begun < 2, "and for a while no other"
    assert sorted(Mail.objects.values_list("attempts", "error")) == [
        *[(0, "")] * 4,
        (1, "The mail server did not answer in time."),
    ]


def test_it_is_put_off_twice_as_long_each_time_up_to_an_hour(mail_server, note, alice):
    mail_server.refusing[alice.email] = "451 Try later"
    mail = outbox.post(note, to=alice, words="Hello")
    at, pauses = now(), []
    for _time in range(9):
        outbox.send_due(at)
        mail.refresh_from_db()
        pauses.append((mail.due_at - at).total_seconds())
        at = mail.due_at
    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert (mail.state, mail.attempts) == ("queued", 9)
    mail_server.refusing.clear()
    assert outbox.send_due(at) == 1


def test_after_three_days_it_is_given_up(mail_server, note, alice):
    mail_server.refusing[alice.email] = "451 Try later"
    mail = outbox.post(note, to=alice, words="Hello")
    begun = now()
    outbox.send_due(begun)
    for hours, state in ((71, "queued"), (73, "failed")):
        outbox.send_due(begun + dt.timedelta(hours=hours))
        mail.refresh_from_db()
        assert mail.state == state
    assert mail.error == "The address was refused: 451 Try later"
    assert outbox.send_due(begun + dt.timedelta(days=9)) == 0


@pytest.mark.parametrize(
    ("where", "reply", "state", "error"),
    [
        ("alice@example.com", "550 5.1.1 No such user", "failed", "The address was refused: 550 5.1.1 No such user"),
        ("alice@example.com", "450 4.2.0 Greylisted", "queued", "The address was refused: 450 4.2.0 Greylisted"),
        ("DATA", "554 5.7.1 Spam", "failed", "The letter was refused: 554 5.7.1 Spam"),
        ("DATA", "452 4.3.1 Disk full", "queued", "The letter was refused: 452 4.3.1 Disk full"),
        ("MAIL", "553 5.7.1 Not you", "queued", "The mail server does not accept our own address: 553 5.7.1 Not you"),
        ("MAIL", "421 4.3.2 Closing", "queued", "The mail server does not accept our own address: 421 4.3.2 Closing"),
    ],
)
def test_refusals_are_told_apart(mail_server, note, alice, where, reply, state, error):
    mail_server.refusing[where] = reply
    mail = outbox.post(note, to=alice, words="Hello")
    assert outbox.send_due(now()) == 0
    mail.refresh_from_db()
    assert (mail.state, mail.error, mail.attempts, mail.sent_at) == (state, error, 1, None)
    assert mail_server.received == []


@pytest.mark.parametrize("reply", ["550 No such user", "450 Greylisted"])
def test_one_that_is_refused_holds_up_no_other(mail_server, note, alice, bob, reply):
    mail_server.refusing[alice.email] = reply
    for person in (alice, bob, alice, bob):
        outbox.post(note, to=person, words=f"To {person}")
    assert outbox.send_due(now()) == 2
    assert mail_server.subjects == ["To Bob Teammate"] * 2


def test_a_server_that_breaks_off_ends_the_run(mail_server, note, alice):
    def break_off(_message):
        mail_server.loop.call_soon_threadsafe(lambda: [session.transport.abort() for session in mail_server.open])

    mail_server.before_accepting = break_off
    for number in range(3):
        outbox.post(note, to=alice, words=f"Note {number}")
    at = now()
    assert outbox.send_due(at) == 0
    assert mail_server.calls == 1
    tried = Mail.objects.get(attempts=1)
    assert tried.error.startswith("The mail server broke off")
    mail_server.before_accepting = None
    assert outbox.send_due(at + MINUTE) == 3


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (socket.gaierror(-2, "Name or service not known"), "The name of the mail server cannot be found."),
        (ssl.SSLCertVerificationError(1, "expired"), "There is no safe connection to the mail server: expired"),
        (OSError(101, "Network is unreachable"), "The mail server cannot be reached: Network is unreachable"),
        (
            smtplib.SMTPAuthenticationError(535, b"no\r\nno"),
            "The mail server does not accept our name and password: 535 no no",
        ),
        (smtplib.SMTPConnectError(554, b"No service"), "The mail server is not ready: 554 No service"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_wrong_with_the_server_is_said_in_words(problem, said):
    failure = explained(problem)
    assert (failure.text, failure.for_good, failure.all_alike) == (said, False, True)


def test_a_server_without_tls_gets_no_letter_when_tls_is_asked_for(mail_server, note, alice, settings):
    settings.EMAIL_USE_TLS = True
    mail = outbox.post(note, to=alice, words="Hello")
    outbox.send_due(now())
    mail.refresh_from_db()
    assert (mail.state, mail_server.received) == ("queued", [])
    assert "STARTTLS" in mail.error
