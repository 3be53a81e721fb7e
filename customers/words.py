"""What events about customers, companies and orders are called on a timeline."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.words import Words

EVENTS = {
    "customer.created": Words(_("Customer added"), "user-plus", "accent"),
    "customer.changed": Words(_("%(fields)s changed"), "pencil"),
    "customer.deleted": Words(_("Customer deleted"), "trash-2", "bad"),
    "customer.restored": Words(_("Customer restored"), "rotate-ccw", "good"),
    "order.created": Words(_("Order"), "shopping-cart", "good", "orders:detail"),
    "order.changed": Words(_("Order changed"), "receipt-text", "", "orders:detail"),
    "order.deleted": Words(_("Order deleted"), "trash-2", "bad"),
    "order.restored": Words(_("Order restored"), "rotate-ccw", "good", "orders:detail"),
}
