from __future__ import annotations

from typing import Any

from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from crm.serve import PortTaken, serve


class Command(BaseCommand):
    help = "Serve pages and live updates."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--processes", type=int, default=1, help="as many as there are cores")

    def handle(self, *args: Any, host: str, port: int, processes: int, **options: Any) -> None:
        self.check(tags=[Tags.database], databases=["default"])
        connections.close_all()  # the processes are forked: each opens its own
        try:
            serve(host, port, processes=processes)
        except PortTaken as problem:
            raise CommandError(str(problem)) from None
