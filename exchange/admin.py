from __future__ import annotations

from django.contrib import admin

from crm.admin import ReadOnlyAdmin
from exchange.models import ImportedDeal, ImportedLead, ImportedOrder, ImportRun


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "file_name", "source", "state", "created_by")
    list_select_related = ("created_by",)
    found_by = ("sha256", "source")


@admin.register(ImportedOrder)
class ImportedOrderAdmin(ReadOnlyAdmin):
    """Found by the id of its order, which the administration of orders shows."""

    list_display = ("order_id", "run")
    list_select_related = ("run",)
    found_by = ("order",)
    raw_id_fields = ("order", "run")


@admin.register(ImportedDeal)
class ImportedDealAdmin(ReadOnlyAdmin):
    """Found by the id of its deal."""

    list_display = ("deal_id", "run")
    list_select_related = ("run",)
    found_by = ("deal",)
    raw_id_fields = ("deal", "run")


@admin.register(ImportedLead)
class ImportedLeadAdmin(ReadOnlyAdmin):
    """Found by the id of its lead."""

    list_display = ("lead_id", "run")
    list_select_related = ("run",)
    found_by = ("lead",)
    raw_id_fields = ("lead", "run")
