"""Repairs of leads and of what is set up for them. The status changes by the verbs alone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from crm import money, phones
from crm.admin import FastAdmin, ReadOnlyAdmin
from customers import lookup as names
from customers.admin import STAMPS, RecordAdmin
from leads import lookup
from leads.models import Campaign, Conversion, Handout, Lead, ScoreRule, Source
from leads.models.lead import ROLLUPS

#: Written by the verbs, the conversion, or the database.
KEPT = (
    "status",
    "lost_reason",
    "lost_note",
    "closed_at",
    "customer",
    "base_value",
    "details",
    "response_due_at",
    "external_source",
    "external_id",
)


class LeadRepair(forms.ModelForm[Lead]):
    """Keeps the number as everywhere, and says before saving that a currency has no rate."""

    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"]
        return phones.parse(typed).e164 if typed else ""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if {"value", "currency"} <= data.keys():
            value = data["value"]
            try:
                base = None if value is None else money.to_base(value, data["currency"], timezone.localdate())
                self.instance.base_value = base
            except ValidationError as error:
                self.add_error("currency", error)
        return data


@admin.register(Lead)
class LeadAdmin(RecordAdmin):
    form = LeadRepair
    list_display = ("__str__", "company_name", "status", "source", "owner", "score", "deleted_at")
    list_select_related = ("source", "owner")
    found_by = ("email", "phone", "id")
    raw_id_fields = ("source", "campaign")
    autocomplete_fields = ("owner",)
    readonly_fields = (*STAMPS, *KEPT, *ROLLUPS)
    filter_horizontal = ("shared_with",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def find(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return lookup.narrow(rows, text)

    def save_model(self, request: HttpRequest, obj: Lead, form: Any, change: bool) -> None:
        if {"value", "currency"} & set(form.changed_data):
            obj.save(update_fields=["value", "currency", "base_value"])
        super().save_model(request, obj, form, change)


class NamedAdmin(FastAdmin):
    """What is few and has a name."""

    found_by = ("name",)

    def find(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        name = names.tidy(text)
        return rows.filter(name__icontains=name) if name else rows.none()


@admin.register(Source)
class SourceAdmin(NamedAdmin):
    list_display = ("name", "kind", "response_minutes", "is_active")


@admin.register(Campaign)
class CampaignAdmin(NamedAdmin):
    list_display = ("name", "starts_on", "ends_on", "is_active")


@admin.register(ScoreRule)
class ScoreRuleAdmin(FastAdmin):
    list_display = ("rule", "points")
    found_by = ("rule",)


@admin.register(Conversion)
class ConversionAdmin(ReadOnlyAdmin):
    list_display = ("lead", "customer", "company", "deal", "by", "at", "undone_at")
    list_select_related = ("lead", "customer", "company", "deal", "by")
    found_by = ("lead", "id")
    raw_id_fields = ("lead", "customer", "company", "deal")


@admin.register(Handout)
class HandoutAdmin(ReadOnlyAdmin):
    list_display = ("way", "by", "at", "to", "dealt_with", "undone_at")
    list_select_related = ("by", "to")
    found_by = ("id",)
