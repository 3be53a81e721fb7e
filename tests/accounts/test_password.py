from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client

from accounts.deactivation import deactivate
from accounts.links import LinkTokens, link_for
from accounts.models import User
from crm.checks import PRINTED
from crm.models import Event
from tests import factories
from tests.accounts.doing import is_in, letters, link_in, sign_in, with_password
from tests.rows import all_rows

NEW = "a much better sentence"


@pytest.fixture
def alice(alice):
    return with_password(alice)


@pytest.fixture
def link(client, alice):
    client.post("/accounts/password/reset/", {"email": "Alice@Example.com"})
    (letter,) = letters()
    return link_in(letter)


def choose(client, link, password=NEW):
    """Open the link, type the password twice."""
    opened = client.get(link, follow=True)
    action = opened.context.get("action_url") if opened.context.get("form") else None
    if not action or opened.context.get("token_fail"):
        return opened
    return client.post(action, {"password1": password, "password2": password})


def fails(client, link):
    before = all_rows()
    response = client.get(link, follow=True)
    posted = client.post(response.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    return bool(response.context.get("token_fail")) and posted.context["token_fail"] and all_rows() == before


def test_it_works(client, alice, link):
    assert choose(client, link).status_code == 302
    assert is_in(client)
    alice.refresh_from_db()
    assert alice.check_password(NEW)
    assert Event.objects.filter(kind="user.password_changed", subject_id=alice.pk).exists()


def test_the_letter_is_plain_and_names_the_host(alice, link):
    (letter,) = mail.outbox
    assert letter.to == ["alice@example.com"]
    assert "http://testserver/accounts/password/reset/key/" in letter.body
    assert "&" not in letter.body
    (html,) = letter.alternatives
    assert (html.mimetype, html.content.count(link_in(letter))) == ("text/html", 3), "button, address, and its link"


@pytest.mark.parametrize(
    "header", ["evil.example", "testserver@evil.example", "testserver:80@evil.example", "evil.example:80"]
)
def test_a_forged_host_is_refused(client, alice, header):
    before = all_rows()
    response = client.post("/accounts/password/reset/", {"email": alice.email}, headers={"host": header})
    assert response.status_code == 400
    assert letters() == []
    assert all_rows() == before


def test_a_forged_forwarded_host_is_ignored(client, alice):
    forged = {
        "x-forwarded-host": "evil.example",
        "x-forwarded-server": "evil.example",
        "forwarded": "host=evil.example",
    }
    client.post("/accounts/password/reset/", {"email": alice.email}, headers=forged)
    assert "evil" not in letters()[0].body


def test_an_unknown_address_gets_the_same_answer_and_no_letter(client, alice):
    known = client.post("/accounts/password/reset/", {"email": alice.email}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.com"}, follow=True)
    assert text_of(known) == text_of(unknown)
    assert [letter.to for letter in letters()] == [["alice@example.com"]]


def test_where_letters_are_only_printed_nobody_is_sent_to_an_inbox(client, alice, settings):
    done = "/accounts/password/reset/done/"
    assert "Look into your inbox" in client.get(done).content.decode()
    settings.EMAIL_BACKEND = PRINTED
    assert "No mail server is set up here" in client.get(done).content.decode()


def test_a_deactivated_user_gets_no_letter(client, alice):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    client.post("/accounts/password/reset/", {"email": alice.email})
    assert letters() == []


def test_resets_are_limited(client, alice):
    answers = [client.post("/accounts/password/reset/", {"email": alice.email}).status_code for _ in range(7)]
    assert 429 in answers
    assert len(letters()) <= 5


def text_of(response):
    return re.sub(r"[A-Za-z0-9]{64}", "", response.content.decode())  # tokens against forgery


# The link ends


def test_it_works_once(client, alice, link):
    choose(client, link)
    assert fails(Client(), link)


def test_it_ends_with_deactivation(alice, ada, link):
    deactivate(alice, by=ada, successor=None)
    assert fails(Client(), link)
    alice.reactivate(by=ada)
    assert fails(Client(), link), "and does not come back to life"


def test_it_ends_with_another_e_mail(alice, link):
    User.objects.filter(pk=alice.pk).update(email="alice@elsewhere.example")
    assert fails(Client(), link)


def test_it_ends_with_a_sign_in(alice, link):
    sign_in(Client(), alice.email)
    assert fails(Client(), link)


def test_it_ends_with_signing_out_everywhere(alice, link):
    alice.end_sessions(by=alice)
    assert fails(Client(), link)


def test_it_ends_after_an_hour(alice, link, monkeypatch):
    later = dt.datetime.now() + dt.timedelta(minutes=61)
    monkeypatch.setattr(LinkTokens, "_now", lambda _: later)
    assert fails(Client(), link)


def test_an_invitation_lasts_a_week(bob, monkeypatch):
    link = link_for(bob, origin="http://testserver")
    monkeypatch.setattr(LinkTokens, "_now", lambda _: dt.datetime.now() + dt.timedelta(days=6, hours=23))
    assert choose(Client(), link).status_code == 302
    assert fails(Client(), link)


def test_an_invitation_ends_after_a_week(bob, monkeypatch):
    link = link_for(bob, origin="http://testserver")
    monkeypatch.setattr(LinkTokens, "_now", lambda _: dt.datetime.now() + dt.timedelta(days=7, minutes=1))
    assert fails(Client(), link)


def test_the_link_of_one_does_not_open_another(alice, bob, link):
    key = link.rstrip("/").rpartition("/")[2].partition("-")[2]
    other = link_for(bob, origin="").rpartition("/key/")[2].partition("-")[0]
    assert fails(Client(), f"/accounts/password/reset/key/{other}-{key}/")


@pytest.mark.parametrize("key", ["1-x", "zzzzzzzzzzzzzz-set-password", "1-set-password", "0-0-0"])
def test_made_up_links_fail(db, key):
    assert fails(Client(), f"/accounts/password/reset/key/{key}/")


@pytest.mark.parametrize("password", ["short", "password123", "alice@example.com"])
def test_a_bad_password_is_refused(client, alice, link, password):
    before = all_rows()
    assert choose(client, link, password).status_code == 200
    assert all_rows() == before


# Changing it


def change(client, old, new=NEW, again=None):
    return client.post("/accounts/password/change/", {"oldpassword": old, "password1": new, "password2": again or new})


def test_changing_it_ends_the_other_sessions(client, alice):
    other = Client()
    sign_in(client, alice.email)
    sign_in(other, alice.email)
    assert change(client, factories.PASSWORD).status_code == 302
    assert is_in(client)
    assert other.get("/settings/").status_code == 302


def test_changing_it_writes_nothing_else_of_the_row(client, alice, monkeypatch):
    """Somebody changes the name between the sign-in of this request and the writing of the password."""
    sign_in(client, alice.email)
    check = User.check_password

    def changed_meanwhile(self, password):
        User.objects.filter(pk=alice.pk).update(name="Alice Renamed")
        return check(self, password)

    monkeypatch.setattr(User, "check_password", changed_meanwhile)
    change(client, factories.PASSWORD)
    alice.refresh_from_db()
    assert alice.name == "Alice Renamed"


def test_the_old_password_must_be_right_and_the_new_one_twice_the_same(client, alice):
    sign_in(client, alice.email)
    before = all_rows()
    assert change(client, "wrong").status_code == 200
    assert change(client, factories.PASSWORD, NEW, "another sentence").status_code == 200
    assert all_rows() == before
    assert is_in(client)


def test_the_hash_is_argon2():
    from crm import settings

    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
