"""The cast: alice owns, bob is on her team, mona leads it, rita may only read, gus collects, charlie is a stranger."""

from __future__ import annotations

import os
from contextlib import contextmanager
from itertools import count

os.environ.setdefault("RAPPORT_DEMO", "1")

import pytest
from django.db import connection
from django.test import TransactionTestCase, override_settings

from crm import postgres
from tests import databases, factories
from tests.rows import all_rows

if not postgres.is_external():
    postgres.ensure()
databases.forget_the_real_one(connection)
NUMBERS = count()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker):
    """A copy of the kept database; commits that nobody misses after a crash need not wait for the disk."""
    connection.settings_dict["OPTIONS"]["options"] += " -c synchronous_commit=off"
    with django_db_blocker.unblock():
        databases.copy_of_the_kept_one(connection)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that commit empty the tables that were written, not all hundred of them."""
    with pytest.MonkeyPatch.context() as patch:
        # Not longer than this: a test that forgot to say that it needs the database would write to it and leave it so.
        with django_db_blocker.unblock():
            if connection.settings_dict["NAME"] != databases.NONE_YET:
                emptying = databases.Emptying(connection)
                patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: emptying())
        yield


@pytest.fixture(scope="session", autouse=True)
def _plain_static_and_quick_hashes(django_test_environment):
    """Static files by their plain names, for nothing has been collected; a hasher that costs nothing."""
    storages = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "tests.storage.PlainStatic"},
    }
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    found = {"WHITENOISE_AUTOREFRESH": True, "WHITENOISE_USE_FINDERS": True}
    with override_settings(STORAGES=storages, PASSWORD_HASHERS=hashers, **found):
        yield


@pytest.fixture(autouse=True)
def _files_of_its_own(settings, tmp_path_factory):
    """A folder for each test, made by the first file that is stored in it."""
    settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "files" / str(next(NUMBERS))


@pytest.fixture
def team(db):
    return factories.TeamFactory(name="North")


@pytest.fixture
def alice(team):
    return factories.UserFactory(name="Alice Owner", email="alice@example.com", role="sales", team=team)


@pytest.fixture
def bob(team):
    return factories.UserFactory(name="Bob Teammate", email="bob@example.com", role="sales", team=team)


@pytest.fixture
def mona(team):
    return factories.UserFactory(name="Mona Manager", email="mona@example.com", role="manager", team=team)


@pytest.fixture
def ada(db):
    return factories.UserFactory(name="Ada Admin", email="ada@example.com", role="admin", team=None)


@pytest.fixture
def rita(db):
    return factories.UserFactory(name="Rita Reader", email="rita@example.com", role="analyst", team=None)


@pytest.fixture
def gus(db):
    return factories.UserFactory(name="Gus Agent", email="gus@example.com", role="agent", team=None)


@pytest.fixture
def charlie(db):
    """Signed in, with no role: sees nothing."""
    return factories.UserFactory(name="Charlie Stranger", email="charlie@example.com", role="", team=None)


@pytest.fixture
def customer(alice):
    return factories.CustomerFactory(name="Zoë Ångström", owner=alice)


@pytest.fixture
def company(alice):
    return factories.CompanyFactory(name="Ångström Interiör", owner=alice)


@pytest.fixture
def order(customer):
    return factories.OrderFactory(customer=customer)


@pytest.fixture
def lead(alice):
    return factories.LeadFactory(name="Nils Holm", owner=alice)


@pytest.fixture
def deal(alice, customer, company):
    return factories.DealFactory(title="Forty lanterns", owner=alice, customer=customer, company=company)


@pytest.fixture
def nothing_changed(db):
    """A context in which no business row may change: `with nothing_changed: …`."""
    return unchanged()


@contextmanager
def unchanged():
    before = all_rows()
    yield
    assert all_rows() == before
