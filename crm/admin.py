"""The Django admin as repair tool: admins only, quick at a million rows."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, ClassVar

import pghistory.models
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import DataError, IntegrityError, connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from crm.events import record
from crm.letter_previews import LetterPreviews
from crm.models import Event, ExchangeRate, FailedAttempt, IdempotencyKey, JobProgress, Mail
from crm.moments import is_of_this_era
from crm.text import is_storable
from crm.versions import Versioned

VERSION_FIELD = "opened_version"


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


class MomentField(forms.SplitDateTimeField):
    """A moment that every zone can show: one that none can breaks each list it is in."""

    def compress(self, data_list: Any) -> Any:
        moment = super().compress(data_list)
        if moment and not is_of_this_era(moment):
            raise ValidationError(_("Choose a day between 1900 and 2200."))
        return moment


class FastAdmin(admin.ModelAdmin[Any]):
    """No full counts, no unindexed order, related rows by search or id; nothing is deleted for ever by hand.

    Django searches by UPPER(…) LIKE, which reads whole tables. `found_by` names columns with an index instead, whose
    value is typed whole; find() may do better.
    """

    found_by: tuple[str, ...] = ()

    formfield_overrides: ClassVar[Any] = {models.DateTimeField: {"form_class": MomentField}}
    show_full_result_count = False
    paginator = EstimatedPaginator
    list_per_page = 50
    ordering = ("-pk",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_fields(self, request: HttpRequest) -> Any:
        return self.found_by or super().get_search_fields(request)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        if not self.found_by:
            return super().get_search_results(request, queryset, search_term)
        text = search_term.strip()
        return (self.find(queryset, text) if text else queryset), False

    def find(self, rows: models.QuerySet[Any], text: str) -> models.QuerySet[Any]:
        """The rows that have `text` in a column of found_by."""
        fits = models.Q(pk__in=[])
        for name in self.found_by if is_storable(text) else ():
            with suppress(ValidationError):
                fits |= models.Q(**{name: self._read(name, text)})
        return rows.filter(fits)

    def _read(self, name: str, text: str) -> Any:
        field = self.model._meta.get_field(name)
        column = field.target_field if isinstance(field, models.ForeignKey) else field
        value = column.to_python(text)
        column.run_validators(value)  # a number too large for the column is nobody's
        return value

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A form opened before somebody else's change is not saved: the page shows the row as it is now."""
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            with transaction.atomic():
                if not self._is_stale(request, object_id):
                    return super().changeform_view(request, object_id, form_url, extra_context)
            text = _("Somebody changed this while you were editing. Nothing of yours was saved: look again.")
        except (IntegrityError, DataError):  # what no form knows: two new rows alike, a sum too large for its column
            text = _("The database refuses this, as two rows would be alike or a number too large. Nothing was saved.")
        self.message_user(request, text, messages.ERROR)
        return redirect(request.get_full_path())

    def _is_stale(self, request: HttpRequest, object_id: str | None) -> bool:
        """Compares the version that templates/admin/change_form.html wrote into the form, and locks the row."""
        if not object_id or not issubclass(self.model, Versioned):
            return False
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
    found_by = ("customer",)
    raw_id_fields = ("customer", "actor")


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "user", "key", "status")
    list_select_related = ("user",)
    found_by = ("user",)


@admin.register(JobProgress)
class JobProgressAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "title", "user", "state", "done", "total")
    list_select_related = ("user",)
    found_by = ("id",)
    ordering = ("-created_at",)


@admin.register(Mail)
class MailAdmin(LetterPreviews, ReadOnlyAdmin):
    list_display = ("created_at", "kind", "address", "subject", "state", "attempts", "sent_at")
    list_filter = ("state",)
    found_by = ("message_id", "user")
    raw_id_fields = ("user",)
    change_list_template = "admin/mails.html"


@admin.register(FailedAttempt)
class FailedAttemptAdmin(ReadOnlyAdmin):
    list_display = ("at", "job_id", "attempt", "error")
    found_by = ("job_id",)
    ordering = ("-pk",)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(FastAdmin):
    list_display = ("day", "currency", "rate")
    found_by = ("currency",)


class HistoryAdmin(ReadOnlyAdmin):
    """The old rows of a tracked table, by the id of the row."""

    list_display = ("pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context")
    found_by = ("pgh_obj",)
    raw_id_fields = ("pgh_obj",)
    ordering = ("-pgh_id",)


def register_histories() -> None:
    for model in apps.get_models():
        if issubclass(model, pghistory.models.Event) and not admin.site.is_registered(model):
            admin.site.register(model, HistoryAdmin)


register_histories()
