"""Repairs of deals and of what is set up for them. Stages of deals change by the verbs alone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from crm.admin import FastAdmin, ReadOnlyAdmin
from customers import lookup
from customers.admin import STAMPS, RecordAdmin
from deals.models import (
    Deal,
    DealLine,
    ForecastLine,
    ForecastSnapshot,
    LostReason,
    Pipeline,
    Product,
    Stage,
    StageVisit,
    Target,
)
from deals.models.deal import PLACES, ROLLUPS
from deals.models.worth import in_base

#: Written by the verbs, or by the database.
KEPT = ("stage", "status", "closed_on", "lost_reason", "lost_note", "stage_entered_at", "base_amount")


class DealRepair(forms.ModelForm[Deal]):
    """Says before saving that an amount cannot be kept, or that a currency has no rate."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if {"amount", "currency"} <= data.keys():
            try:
                self.instance.base_amount = in_base(data["amount"], data["currency"], timezone.localdate())
            except ValidationError as error:
                self.add_error(None, error)
        return data


class DealLineInline(admin.TabularInline[DealLine, Deal]):
    model = DealLine
    fields = readonly_fields = ("position", "product", "description", "quantity", "unit_price", "discount")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[DealLine]:
        return super().get_queryset(request).select_related("product")


@admin.register(Deal)
class DealAdmin(RecordAdmin):
    form = DealRepair
    list_display = ("title", "stage", "customer", "owner", "amount", "currency", "closed_on", "deleted_at")
    list_select_related = ("stage", "customer", "owner")
    found_by = ("title", "id")
    raw_id_fields = ("customer", "company", "lead", "source", "campaign")
    autocomplete_fields = ("owner",)
    readonly_fields = (*STAMPS, *KEPT, *ROLLUPS, *PLACES, "external_source", "external_id")
    filter_horizontal = ("shared_with",)
    inlines = (DealLineInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def find(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        name = lookup.tidy(text)
        return rows.filter(lookup.named(name)) if name else rows.none()

    def save_model(self, request: HttpRequest, obj: Deal, form: Any, change: bool) -> None:
        if {"amount", "currency"} & set(form.changed_data):
            obj.save(update_fields=["amount", "currency", "base_amount"])
        super().save_model(request, obj, form, change)
        if {"amount", "currency", "amount_from_lines"} & set(form.changed_data):
            obj.reckon()


@admin.register(DealLine)
class DealLineAdmin(ReadOnlyAdmin):
    """Changed with their deal."""

    list_display = ("deal", "position", "product", "description", "quantity", "unit_price", "discount")
    list_select_related = ("deal", "product")
    found_by = ("deal",)
    raw_id_fields = ("deal",)


@admin.register(StageVisit)
class StageVisitAdmin(ReadOnlyAdmin):
    """Written by the verbs of a deal."""

    list_display = ("deal", "stage", "entered_at", "left_at", "by")
    list_select_related = ("deal", "stage", "by")
    found_by = ("deal",)
    raw_id_fields = ("deal",)


@admin.register(Pipeline)
class PipelineAdmin(FastAdmin):
    list_display = ("name", "position", "is_active")
    found_by = ("name",)
    readonly_fields = ("version",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A pipeline comes with its stages: on the page of the set-up."""
        return False


@admin.register(Stage)
class StageAdmin(FastAdmin):
    list_display = ("name", "pipeline", "position", "kind", "probability", "rotting_days")
    list_select_related = ("pipeline",)
    found_by = ("name",)
    readonly_fields = ("version", "pipeline", "kind", "position", "required")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(LostReason)
class LostReasonAdmin(FastAdmin):
    list_display = ("name", "for_deals", "for_leads", "is_active")
    found_by = ("name",)
    readonly_fields = ("version",)


@admin.register(Product)
class ProductAdmin(FastAdmin):
    list_display = ("name", "sku", "series", "price", "currency", "is_active")
    found_by = ("name", "sku")
    readonly_fields = ("version",)


@admin.register(Target)
class TargetAdmin(FastAdmin):
    list_display = ("person", "month", "amount")
    list_select_related = ("person",)
    found_by = ("person", "month")
    autocomplete_fields = ("person",)
    readonly_fields = ("version",)


@admin.register(ForecastSnapshot)
class ForecastSnapshotAdmin(ReadOnlyAdmin):
    """Taken every night."""

    list_display = ("day", "taken_at")
    found_by = ("day",)


@admin.register(ForecastLine)
class ForecastLineAdmin(ReadOnlyAdmin):
    list_display = ("snapshot", "month", "pipeline", "owner", "open_count", "total", "weighted", "committed", "won")
    list_select_related = ("snapshot", "pipeline", "owner")
    found_by = ("snapshot",)
    raw_id_fields = ("snapshot",)
