from __future__ import annotations

from django.contrib import admin

from crm.admin import ReadOnlyAdmin
from dashboard.models import KeptFigures


@admin.register(KeptFigures)
class KeptFiguresAdmin(ReadOnlyAdmin):
    list_display = ("key", "stamp", "computed_at")
    found_by = ("key",)
