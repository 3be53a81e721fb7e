from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class CrmConfig(AppConfig):
    name = "crm"


class AdminConfig(admin_apps.AdminConfig):
    default_site = "crm.admin.AdminSite"
