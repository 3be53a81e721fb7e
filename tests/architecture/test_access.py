"""Every URL, every role, own, foreign, deleted and missing object; and no refusal changes a row."""

from __future__ import annotations

from copy import deepcopy
from tempfile import TemporaryDirectory

import pytest
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests import factories
from tests.architecture.access_rows import IDENTITIES
from tests.architecture.access_table import ACCESS, PUBLIC
from tests.architecture.scene import Scene
from tests.rows import all_rows, writes

#: without the mark no test database is made, and the scene would be set in the real one
pytestmark = pytest.mark.django_db


def named_urls(resolver=None, prefix=""):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace == "admin":
                continue
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from named_urls(entry, inner)
        elif isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}"


def test_no_url_is_forgotten():
    assert set(named_urls()) == {name.split(" ")[0] for name in ACCESS} | PUBLIC


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker):
    """Made once: every test puts back what it does."""
    with django_db_blocker.unblock(), transaction.atomic(), TemporaryDirectory() as folder:
        with override_settings(MEDIA_ROOT=folder):
            made = Scene()
            made.folder = folder
            yield made
        transaction.set_rollback(True)


@pytest.fixture
def clients(scene, everybody, settings):
    """Requests hash no passwords and find their static files by the settings of each test; nobody stays signed out."""
    settings.MEDIA_ROOT = scene.folder
    kept = {identity: deepcopy(client.cookies) for identity, client in everybody.items()}
    yield everybody
    for identity, client in everybody.items():
        client.cookies = kept[identity]


@pytest.fixture(scope="module")
def before(everybody):
    """Every row, as the scene was set."""
    return all_rows()


@pytest.fixture(scope="module")
def everybody(scene):
    """A signed-in client for each identity."""
    made = {}
    for identity in IDENTITIES:
        made[identity] = client = Client()
        if identity != "anonymous":
            client.force_login(scene.users[identity])
    return made


def status_of(client, method, url, data=None):
    """The answer's status; a file that it holds open is closed."""
    response = getattr(client, method)(url, data)
    if response.streaming:
        b"".join(response.streaming_content)  # read to its end, the test client closes it
    return response.status_code


CASES = [(name, kind) for name, row in ACCESS.items() for kind in row.kinds]


@pytest.mark.parametrize(("name", "kind"), CASES, ids=[f"{name} {kind}" for name, kind in CASES])
def test_who_may(scene, clients, before, name, kind):
    row = ACCESS[name]
    url = scene.url(name.split(" ")[0], row, kind)
    seen, changed = {}, []
    for identity, client in clients.items():
        with transaction.atomic():
            written = writes()
            seen[identity] = status_of(client, row.method, url, row.data)
            refused = seen[identity] >= 400 or identity == "anonymous"
            if refused and writes() != written and all_rows() != before:
                changed.append(identity)
            transaction.set_rollback(True)
    assert seen == row.expected(kind)
    assert changed == []


def test_the_admin_is_for_admins(clients):
    for identity, client in clients.items():
        expected = {"anonymous": 302, "admin": 200}.get(identity, 404)
        for name in ("index", "customers_customer_changelist", "accounts_user_changelist", "crm_mail_letters"):
            assert client.get(reverse(f"admin:{name}")).status_code == expected, identity


def test_nothing_changes_by_get(scene, clients, before):
    """A URL of verbs alone refuses GET; no page that answers GET writes a business row."""
    shown = {name for name, row in ACCESS.items() if row.method == "get"}
    for name, row in ACCESS.items():
        status = status_of(clients["admin"], "get", scene.url(name.split(" ")[0], row, "own"))
        assert status == 405 or name.split(" ")[0] in shown, name
    assert all_rows() == before


def test_a_user_without_the_team_their_role_needs_sees_nothing(scene):
    with transaction.atomic():
        for role in ("manager", "sales"):
            client = Client()
            client.force_login(factories.UserFactory(role=role, team=None))
            assert client.get(reverse("customers:detail", args=[scene.customer.pk])).status_code == 404
        transaction.set_rollback(True)
