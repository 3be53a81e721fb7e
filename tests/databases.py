"""The test database: migrated once, kept beside the others, and copied for every run and every worker."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

ROOT = Path(__file__).resolve().parent.parent
#: what decides how a new database looks, and what is in it
DECIDING = (
    "crm/*.py",
    "accounts/hours.py",
    "*/migrations/*.py",
    "*/models.py",
    "*/models/*.py",
    "*/defaults.py",
    "dashboard/__init__.py",
    "dashboard/tall*.py",
    "dashboard/*_stamps.py",
    "requirements.txt",
)
PREFIX = "test_rapport_of_"
#: logs that triggers write to, also for what every installation begins with
LOGS = {"dashboard_pipelinestamp"}
#: tables of the job queue, which are not Django's to flush
QUEUE = ("procrastinate_events", "procrastinate_periodic_defers", "procrastinate_jobs", "procrastinate_workers")
KEPT = 4
#: the name until a test database is made: a test that says no word of a database cannot reach the real one
NONE_YET = "no_test_here_is_marked_django_db"


def forget_the_real_one(connection):
    """From here on nothing in this process knows the name of the database that people use."""
    connection.close()
    connection.settings_dict["NAME"] = NONE_YET


def copy_of_the_kept_one(connection):
    """Django then makes its test database as a copy, and finds nothing left to migrate."""
    name = PREFIX + fingerprint()
    with _alone(connection) as cursor:
        if name not in _kept(cursor):
            _make(connection, cursor, name)
            for old in _kept(cursor)[KEPT:]:
                cursor.execute(f'DROP DATABASE "{old}"')
    connection.settings_dict["TEST"]["TEMPLATE"] = name


def deciding_files():
    return sorted({path for pattern in DECIDING for path in ROOT.glob(pattern)})


def fingerprint():
    """Another one after every change of what decides."""
    told = hashlib.sha256(repr((settings.BASE_CURRENCY, settings.TIME_ZONE, settings.INSTALLED_APPS)).encode())
    for path in deciding_files():
        told.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return told.hexdigest()[:16]


@contextmanager
def _alone(connection):
    """On the server, outside any test database; the other workers wait until the first has made the kept one."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [PREFIX])
        yield cursor
        cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [PREFIX])


def _kept(cursor):
    """The newest first."""
    cursor.execute(
        "SELECT datname FROM pg_database WHERE datname ~ %s ORDER BY oid DESC", [f"^{PREFIX}[0-9a-f]{{16}}$"]
    )
    return [name for (name,) in cursor.fetchall()]


def _make(connection, cursor, name):
    """Made under another name: one that was left half made is not taken for whole."""
    made, asked = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = making = f"{name}_making"
    cursor.execute(f'DROP DATABASE IF EXISTS "{making}" WITH (FORCE)')
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()
    finally:
        connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"] = made, asked
    cursor.execute(f'ALTER DATABASE "{making}" RENAME TO "{name}"')


class Emptying:
    """After a test that commits: as flush, but only the tables that were written, which are few.

    What every installation begins with stays as it is. A test that changed it pays for the whole flush.
    """

    def __init__(self, connection):
        self.connection = connection
        own = connection.introspection.django_table_names(only_existing=True, include_views=False)
        self.tables = sorted({*own, *QUEUE})
        self.given = [table for table in self._filled() if table not in LOGS]
        self.is_superuser = self._asked("SELECT usesuper FROM pg_user WHERE usename = user")
        self.content = self._content()

    def __call__(self):
        if self.is_superuser == [True] and self._content() == self.content:
            self._delete(sorted(set(self._filled()) - set(self.given)))
        else:
            call_command("flush", verbosity=0, interactive=False, database=self.connection.alias)
            self._delete(QUEUE)
            self.content = self._content()

    def _delete(self, tables):
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            if self.is_superuser == [True]:
                cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger asks which table is first
            one = 'DELETE FROM "{}"'
            for table in tables:
                cursor.execute(one.format(table))

    def _filled(self):
        one = "SELECT '{0}' WHERE EXISTS (SELECT FROM \"{0}\")"
        return self._asked(" UNION ALL ".join(one.format(name) for name in self.tables))

    def _content(self):
        one = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{}\" AS t"
        return sorted(self._asked(" UNION ALL ".join(one.format(name) for name in self.given)))

    def _asked(self, query):
        with self.connection.cursor() as cursor:
            cursor.execute(query)
            return [value for (value,) in cursor.fetchall()]
