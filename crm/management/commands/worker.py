from __future__ import annotations

from typing import Any

from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from crm.worker import work


class Command(BaseCommand):
    help = "Do background jobs."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=2)

    def handle(self, *args: Any, concurrency: int, **options: Any) -> None:
        self.check(tags=[Tags.database], databases=["default"])
        connections.close_all()
        work(concurrency=concurrency)
