"""Mail is queued by the request and sent by jobs, to a real mail server."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.timezone import now
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import User
from crm import jobs, outbox
from crm.models import Event, Mail
from tests.crm.working import work

HEADERS = {"List-Unsubscribe": "<https://crm.example.com/stop/>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def waiting_jobs():
    return ProcrastinateJob.objects.filter(task_name="crm.send_mail", status="todo").count()


def test_it_works(mail_server, note, alice):
    mail = outbox.post(note, to=alice, words="Grüße an Zoë", html="<p>Grüße</p>", headers=HEADERS)
    assert (mail.state, mail_server.calls) == ("queued", 0)
    assert outbox.send_due(now()) == 1
    ((recipients, message),) = mail_server.received
    assert recipients == ["alice@example.com"]
    assert (message["To"], message["Subject"]) == ("alice@example.com", "Grüße an Zoë")
    assert message["Message-ID"] == mail.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert {name: message[name] for name in HEADERS} == HEADERS
    assert message.get_content_type() == "multipart/alternative"
    assert message.get_body(["plain"]).get_content().strip() == "Grüße an Zoë"
    assert message.get_body(["html"]).get_content().strip() == "<p>Grüße</p>"
    mail.refresh_from_db()
    assert (mail.state, mail.subject, mail.attempts, mail.error) == ("sent", "Grüße an Zoë", 1, "")
    assert mail.sent_at


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_it_at_once(mail_server, note, alice):
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
    outbox.post(note, to=alice, words="At once")
    assert work("crm.send_mail") == ["succeeded"]
    assert mail_server.subjects == ["At once"]


def test_every_minute_what_is_due_is_looked_for(mail_server, note, alice):
    periodic = {task.task.name: task for task in app.periodic_registry.periodic_tasks.values()}
    task = periodic["crm.send_due"]
    assert (task.cron, task.task.queueing_lock) == ("* * * * *", "crm.send_due")
    mail = outbox.post(note, to=alice, at=now() + dt.timedelta(hours=1), words="Later")
    jobs.send_due(0)
    assert mail_server.received == []
    Mail.objects.filter(pk=mail.pk).update(due_at=now())
    jobs.send_due(0)
    assert mail_server.subjects == ["Later"]


def test_what_is_due_is_found_by_its_index(note, alice):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Mail.objects.due(now()).select_for_update(skip_locked=True)[:1].explain()
    assert "Index Scan using mail_due" in plan and "Sort" not in plan


def test_many_go_over_one_connection(mail_server, note, alice):
    for number in range(5):
        outbox.post(note, to=alice, words=f"Note {number}")
    assert outbox.send_due(now()) == 5
    assert (len(mail_server.received), mail_server.calls) == (5, 1)


def test_more_than_a_connection_takes_go_over_the_next(mail_server, note, alice, monkeypatch):
    monkeypatch.setattr(outbox, "AT_ONCE", 2)
    for number in range(5):
        outbox.post(note, to=alice, words=f"Note {number}")
    assert outbox.send_due(now()) == 5
    assert (len(mail_server.received), mail_server.calls) == (5, 3)


def test_a_run_ends_after_a_while_and_the_next_goes_on(mail_server, note, alice, monkeypatch):
    monkeypatch.setattr(outbox, "AT_ONCE", 2)
    monkeypatch.setattr(outbox, "LONGEST_RUN", 0.2)
    mail_server.before_accepting = lambda _message: time.sleep(0.15)
    for number in range(5):
        outbox.post(note, to=alice, words=f"Note {number}")
    assert [outbox.send_due(now()) for _run in range(3)] == [2, 2, 1]


def test_nothing_due_asks_nobody(mail_server, note, alice):
    assert outbox.send_due(now()) == 0
    assert mail_server.calls == 0


def test_a_letter_waits_for_its_time_without_a_job(mail_server, note, alice):
    at = now() + dt.timedelta(hours=1)
    outbox.post(note, to=alice, at=at, words="Later")
    assert waiting_jobs() == 0
    assert outbox.send_due(at - dt.timedelta(seconds=1)) == 0
    assert outbox.send_due(at) == 1


def test_it_is_queued_only_if_its_request_was(note, alice, db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.post(note, to=alice, words="Never")
        raise ZeroDivisionError
    assert not Mail.objects.exists()
    assert waiting_jobs() == 0


def test_it_goes_to_the_address_that_they_have_now(mail_server, note, alice):
    outbox.post(note, to=alice, words="Hello")
    User.objects.filter(pk=alice.pk).update(email="alice@elsewhere.example")
    outbox.send_due(now())
    assert mail_server.received[0][0] == ["alice@elsewhere.example"]
    assert Mail.objects.get().address == "alice@elsewhere.example"


def test_an_address_need_not_be_a_users(mail_server, note):
    outbox.post(note, to="guest@example.com", words="Hello")
    assert outbox.send_due(now()) == 1
    assert mail_server.received[0][0] == ["guest@example.com"]


def test_who_left_meanwhile_gets_nothing(mail_server, note, alice):
    mail = outbox.post(note, to=alice, words="Hello")
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert outbox.send_due(now()) == 0
    mail.refresh_from_db()
    assert (mail.state, mail.sent_at, mail_server.calls) == ("dropped", None, 0)


def test_what_has_nothing_to_say_any_more_is_dropped(mail_server, note, alice):
    mail = outbox.post(note, to=alice)
    assert outbox.send_due(now()) == 0
    mail.refresh_from_db()
    assert (mail.state, mail_server.calls) == ("dropped", 0)


def test_a_letter_that_cannot_be_written_holds_up_no_other(mail_server, note, alice, caplog):
    broken = outbox.post(note, to=alice, broken=True)
    outbox.post(note, to=alice, words="Fine")
    assert outbox.send_due(now()) == 1
    assert mail_server.subjects == ["Fine"]
    broken.refresh_from_db()
    assert (broken.state, broken.attempts) == ("queued", 1)
    assert broken.error == "The letter could not be written; the log says why."
    assert "the template is gone" in caplog.text


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@example.com\r\nBcc: b@example.com", "a@example.com, b@example.com"]
)
def test_an_address_that_is_none_is_refused(note, db, address):
    with pytest.raises(ValidationError):
        outbox.post(note, to=address, words="Hello")
    assert not Mail.objects.exists()


def test_a_user_without_a_true_address_holds_up_nobody_who_is_told_with_them(mail_server, note, alice, bob):
    type(alice).objects.filter(pk=alice.pk).update(email="alice at example")
    alice.refresh_from_db()
    bad, good = (outbox.post(note, to=user, words="Hello") for user in (alice, bob))
    outbox.send_due(now())
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == ("failed", "sent")
    assert bad.error.startswith("It cannot be sent as it is")


def test_a_letter_that_nobody_writes_is_refused(db, alice):
    with pytest.raises(LookupError):
        outbox.post("tests.unknown", to=alice)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "lost"},
        {"state": "sent"},
        {"sent_at": "2026-01-01T00:00Z"},
        {"address": ""},
        {"address": "a@example.com\nBcc: b@example.com"},
        {"subject": "Hello\r\nBcc: b@example.com"},
        {"message_id": "<1@example.com>"},
    ],
    ids=str,
)
def test_the_database_refuses_nonsense(alice, wrong):
    Mail.objects.create(kind="tests.note", address="a@example.com", message_id="<1@example.com>")
    with pytest.raises(IntegrityError), transaction.atomic():
        Mail.objects.create(**{"kind": "tests.note", "user": alice, "address": alice.email} | wrong)


# Taking it back


def test_what_is_cancelled_is_not_sent_until_it_is_sent_again(mail_server, note, alice, ada):
    mail = outbox.post(note, to=alice, words="Hello")
    assert mail.cancel(by=ada)
    assert outbox.send_due(now()) == 0
    assert not mail.cancel(by=ada)
    assert mail.send_again(by=ada)
    assert outbox.send_due(now()) == 1
    assert not mail.send_again(by=ada)
    assert not mail.cancel(by=ada)
    kinds = Event.objects.filter(subject_type="crm.mail", actor=ada).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["mail.cancelled", "mail.sent_again"]


def test_what_failed_is_tried_afresh(mail_server, note, alice, ada):
    mail = outbox.post(note, to=alice, words="Hello")
    mail_server.refusing[alice.email] = "550 No such user"
    outbox.send_due(now())
    mail_server.refusing.clear()
    assert waiting_jobs() == 1
    assert mail.send_again(by=ada)
    assert waiting_jobs() == 2
    assert (mail.state, mail.attempts, mail.error, mail.tried_since) == ("queued", 0, "", None)
    assert outbox.send_due(now()) == 1
    assert mail_server.received[0][1]["Message-ID"] == mail.message_id


# What is old


def test_what_left_the_queue_is_forgotten_after_three_months(mail_server, note, alice):
    sent, waiting = (outbox.post(note, to=alice, words=word) for word in ("Sent", "Waiting"))
    long_ago = now() - dt.timedelta(days=91)
    Mail.objects.filter(pk=sent.pk).update(state="sent", sent_at=long_ago, due_at=long_ago)
    Mail.objects.filter(pk=waiting.pk).update(due_at=long_ago)
    recent = Mail.objects.create(kind=note, address="a@example.com", state="sent", sent_at=now())
    jobs.prune_mails(0)
    assert set(Mail.objects.values_list("pk", flat=True)) == {waiting.pk, recent.pk}
