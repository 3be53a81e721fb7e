"""Customers, companies, notes: every URL, every role, own, foreign, deleted, missing; no refusal changes a row."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client

from tests.architecture.access_customers import CUSTOMERS
from tests.architecture.access_rows import IDENTITIES
from tests.architecture.scene import Scene
from tests.rows import all_rows

CASES = [(name, kind) for name, row in CUSTOMERS.items() for kind in row.kinds]


@pytest.mark.parametrize(("name", "kind"), CASES, ids=[f"{name} {kind}" for name, kind in CASES])
def test_who_may(db, name, kind):
    scene, row = Scene(), CUSTOMERS[name]
    url, data = scene.url(name.split(" ")[0], row, kind), scene.data(row, kind)
    seen, changed = {}, []
    for identity in IDENTITIES:
        client = Client()
        if identity != "anonymous":
            client.force_login(scene.users[identity])
        before = all_rows()
        with transaction.atomic():
            seen[identity] = getattr(client, row.method)(url, data).status_code
            if (seen[identity] >= 400 or identity == "anonymous") and all_rows() != before:
                changed.append(identity)
            transaction.set_rollback(True)
    assert seen == row.expected(kind)
    assert changed == []
