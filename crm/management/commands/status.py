from __future__ import annotations

import platform
from collections.abc import Iterator
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection, models

from crm import background, postgres, waiting
from crm.health import missing_migrations

COUNTED = ("accounts", "activities", "customers", "leads", "deals", "crm")
FINE = "nothing waits for long"


class Command(BaseCommand):
    help = "What runs, versions, row counts, migrations, age of the last backup. Ends with 1 when nobody does the jobs."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        facts = [("Rapport", settings.VERSION), ("Python", platform.python_version()), ("Django", django.get_version())]
        facts.append(("Mode", "demo" if settings.DEMO else "production"))
        facts.extend(_server())
        try:
            facts.extend(_database())
        except DatabaseError as problem:
            facts.append(("Database", f"does not answer ({str(problem).splitlines()[0]})"))
        facts.append(("Last backup", "none"))
        for name, value in facts:
            self.stdout.write(f"{name + ':':<24}{value}")
        if dict(facts).get("Queue", FINE) != FINE:
            raise SystemExit(1)


def _server() -> Iterator[tuple[str, str]]:
    if postgres.is_external():
        yield "PostgreSQL", "an external server (DATABASE_URL)"
        return
    found = postgres.status()
    yield "PostgreSQL", f"{found.version} in {found.folder}, {'runs' if found.running else 'does not run'}"


def _database() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT version(), pg_size_pretty(pg_database_size(current_database()))")
        version, size = cursor.fetchone()
        yield "Server", version.split(" on ")[0]
        yield "Size", size
        missing = missing_migrations()
        yield "Migrations", f"{len(missing)} to be applied ({', '.join(missing[:3])} …)" if missing else "all applied"
        if missing:
            return
        workers = background.workers_alive()
        yield "Workers", str(workers)
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
        (left,) = cursor.fetchone()
        yield "Jobs waiting", f"{left:,}"
        yield "Queue", waiting.problem() or (background.nobody_works() if left and not workers else FINE)
        for model in _counted():
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')  # noqa: S608  our own table's name
            yield str(model._meta.verbose_name_plural).capitalize(), f"{cursor.fetchone()[0]:,}"


def _counted() -> list[type[models.Model]]:
    """Our own records; what a tool keeps beside them (history) is not counted."""
    ours = [model for label in COUNTED for model in apps.get_app_config(label).get_models()]
    return [model for model in ours if not model.__name__.endswith("Event") or model._meta.label == "crm.Event"]
