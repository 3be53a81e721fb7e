"""What a letter may say: one line is one header, words stay words; admins see every kind before anybody gets it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from django.utils.timezone import now

from accounts.models import User
from crm import letters, outbox
from crm.letters import Letter
from crm.middleware import POLICY
from tests.rows import all_rows

#: what would become a header, a tag of a template, or an element, if it were let
TRICKS = [
    "Eve\r\nBcc: eve@example.com",
    "Eve\nSubject: Pay",
    "{{7*7}}",
    "{% include 'x' %}",
    "<b>Eve</b> & Co",
    "\x0bEve\u2028",
]


def received(mail_server):
    ((recipients, message),) = mail_server.received
    return recipients, message


@pytest.mark.parametrize("words", TRICKS)
def test_a_subject_is_one_line(mail_server, note, alice, words):
    outbox.post(note, to=alice, words=words)
    assert outbox.send_due(now()) == 1
    recipients, message = received(mail_server)
    assert recipients == [alice.email]
    assert message["Subject"] == " ".join(words.split())
    assert (message["Bcc"], message.get_all("Subject"), message.get_all("To")) == (
        None,
        [message["Subject"]],
        [alice.email],
    )


def test_a_long_subject_is_cut():
    subject = Letter("x" * 500, "").subject
    assert (len(subject), subject[-1]) == (200, "…")


@pytest.mark.parametrize(
    "headers",
    [
        {"List-Unsubscribe": "<https://crm.example.com/>\r\nBcc: eve@example.com"},
        {"List-Unsubscribe": "<https://crm.example.com/>\nX: y"},
        {"X\r\nBcc": "eve@example.com"},
        {"X: Y": "z"},
        {"": "z"},
        {"Bcc": "eve@example.com"},
        {"to": "eve@example.com"},
        {"Message-ID": "<1@example.com>"},
        {"Content-Type": "text/html"},
    ],
    ids=str,
)
def test_a_header_that_is_none_is_refused(headers):
    with pytest.raises(ValueError, match="not a header of a letter"):
        Letter("Hello", "Hello", headers=headers)


@pytest.mark.parametrize("name", TRICKS)
def test_a_name_stays_a_name(mail_server, alice, ada, name):
    User.objects.filter(pk__in=[alice.pk, ada.pk]).update(name=name)
    outbox.post("accounts.invitation", to=alice, by=ada.pk, origin="https://crm.example.com")
    assert outbox.send_due(now()) == 1
    recipients, message = received(mail_server)
    assert (recipients, message["Bcc"]) == ([alice.email], None)
    text, html = (message.get_body([kind]).get_content() for kind in ("plain", "html"))
    assert name.replace("\r\n", "\n") in text.replace("\r\n", "\n")
    assert escape(name).replace("\r\n", "\n") in html.replace("\r\n", "\n")
    assert "<b>Eve</b>" not in html


def test_the_organisation_is_named_in_every_letter(alice, settings):
    settings.ORGANISATION_NAME = "Ångström & Söner\r\nBcc: eve@example.com"
    for kind in letters.kinds():
        sample = letters.sample_of(kind, alice)
        assert "Ångström & Söner" in sample.text
        assert "Ångström &amp; Söner" in sample.html
        assert "\n" not in sample.subject and "\r" not in sample.subject


# The preview

KINDS = [kind.name for kind in letters.kinds()]


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def at(name, *args):
    return reverse(f"admin:crm_mail_{name}", args=args)


def test_there_are_letters():
    assert {"accounts.invitation", "accounts.reset", "accounts.lock_warning"} <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_can_be_seen(as_ada, kind):
    before = all_rows()
    assert at("letter", kind) in as_ada.get(at("letters")).content.decode()
    page = as_ada.get(at("letter", kind))
    sample = page.context["letter"]
    assert sample.subject in page.content.decode()
    assert sample.text.strip() and f'sandbox src="{at("letter_html", kind)}"' in page.content.decode()
    html = as_ada.get(at("letter_html", kind)).content.decode()
    assert sample.html == html and html.startswith("<!DOCTYPE html>")
    assert all_rows() == before


@pytest.mark.parametrize("kind", KINDS)
def test_no_link_in_a_preview_works(as_ada, kind):
    shown = as_ada.get(at("letter", kind)).context["letter"]
    assert "/password/reset/key/" not in shown.text + shown.html
    assert "testserver" not in shown.text + shown.html


def test_a_letter_is_framed_by_its_preview_alone(as_ada):
    page, html = as_ada.get(at("letter", KINDS[0])), as_ada.get(at("letter_html", KINDS[0]))
    assert page["Content-Security-Policy"] == f"{POLICY}; frame-src 'self'"
    assert "frame-src" not in as_ada.get(at("letters"))["Content-Security-Policy"]
    assert html["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline'; sandbox")
    assert (page["X-Frame-Options"], html["X-Frame-Options"]) == ("DENY", "SAMEORIGIN")


def test_a_letter_that_would_not_be_sent_is_said(as_ada, note, monkeypatch):
    monkeypatch.setitem(letters._kinds, note, letters.Kind(note, "Note", lambda _mail: None, lambda _user: {}))
    assert "nothing would be sent" in as_ada.get(at("letter", note)).content.decode()
    assert as_ada.get(at("letter_html", note)).status_code == 200


def test_a_letter_of_text_alone_is_said(as_ada, note):
    assert "This letter is text alone." in as_ada.get(at("letter", note)).content.decode()


@pytest.mark.parametrize("page", ["letter", "letter_html"])
def test_a_letter_that_is_none_is_not_found(as_ada, page):
    assert as_ada.get(at(page, "tests.unknown")).status_code == 404


def test_nobody_else_sees_them(mona, alice, rita, charlie):
    for user in (mona, alice, rita, charlie, None):
        client = Client()
        if user:
            client.force_login(user)
        for address in (at("letters"), at("letter", KINDS[0]), at("letter_html", KINDS[0])):
            assert client.get(address).status_code == (404 if user else 302)


def test_the_ways_lead_there(as_ada):
    for page in ("/admin/", at("changelist"), reverse("outbox:index"), "/settings/"):
        assert at("letters") in as_ada.get(page).content.decode(), page
