"""Letters for tests, and the server that takes them."""

from __future__ import annotations

import contextlib
import time

import pytest
from django.core.cache import cache

from crm import letters, outbox, waiting
from tests.crm.mail_server import MailServer


@pytest.fixture(autouse=True)
def _this_process_has_just_begun(monkeypatch):
    """However long the tests have run: no worker runs beside them."""
    monkeypatch.setattr(waiting, "STARTED", time.time())


@pytest.fixture
def mail_server(db, settings):
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
    yield server
    with contextlib.suppress(RuntimeError):  # stopped by the test itself
        server.stop()
    cache.delete(outbox.SILENT_UNTIL)


@pytest.fixture
def note(monkeypatch):
    """A letter that only these tests know; what it says is among its arguments. Without words it says nothing."""
    monkeypatch.setattr(letters, "_kinds", dict(letters._kinds))

    @letters.letter("tests.note", label="Note", sample=lambda _user: {"words": "Example"})
    def write(mail):
        facts = mail.arguments
        if facts.get("broken"):
            raise RuntimeError("the template is gone")
        words = facts.get("words", "")
        return letters.Letter(words, f"{words}\n", facts.get("html", ""), facts.get("headers", {})) if words else None

    return "tests.note"
