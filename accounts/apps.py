from __future__ import annotations

from django.apps import AppConfig

from crm.defaults import keep_defaults


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import checks  # noqa: F401 - registers them

        keep_defaults(self)
