from __future__ import annotations

from django.contrib import admin

from crm.admin import ReadOnlyAdmin
from dashboard.models import DealTally, KeptFigures, LeadTally, PartTally, PipelineStamp, TallyZone, WorkTally


@admin.register(KeptFigures)
class KeptFiguresAdmin(ReadOnlyAdmin):
    """May be deleted at any time: they are counted again."""

    list_display = ("key", "stamp", "computed_at")
    search_fields = ("key__startswith",)
    ordering = ("key",)


class LogAdmin(ReadOnlyAdmin):
    """What triggers alone write."""

    found_by = ("id",)


@admin.register(PipelineStamp)
class PipelineStampAdmin(LogAdmin):
    list_display = ("id", "n")


@admin.register(TallyZone)
class TallyZoneAdmin(LogAdmin):
    list_display = ("id", "name")


@admin.register(LeadTally, PartTally, DealTally, WorkTally)
class TallyAdmin(LogAdmin):
    list_display = ("id", "day", "is_month", "owner")
    list_select_related = ("owner",)
