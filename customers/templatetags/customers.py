"""Money and states of customers and orders in templates."""

from __future__ import annotations

from decimal import Decimal

from django import template

from crm.money import money_text
from crm.topics import topic
from customers.facts import TONES
from customers.models import Company, Customer, Lifecycle, OrderStatus

register = template.Library()
ORDER_TONES = {
    OrderStatus.DRAFT: "",
    OrderStatus.OPEN: "accent",
    OrderStatus.COMPLETED: "good",
    OrderStatus.CANCELLED: "",
    OrderStatus.FAILED: "bad",
}


@register.filter
def money(amount: Decimal | None, currency: str = "") -> str:
    return money_text(amount, currency or None)


@register.filter
def order_tone(status: str) -> str:
    return ORDER_TONES[OrderStatus(status)]


@register.filter
def lifecycle_tone(lifecycle: str) -> str:
    return TONES[Lifecycle(lifecycle)]


@register.filter
def live_topic(row: Customer | Company) -> str:
    """What a part of the page watches, to be fetched again when the record changes."""
    return topic(row)
