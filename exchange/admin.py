from __future__ import annotations

from django.contrib import admin

from crm.admin import ReadOnlyAdmin
from exchange.models import ImportedOrder, ImportRun


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "file_name", "source", "state", "created_by")
    list_select_related = ("created_by",)
    search_fields = ("file_name", "=sha256", "=source")


@admin.register(ImportedOrder)
class ImportedOrderAdmin(ReadOnlyAdmin):
    list_display = ("order", "run")
    list_select_related = ("order", "run")
    search_fields = ("=order__number",)
    raw_id_fields = ("order", "run")
