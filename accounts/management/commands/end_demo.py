from __future__ import annotations

from typing import Any

import pghistory
from django.core.management.base import BaseCommand
from django.db.models import F
from django.utils.timezone import now

from accounts.demo_logins import demo_logins


class Command(BaseCommand):
    help = "Deactivate the demo logins, so that the program may run outside demo mode."

    def handle(self, *args: Any, **options: Any) -> None:
        with pghistory.context(command="end_demo"):
            count = demo_logins().update(is_active=False, deactivated_at=now(), session_epoch=F("session_epoch") + 1)
        self.stdout.write(f"{count} demo logins deactivated.")
        self.stdout.write("Make an admin of your own with: manage.py createsuperuser")
