from __future__ import annotations

from django.apps import AppConfig

from crm.defaults import keep_defaults


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import checks, mail  # noqa: F401 - registers checks and letters

        keep_defaults(self)
