"""A new database is the same whether models are rendered after each operation or only after those that need it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from crm import postgres

ROOT = Path(__file__).resolve().parents[2]
PLAIN = """
import django
django.setup()
from django.core.management import call_command
from django.core.management.commands.migrate import Command
call_command(Command(), verbosity=0)
"""


@pytest.fixture
def migrated(db):
    """What a database holds that `command` has made from nothing."""
    made = []

    def dump(name, *command):
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
        made.append(name)
        at = connection.connection.info
        url = f"postgresql://{at.user}:{at.password}@/{name}?host={quote(at.host, safe='')}&port={at.port}"
        environ = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "crm.settings", "RAPPORT_DEMO": "1"}
        subprocess.run([sys.executable, *command], cwd=ROOT, env=environ, check=True)
        told = subprocess.run(
            [postgres.binaries() / "pg_dump", "--schema-only", url], capture_output=True, text=True, check=True
        )
        return re.sub(r"^\\(un)?restrict .*$", "", told.stdout, flags=re.MULTILINE)

    yield dump
    with connection._nodb_cursor() as cursor:
        for name in made:
            cursor.execute(f'DROP DATABASE "{name}"')


def test_it_works(migrated):
    quick = migrated("test_migrated_quickly", "manage.py", "migrate", "--verbosity", "0")
    plain = migrated("test_migrated_plainly", "-c", PLAIN)
    assert "CREATE TRIGGER" in quick
    assert quick == plain
