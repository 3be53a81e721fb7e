"""Admins see what leaves by mail and what became of it; nobody else does."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from crm import checks, outbox
from crm.models import Event, Mail

URL = "/settings/outbox/"


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def mail(user=None, **facts):
    given = {"kind": "accounts.reset", "address": user.email if user else "guest@example.com", "user": user}
    if facts.get("state") == "sent":
        given["sent_at"] = now()
    return Mail.objects.create(**given | facts)


@pytest.fixture
def mails(alice, bob):
    return [
        mail(alice, subject="First", state="sent"),
        mail(bob, kind="accounts.invitation", state="failed", error="The address was refused: 550 No such user"),
        mail(subject="Third", error="The mail server refuses connections.", attempts=3),
        mail(alice, subject="Fourth", state="cancelled", created_at=now() - dt.timedelta(days=10)),
    ]


def shown(client, **query):
    page = client.get(URL, query)
    assert page.status_code == 200
    return [[cell.value for cell in row.cells[:3]] for row in page.context["listing"].rows]


def test_where_letters_are_only_printed_the_page_says_so(client, ada, settings):
    client.force_login(ada)
    settings.EMAIL_BACKEND = checks.PRINTED
    assert "printed on the worker" in client.get("/settings/outbox/").content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert "printed on the worker" not in client.get("/settings/outbox/").content.decode()


def test_a_letter_that_was_only_printed_is_not_said_to_be_sent(client, ada, note, alice, settings, capsys):
    client.force_login(ada)
    really = mail(alice, subject="Went out", state="sent")
    settings.EMAIL_BACKEND = checks.PRINTED
    printed = outbox.post(note, to=alice, words="Grüße")
    assert outbox.send_due(now()) == 1
    assert "Grüße" in capsys.readouterr().out
    states = {row.key: row.cells[3][1:] for row in client.get(URL).context["listing"].rows}
    assert states == {really.pk: ("Sent", "", "good"), printed.pk: ("Printed", "", "")}
    assert [row[2] for row in shown(client, state="printed")] == ["Grüße"]
    page = client.get(f"{URL}{printed.pk}/").content.decode()
    assert "It reached nobody" in page and "<span>Sent</span>" not in page
    assert "It reached nobody" not in client.get(f"{URL}{really.pk}/").content.decode()


def test_it_says_at_what_time_a_letter_was_queued_and_sent(as_ada, alice):
    at = dt.datetime(2026, 3, 2, 14, 35, tzinfo=dt.UTC)
    mail(alice, state="sent", created_at=at, sent_at=at + dt.timedelta(minutes=2))
    (row,) = as_ada.get(URL).context["listing"].rows
    assert ":35" in row.cells[-2].label and ":37" in row.cells[-1].label


@pytest.mark.parametrize("url", [URL, "/settings/jobs/"])
def test_above_the_heading_a_link_leads_back_to_the_settings(as_ada, url):
    page = as_ada.get(url).content.decode()
    back, heading = page.index('<a href="/settings/">Settings</a></nav>'), page.index("<h1>")
    assert back < heading


def test_operators_are_warned_of_it_before_they_serve_people(settings):
    settings.DEMO, settings.EMAIL_BACKEND = False, checks.PRINTED
    assert [warning.id for warning in checks.letters_are_sent(None)] == ["crm.W001"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert checks.letters_are_sent(None) == []


def test_it_works(as_ada, mails):
    assert shown(as_ada) == [
        ["guest@example.com", "New password", "Third"],
        ["Bob Teammate", "Invitation", ""],
        ["Alice Owner", "New password", "First"],
        ["Alice Owner", "New password", "Fourth"],
    ]
    page = as_ada.get(URL).content.decode()
    assert "550 No such user" in page
    assert '<span class="badge warn">Queued</span>' in page, "tried in vain so far"


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ({"state": "failed"}, [""]),
        ({"state": "queued"}, ["Third"]),
        ({"kind": "accounts.reset", "state": "sent"}, ["First"]),
        ({"kind": "accounts.lock_warning"}, []),
        ({"queued_to": str((now() - dt.timedelta(days=5)).date())}, ["Fourth"]),
        ({"queued_from": str((now() - dt.timedelta(days=5)).date()), "state": "cancelled"}, []),
        ({"sort": "queued", "state": "cancelled"}, ["Fourth"]),
    ],
    ids=str,
)
def test_filters(as_ada, mails, query, subjects):
    assert [row[2] for row in shown(as_ada, **query)] == subjects


def test_the_mails_of_a_person(as_ada, mails, alice):
    assert [row[2] for row in shown(as_ada, person=alice.pk)] == ["First", "Fourth"]


@pytest.mark.parametrize(
    "query",
    [{"state": "lost"}, {"kind": "x"}, {"person": "0"}, {"queued_from": "x"}, {"sort": "address"}, {"q": "a"}],
    ids=str,
)
def test_unknown_questions_are_refused(as_ada, mails, query):
    assert as_ada.get(URL, query).status_code == 400


def test_the_panel_of_filters_opens(as_ada, mails):
    page = as_ada.get(URL, {"panel": "open"}).content.decode()
    assert "Warning of wrong passwords" in page and "Alice Owner" in page


def test_an_empty_outbox_teaches(as_ada):
    page = as_ada.get(URL).content.decode()
    assert "No mail yet" in page and "Letters are written when they are sent." in page


def test_it_asks_as_often_for_twenty_as_for_one(as_ada, alice):
    mail(alice)
    counted = []
    for more in (0, 19):
        for _number in range(more):
            mail(alice)
        as_ada.get(URL)
        with CaptureQueriesContext(connection) as queries:
            as_ada.get(URL)
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 6


def test_every_page_of_the_list_shows_each_mail_once(as_ada, alice, monkeypatch):
    from crm.outbox_tables import Outbox

    monkeypatch.setattr(Outbox, "size", 2)
    at = now()
    made = [mail(alice, created_at=at).pk for _number in range(5)]
    seen, url = [], URL
    while url:
        listing = as_ada.get(url).context["listing"]
        seen += [row.key for row in listing.rows]
        url = listing.next_url
    assert seen == sorted(made, reverse=True)


def test_the_page_of_one(as_ada, mails, alice):
    for row in mails:
        page = as_ada.get(row.get_absolute_url()).content.decode()
        assert row.address in page and row.message_id.strip("<>") in page and row.error in page
        assert ("Send again" in page) is (row.state in ("failed", "cancelled"))
        assert ("Do not send" in page) is (row.state == "queued")


def test_cancelling_and_sending_again(as_ada, alice):
    row = mail(alice)
    assert as_ada.post(f"{URL}{row.pk}/cancel/", follow=True).context["mail"].state == "cancelled"
    page = as_ada.post(f"{URL}{row.pk}/send-again/", follow=True)
    assert page.context["mail"].state == "queued"
    assert "It is queued again." in page.content.decode()
    assert Event.objects.filter(kind="mail.sent_again").count() == 1


@pytest.mark.parametrize(
    ("state", "verb", "said"),
    [
        ("queued", "send-again", "neither failed nor cancelled"),
        ("sent", "send-again", "neither failed nor cancelled"),
        ("sent", "cancel", "has left the queue already"),
        ("failed", "cancel", "has left the queue already"),
    ],
)
def test_what_cannot_be_done_changes_nothing(as_ada, alice, state, verb, said):
    row = mail(alice, state=state)
    before = Mail.objects.values().get()
    page = as_ada.post(f"{URL}{row.pk}/{verb}/", follow=True).content.decode()
    assert Mail.objects.values().get() == before
    assert not Event.objects.filter(subject_type="crm.mail").exists()
    assert said in page


def test_htmx_is_sent_to_the_page(as_ada, alice):
    row = mail(alice)
    answer = as_ada.post(f"{URL}{row.pk}/cancel/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, row.get_absolute_url())


def test_nobody_else_sees_any_of_it(mails, mona, alice, rita, gus, charlie, nothing_changed):
    row, clients = mails[1], [Client() for _person in range(5)]
    for client, user in zip(clients, (mona, alice, rita, gus, charlie), strict=True):
        client.force_login(user)
    with nothing_changed:
        for client in clients:
            assert client.get(URL).status_code == 403
            assert client.get(f"{URL}{row.pk}/").status_code == 404
            assert client.post(f"{URL}{row.pk}/send-again/").status_code == 404
            assert URL not in client.get("/settings/").content.decode()


def test_the_ways_lead_there(as_ada):
    for page in ("/settings/", "/admin/"):
        assert URL in as_ada.get(page).content.decode(), page
