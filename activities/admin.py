from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from activities.models import Activity
from crm.admin import FastAdmin


@admin.register(Activity)
class ActivityAdmin(FastAdmin):
    """Found by the id of the customer."""

    list_display = ("done_at", "kind", "customer", "created_by", "deleted_at")
    list_select_related = ("customer", "created_by")
    found_by = ("customer",)
    raw_id_fields = ("customer",)
    autocomplete_fields = ("created_by",)
    readonly_fields = ("version", "created_at", "updated_at", "deleted_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Activity.everything.order_by(*self.ordering)
