"""The Django admin as repair tool: admins only, quick at a million rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.paginator import Paginator
from django.db import connection, models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from crm.events import record
from crm.models import Event, ExchangeRate, IdempotencyKey, JobProgress
from crm.versions import Versioned

VERSION_FIELD = "opened_version"
#: Tables of libraries that mean nothing here: the role decides, and a user has one e-mail.
UNUSED = frozenset({"auth.Group", "account.EmailAddress", "account.EmailConfirmation"})


class AdminSite(admin.AdminSite):
    """Strangers are sent to the one sign-in page; who is signed in without the right learns nothing."""

    site_header = site_title = "Rapport"
    index_title = "Administration"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.user.is_authenticated:
            raise Http404
        return redirect(f"/accounts/login/?next={request.path}")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        several = isinstance(model_or_iterable, Iterable)
        models = [m for m in (model_or_iterable if several else [model_or_iterable]) if m._meta.label not in UNUSED]
        super().register(models, admin_class, **options)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Django's own page would save the whole user, as it was when the request began."""
        return redirect("account_change_password")


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

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A form opened before somebody else's change is not saved: the page shows the row as it is now."""
        if request.method != "POST" or not issubclass(self.model, Versioned):
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            if object_id and self._is_stale(request, object_id):
                text = _("Somebody changed this while you were editing. Nothing of yours was saved: look again.")
                self.message_user(request, text, messages.ERROR)
                return redirect(request.get_full_path())
            return super().changeform_view(request, object_id, form_url, extra_context)

    def _is_stale(self, request: HttpRequest, object_id: str) -> bool:
        """Compares the version that templates/admin/change_form.html wrote into the form, and locks the row."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return False
        locked = self.model._base_manager.select_for_update().filter(pk=row.pk)
        return request.POST.get(VERSION_FIELD) != str(locked.values_list("version", flat=True).get())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write only what was changed in the form: the rest of the row may be older than the database."""
        if not change:
            obj.save(force_insert=True)
            self._record(request, obj, "created")
            return
        columns = {field.name for field in obj._meta.concrete_fields}
        changed = [name for name in form.changed_data if name in columns]
        if changed:
            obj.save(update_fields=changed)
            self._record(request, obj, "changed", fields=changed)

    def _record(self, request: HttpRequest, obj: Any, verb: str, **facts: Any) -> None:
        if noun := getattr(obj, "NOUN", ""):
            record(f"{noun}.{verb}", on=obj, by=request.user, **facts)  # type: ignore[arg-type]  # admins only


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
