"""Whose orders a board is about: what the user may see, narrowed by country and channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm.access import require
from customers.models import Order
from customers.models.order import OrderQuerySet
from customers.tables import UNKNOWN

if TYPE_CHECKING:
    from accounts.models import User

__all__ = ["UNKNOWN", "Scope", "may_see", "scope_of"]
#: roles that see the revenue of all customers, and the one that sees that of the customers it owns
ALL, OWN = frozenset({"admin", "manager", "analyst"}), frozenset({"sales"})


@dataclass(frozen=True)
class Scope:
    user: User
    country: str = ""
    channel: str = ""

    @property
    def owner(self) -> int | None:
        """The owner whose customers' orders these are; None for everybody's."""
        require(may_see(self.user))
        return self.user.pk if self.user.effective_role in OWN else None

    @property
    def is_part(self) -> bool:
        """Whether a customer may have bought outside of it."""
        return bool(self.country or self.channel)

    @property
    def key(self) -> str:
        """The same text for everybody who sees the same orders."""
        return f"{self.owner or 'all'} {self.country} {self.channel}"

    def orders(self) -> OrderQuerySet:
        """The counted orders."""
        rows = Order.objects.revenue_of(self.user).counted()
        if self.country:
            rows = rows.filter(country="" if self.country == UNKNOWN else self.country)
        return rows.filter(channel=self.channel) if self.channel else rows


def may_see(user: User) -> bool:
    return user.effective_role in ALL | OWN


def scope_of(user: User, *, country: str = "", channel: str = "") -> Scope:
    """403 for whoever sees no revenue at all."""
    require(may_see(user))
    return Scope(user, country, channel)
