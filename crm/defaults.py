"""What a new installation begins with: each app's defaults.py, after every migrate and flush, where there is none."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def keep_defaults(config: AppConfig) -> None:
    """Call `make_defaults()` of the app's defaults.py once its tables are there. It must add only what is missing."""
    post_migrate.connect(_make, sender=config, dispatch_uid=f"defaults:{config.label}")


def _make(*, sender: AppConfig, plan: Any = (), **kwargs: Any) -> None:
    if any(backwards for _migration, backwards in plan):
        return  # its tables may just have gone
    import_module(f"{sender.name}.defaults").make_defaults()
