from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.last_admin import an_admin_stays
from accounts.models import Absence, Holiday, Team, User, WorkingHours
from crm.admin import FastAdmin


@admin.register(Team)
class TeamAdmin(FastAdmin):
    list_display = ("name", "version")
    search_fields = ("name",)
    readonly_fields = ("version", "created_at", "updated_at")
    ordering = ("name",)


STAMPS = ("version", "created_at", "updated_at")


@admin.register(WorkingHours)
class WorkingHoursAdmin(FastAdmin):
    list_display = ("weekday", "opens", "closes")
    found_by = ("weekday",)
    readonly_fields = STAMPS
    ordering = ("weekday",)


@admin.register(Holiday)
class HolidayAdmin(FastAdmin):
    list_display = ("day", "name")
    found_by = ("day",)
    readonly_fields = STAMPS
    ordering = ("-day",)


@admin.register(Absence)
class AbsenceAdmin(FastAdmin):
    list_display = ("person", "first_day", "last_day", "reason")
    list_select_related = ("person",)
    found_by = ("person", "last_day")
    autocomplete_fields = ("person",)
    readonly_fields = STAMPS


@admin.register(User)
class UserAdmin(FastAdmin):
    """Repairs. People come by invitation and leave by hand-over: both have their own pages."""

    list_display = ("name", "email", "role", "team", "is_active", "last_login")
    list_select_related = ("team",)
    list_filter = ("is_active", "role", "team")
    search_fields = ("name", "email")
    ordering = ("name",)
    autocomplete_fields = ("team",)
    fields = (
        "name",
        "email",
        "role",
        "team",
        "lead_capacity",
        "time_zone",
        "theme",
        "hotkeys",
        "is_active",
        "deactivated_at",
        "last_login",
        "created_at",
        "updated_at",
        "version",
    )
    readonly_fields = ("is_active", "deactivated_at", "last_login", "created_at", "updated_at", "version")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        own = obj is not None and obj.pk == request.user.pk
        return (*self.readonly_fields, "role") if own else self.readonly_fields

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            with an_admin_stays():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return redirect(request.path)
