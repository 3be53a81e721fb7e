from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.contrib.staticfiles import apps as static_apps


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        from crm import checks  # noqa: F401 - registers them


class AdminConfig(admin_apps.AdminConfig):
    default_site = "crm.admin_site.AdminSite"


class StaticFilesConfig(static_apps.StaticFilesConfig):
    """Without the scripts that a package ships and no page loads: htmx is vendored in static/vendor."""

    ignore_patterns = [*static_apps.StaticFilesConfig.ignore_patterns, "django_htmx"]
