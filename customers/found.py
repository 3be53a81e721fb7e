"""Customers, companies and orders in the one box for everything."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.finding import Kind
from customers.lookup import find, nearly

__all__ = ["KINDS", "find", "nearly"]

KINDS = {
    "customer": Kind(_("Customers"), "user", "customers:detail"),
    "company": Kind(_("Companies"), "building-2", "companies:detail"),
    "order": Kind(_("Orders"), "shopping-cart", "orders:detail"),
}
