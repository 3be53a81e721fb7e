"""Companies, customers and what they bought."""

from __future__ import annotations

from customers.models.company import Company
from customers.models.contact import Email, ExternalId, Phone
from customers.models.customer import Customer, Lifecycle
from customers.models.order import Channel, Order, OrderKind, OrderLine, OrderStatus
from customers.models.stamp import RevenueStamp

__all__ = [
    "Channel",
    "Company",
    "Customer",
    "Email",
    "ExternalId",
    "Lifecycle",
    "Order",
    "OrderKind",
    "OrderLine",
    "OrderStatus",
    "Phone",
    "RevenueStamp",
]
