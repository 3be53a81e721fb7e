"""The letters about signing in: written when they are sent, for whoever they still concern."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core import mail
from django.utils.timezone import now

from accounts import invitations
from accounts.models import User
from crm import outbox
from crm.models import Mail
from tests.accounts.doing import letters, link_in, run_jobs, with_password

ORIGIN = "https://crm.example.com"


def posted(kind, user, **facts):
    return outbox.post(f"accounts.{kind}", to=user, origin=ORIGIN, **facts)


def state_after_sending(row):
    outbox.send_due(now())
    row.refresh_from_db()
    return row.state


@pytest.mark.parametrize("kind", ["invitation", "reset", "lock_warning"])
def test_it_works(alice, ada, kind):
    assert state_after_sending(posted(kind, alice, by=ada.pk)) == "sent"
    (letter,) = mail.outbox
    ((html, mimetype),) = letter.alternatives
    assert mimetype == "text/html"
    assert letter.body.startswith("Hello Alice Owner,") and "Hello Alice Owner," in html
    assert f"{ORIGIN}{link_in(letter)}" in html
    assert letter.subject == Mail.objects.get().subject


def test_a_reset_is_asked_for_alike_whoever_it_is_for(client, alice):
    """Whether there is such a user is found out by the job: the request queues no letter, and reads no user."""
    client.post("/accounts/password/reset/", {"email": alice.email})
    client.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert not Mail.objects.exists()
    run_jobs("accounts.mail_reset")
    assert list(Mail.objects.values_list("kind", "user")) == [("accounts.reset", alice.pk)]


def test_the_outbox_holds_no_link(client, alice):
    client.post("/accounts/password/reset/", {"email": alice.email})
    (letter,) = letters()
    secret = link_in(letter).rstrip("/").rpartition("-")[2]
    row = Mail.objects.values().get()
    assert secret and secret not in json.dumps(row, default=str)


def test_an_invitation_that_was_used_meanwhile_is_dropped(alice, ada):
    row = posted("invitation", alice, by=ada.pk)
    with_password(alice)
    assert (state_after_sending(row), mail.outbox) == ("dropped", [])


def test_a_reminder_too(alice, ada):
    assert invitations.remind(alice, by=ada, origin=ORIGIN)
    with_password(alice)
    assert not invitations.remind(alice, by=ada, origin=ORIGIN)
    assert state_after_sending(Mail.objects.get()) == "dropped"


@pytest.mark.parametrize("kind", ["invitation", "reset", "lock_warning"])
def test_who_was_deactivated_meanwhile_gets_none(alice, ada, kind):
    row = posted(kind, alice, by=ada.pk)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert (state_after_sending(row), mail.outbox) == ("dropped", [])


@pytest.mark.parametrize(("kind", "state"), [("invitation", "sent"), ("reset", "dropped"), ("lock_warning", "dropped")])
def test_what_is_a_day_old_is_not_news_any_more(alice, ada, kind, state):
    row = posted(kind, alice, by=ada.pk)
    Mail.objects.update(created_at=now() - dt.timedelta(hours=25))
    assert state_after_sending(row) == state


def test_the_link_in_it_is_as_fresh_as_its_sending(client, alice):
    with_password(alice)
    posted("reset", alice)
    Mail.objects.update(created_at=now() - dt.timedelta(hours=3))
    outbox.send_due(now())
    opened = client.get(link_in(mail.outbox[0]), follow=True)
    assert not opened.context.get("token_fail")
