from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate

from crm.migrating import few_renderings


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with few_renderings():
            super().handle(*args, **options)
