from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from crm import events
        from notifications import jobs, letters, notices  # noqa: F401 - registers the letters

        events.hear(notices.HEARD, jobs.tell_later)
