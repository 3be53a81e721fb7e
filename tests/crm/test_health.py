"""What a supervisor is told."""

from __future__ import annotations

import pytest
from django.db import DatabaseError
from django.urls import reverse

from crm import health


def test_healthz_asks_no_database(client):
    assert client.get(reverse("healthz")).json() == {"status": "ok"}


def test_readyz_when_all_is_well(client, db):
    answer = client.get(reverse("readyz"))
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_readyz_without_its_tables(client, db, monkeypatch):
    monkeypatch.setattr(health, "migrated", lambda: False)
    answer = client.get(reverse("readyz"))
    assert (answer.status_code, answer.json()) == (503, {"status": "migrations are missing"})


def test_readyz_without_a_database(client, db, monkeypatch):
    def broken():
        raise DatabaseError

    monkeypatch.setattr(health, "migrated", broken)
    assert client.get(reverse("readyz")).status_code == 503


@pytest.mark.parametrize("name", ["healthz", "readyz"])
def test_nothing_can_be_sent_there(client, name):
    assert client.post(reverse(name)).status_code == 405
