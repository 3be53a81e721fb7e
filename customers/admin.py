"""Repairs of companies, customers and orders: every row is here, the deleted ones too, found by the same indexes."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from crm import phones
from crm.admin import FastAdmin, ReadOnlyAdmin
from customers import lookup
from customers.models import Company, Customer, Email, ExternalId, Order, OrderLine, Phone, RevenueStamp
from customers.models.customer import ROLLUPS, refresh_figures
from customers.order_forms import COUNTED_BY, RECKONED_BY

STAMPS = ("version", "created_at", "updated_at", "deleted_at", "created_by")


class RecordAdmin(FastAdmin):
    readonly_fields: ClassVar[Any] = STAMPS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model.everything.order_by(*self.ordering)
        return rows

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """What was chosen stays a choice when it is deleted."""
        kwargs["queryset"] = db_field.remote_field.model._base_manager.all()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Company)
class CompanyAdmin(RecordAdmin):
    list_display = ("name", "industry", "city", "owner", "deleted_at")
    list_select_related = ("owner",)
    found_by = ("name",)
    autocomplete_fields = ("owner",)

    def find(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        name = lookup.tidy(text)
        return rows.filter(lookup.named(name)) if name else rows.none()


class PhoneForm(forms.ModelForm[Phone]):
    """Keeps the number as everywhere: E.164, and as it is dialled at home."""

    def clean_number(self) -> str:
        parsed = phones.parse(self.cleaned_data["number"])
        self.instance.national = parsed.national
        return parsed.e164


class PhoneInline(admin.TabularInline[Phone, Customer]):
    model = Phone
    form = PhoneForm
    fields = ("number", "position")
    extra = 0


class EmailInline(admin.TabularInline[Email, Customer]):
    model = Email
    extra = 0


class ExternalIdInline(admin.TabularInline[ExternalId, Customer]):
    model = ExternalId
    extra = 0


@admin.register(Customer)
class CustomerAdmin(RecordAdmin):
    list_display = ("__str__", "reference", "company", "owner", "lifecycle", "deleted_at")
    list_select_related = ("company", "owner")
    found_by = ("name", "reference")
    raw_id_fields = ("company",)
    autocomplete_fields = ("owner",)
    readonly_fields = (*STAMPS, *ROLLUPS)
    inlines = (PhoneInline, EmailInline, ExternalIdInline)

    def find(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return lookup.narrow(rows, text)


class LineInline(admin.TabularInline[OrderLine, Order]):
    model = OrderLine
    fields = readonly_fields = ("position", "sku", "description", "quantity", "unit_price", "amount")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Order)
class OrderAdmin(RecordAdmin):
    """Orders are entered, and their lines changed, on their own pages: there the total follows."""

    list_display = ("number", "placed_at", "customer", "kind", "status", "total", "currency", "deleted_at")
    list_select_related = ("customer",)
    found_by = ("number", "id")
    raw_id_fields = ("customer", "returns_order")
    readonly_fields = (*STAMPS, "source", "total", "base_total")
    inlines = (LineInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **{"form": OrderRepair} | kwargs)

    def save_model(self, request: HttpRequest, obj: Order, form: Any, change: bool) -> None:
        before = Order.everything.values_list("customer_id", flat=True).get(pk=obj.pk)
        super().save_model(request, obj, form, change)
        if RECKONED_BY.intersection(form.changed_data):
            obj.reckon()
        if COUNTED_BY.intersection(form.changed_data):
            refresh_figures(sorted({pk for pk in (before, obj.customer_id) if pk}))


class OrderRepair(forms.ModelForm[Order]):
    """Says before saving that a number is taken, or that a currency has no rate on the day."""

    def _get_validation_exclusions(self) -> set[str]:
        """The constraints of an order are of its source and id too, which are not in the form."""
        return super()._get_validation_exclusions() - {"source", "id"}  # type: ignore[misc,no-any-return]  # not in the stubs

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"currency", "placed_at"} <= data.keys():
            try:
                self.instance.in_base(data["currency"], data["placed_at"])
            except ValidationError as error:
                self.add_error("currency", error)
        return data


@admin.register(OrderLine)
class OrderLineAdmin(ReadOnlyAdmin):
    list_display = ("order", "position", "sku", "description", "quantity", "unit_price", "amount")
    list_select_related = ("order",)
    found_by = ("sku", "order")
    raw_id_fields = ("order",)


@admin.register(Phone)
class PhoneAdmin(ReadOnlyAdmin):
    """Changed with their customer."""

    list_display = ("number", "customer", "position")
    list_select_related = ("customer",)
    found_by = ("number",)
    raw_id_fields = ("customer",)

    def find(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(lookup.numbered(text)) if phones.looks_like_phone(text) else rows.none()


@admin.register(Email)
class EmailAdmin(ReadOnlyAdmin):
    list_display = ("address", "customer", "position")
    list_select_related = ("customer",)
    found_by = ("address",)
    raw_id_fields = ("customer",)

    def find(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(lookup.addressed(text)) if lookup.tidy(text) else rows.none()


@admin.register(ExternalId)
class ExternalIdAdmin(ReadOnlyAdmin):
    list_display = ("source", "value", "customer")
    list_select_related = ("customer",)
    found_by = ("value",)
    raw_id_fields = ("customer",)


@admin.register(RevenueStamp)
class RevenueStampAdmin(ReadOnlyAdmin):
    list_display = ("day", "owner", "n")
    found_by = ("day", "owner")
