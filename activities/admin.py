from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from activities.models import Activity, Attachment, Comment
from crm.admin import FastAdmin, ReadOnlyAdmin


@admin.register(Activity)
class ActivityAdmin(FastAdmin):
    """Found by the id of the customer, the lead or the deal."""

    list_display = ("kind", "title", "due_on", "done_at", "owner", "created_by", "deleted_at")
    list_select_related = ("owner", "created_by")
    found_by = ("customer", "lead", "deal")
    raw_id_fields = ("customer", "lead", "deal", "collaborators", "mentioned")
    autocomplete_fields = ("created_by", "owner")
    readonly_fields = ("version", "created_at", "updated_at", "deleted_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Activity.everything.order_by(*self.ordering)


@admin.register(Comment)
class CommentAdmin(FastAdmin):
    """Found by the id of the activity."""

    list_display = ("created_at", "created_by", "body", "deleted_at")
    list_select_related = ("created_by",)
    found_by = ("activity",)
    raw_id_fields = ("activity", "mentioned")
    autocomplete_fields = ("created_by",)
    readonly_fields = ("version", "created_at", "updated_at", "deleted_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Comment.everything.order_by(*self.ordering)


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    """Found by the id of the customer, the lead, the deal or the activity. The bytes are downloaded from the record."""

    list_display = ("created_at", "name", "content_type", "size", "created_by", "deleted_at")
    list_select_related = ("created_by",)
    found_by = ("customer", "lead", "deal", "activity")
    raw_id_fields = ("customer", "lead", "deal", "activity", "created_by")
    exclude = ("file",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Attachment.everything.order_by(*self.ordering)
