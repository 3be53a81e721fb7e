"""Money and states of customers and orders in templates."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils import formats

from crm.money import money_text, places_of, price_text
from crm.topics import topic
from customers.facts import KIND_TONES, STATUS_TONES, TONES
from customers.models import Company, Customer, Lifecycle, Order, OrderKind, OrderStatus

register = template.Library()


@register.filter
def money_whole(amount: Decimal | None, currency: str = "") -> str:
    """For lists to glance at: without the cents."""
    return money_text(amount, currency or None, 0)


@register.filter
def money(amount: Decimal | None, currency: str = "") -> str:
    return money_text(amount, currency or None)


@register.filter
def plain_number(value: Decimal) -> str:
    """Without the zeros at its end."""
    return formats.number_format(value.normalize(), places_of(value), force_grouping=True)


@register.filter
def unit_price(amount: Decimal, currency: str) -> str:
    return price_text(amount, currency)


@register.filter
def order_tone(status: str) -> str:
    return STATUS_TONES[OrderStatus(status)]


@register.filter
def kind_tone(kind: str) -> str:
    return KIND_TONES[OrderKind(kind)]


@register.filter
def lifecycle_tone(lifecycle: str) -> str:
    return TONES[Lifecycle(lifecycle)]


@register.filter
def live_topic(row: Customer | Company | Order) -> str:
    """What a part of the page watches, to be fetched again when the record changes."""
    return topic(row)
