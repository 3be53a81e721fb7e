"""The Django admin as repair tool: admins only, quick at a million rows."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connection, models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property

from crm.models import Event, ExchangeRate, IdempotencyKey, JobProgress


class AdminSite(admin.AdminSite):
    """Strangers are sent to the one sign-in page; who is signed in without the right learns nothing."""

    site_header = site_title = "Rapport"
    index_title = "Administration"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.user.is_authenticated:
            raise Http404
        return redirect(f"/accounts/login/?next={request.path}")


class EstimatedPaginator(Paginator[Any]):
    """Takes the planner's estimate for a whole big table instead of counting it."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, models.QuerySet) and not rows.query.where:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [rows.model._meta.db_table]
                )
                estimate = int(cursor.fetchone()[0])
            if estimate > 10_000:
                return estimate
        return super().count


class FastAdmin(admin.ModelAdmin[Any]):
    """No full counts, no unindexed order, related rows by search or id; nothing is deleted for ever by hand."""

    show_full_result_count = False
    paginator = EstimatedPaginator
    list_per_page = 50
    ordering = ("-pk",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(FastAdmin):
    """Rows that nobody changes by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "subject_type", "subject_id", "actor")
    list_select_related = ("actor",)
    search_fields = ("=subject_id",)
    raw_id_fields = ("customer", "actor")


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "user", "key", "status")
    list_select_related = ("user",)
    search_fields = ("=key",)


@admin.register(JobProgress)
class JobProgressAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "title", "user", "state", "done", "total")
    list_select_related = ("user",)
    search_fields = ("=id",)
    ordering = ("-created_at",)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(FastAdmin):
    list_display = ("day", "currency", "rate")
    search_fields = ("=currency",)
