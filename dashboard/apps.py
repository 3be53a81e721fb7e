from __future__ import annotations

from django.apps import AppConfig

from crm.defaults import keep_defaults


class DashboardConfig(AppConfig):
    name = "dashboard"

    def ready(self) -> None:
        keep_defaults(self)
