from __future__ import annotations

from django.contrib import admin

from crm.admin import ReadOnlyAdmin
from dashboard.models import KeptFigures


@admin.register(KeptFigures)
class KeptFiguresAdmin(ReadOnlyAdmin):
    """May be deleted at any time: they are counted again."""

    list_display = ("key", "stamp", "computed_at")
    search_fields = ("key__startswith",)
    ordering = ("key",)
