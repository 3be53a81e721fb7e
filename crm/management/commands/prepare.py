from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from crm.health import missing_migrations


class Command(BaseCommand):
    help = "Bring tables and static files up to date with the code; does nothing where they are."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if missing_migrations():
            self.stdout.write("Preparing the database ...")
            call_command("migrate", interactive=False, verbosity=0)
        stamp, found = Path(settings.DATA_DIR) / "static.stamp", static_fingerprint()
        if not Path(settings.STATIC_ROOT).is_dir() or not stamp.is_file() or stamp.read_text() != found:
            self.stdout.write("Collecting static files ...")
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)
            stamp.write_text(found)


def static_fingerprint() -> str:
    """Changes when a static file does, of ours or of a package."""
    seen = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list(ignore_patterns=None):
            facts = Path(storage.path(name)).stat()
            seen.update(f"{name} {facts.st_size} {facts.st_mtime_ns}".encode())
    return seen.hexdigest()
