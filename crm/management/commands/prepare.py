from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from crm.health import missing_migrations


class Command(BaseCommand):
    help = "Bring tables and static files up to date with the code; does nothing where they are."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        collecting = self.collect()
        if missing_migrations():
            self.stdout.write("Preparing the database ...")
            call_command("migrate", interactive=False, verbosity=0)
        if collecting and os.waitpid(collecting, 0)[1]:
            raise CommandError("The static files could not be collected; the reason is above.")

    def collect(self) -> int:
        """In a process of its own, beside the migrations: a first start is waited for. 0 when nothing has changed."""
        stamp, found = Path(settings.DATA_DIR) / "static.stamp", static_fingerprint()
        if Path(settings.STATIC_ROOT).is_dir() and stamp.is_file() and stamp.read_text() == found:
            return 0
        self.stdout.write("Collecting static files ...")
        self.stdout.flush()
        if pid := os.fork():
            return pid
        code = 1
        try:
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)
            stamp.write_text(found)
            code = 0
        except Exception as problem:
            self.stderr.write(str(problem))
        os._exit(code)


def static_fingerprint() -> str:
    """Changes when a static file does, of ours or of a package."""
    seen = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list(ignore_patterns=None):
            facts = Path(storage.path(name)).stat()
            seen.update(f"{name} {facts.st_size} {facts.st_mtime_ns}".encode())
    return seen.hexdigest()
