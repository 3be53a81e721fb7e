"""The list of products."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.keyset import Sort
from crm.lists import Cell, Column, Empty, ListFilter, Listing
from crm.money import money_text
from deals.models import Product


class ProductFilter(ListFilter):
    q = forms.CharField(required=False, max_length=200)
    series = forms.CharField(label=gettext_lazy("Series"), required=False, max_length=100)
    used = forms.ChoiceField(
        label=gettext_lazy("In use"),
        required=False,
        choices=[("", "–"), ("1", gettext_lazy("Yes")), ("0", gettext_lazy("No"))],
    )

    def narrow(self, rows: QuerySet[Any], data: dict[str, Any]) -> QuerySet[Any]:
        if "q" in data:
            rows = rows.filter(name__icontains=data["q"].strip())
        if "series" in data:
            rows = rows.filter(series__iexact=data["series"])
        return rows.filter(is_active=data["used"] == "1") if "used" in data else rows


def _price(row: Product) -> Cell:
    return Cell("money", money_text(row.price, row.currency) if row.price is not None else "")


def _use(row: Product) -> Cell:
    return Cell("badge", "" if row.is_active else _("Out of use"))


class ProductList(Listing[Product]):
    name = "products"
    model = Product
    title = gettext_lazy("Products")
    url_name = "deals:products"
    create_url_name, create_label, create_roles = "deals:create_product", gettext_lazy("Product"), frozenset({"admin"})
    filter_class: type[ListFilter] = ProductFilter
    sorts = {"name": Sort(Lower("name"))}
    default_sort = "name"
    columns = (
        Column("name", gettext_lazy("Name"), lambda row: row.name, kind="link", sort="name"),
        Column("sku", gettext_lazy("Article number"), lambda row: row.sku),
        Column("series", gettext_lazy("Series"), lambda row: row.series),
        Column("price", gettext_lazy("List price"), lambda row: row.price, kind="money", cell=_price),
        Column("used", gettext_lazy("In use"), lambda row: row.is_active, cell=_use),
    )

    def url_of(self, row: Product) -> str:
        return reverse("deals:product", args=[row.pk])

    def empty(self) -> Empty:
        text = _("What you sell, with its list price. A deal lists its products, and they can make up its amount.")
        return Empty(_("No products yet"), text, reverse("deals:create_product"), _("Product"), icon="package")
