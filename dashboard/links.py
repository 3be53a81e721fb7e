"""Where each figure comes from: the list that shows exactly the rows it counted."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlencode

from django.urls import reverse

from dashboard.periods import DAY, Period
from dashboard.scope import Scope

Figure = Literal["net", "gross", "returns", "adjustments", "orders", "average", "customers", "new", "returning"]
#: filters of the list of orders, figure by figure
ORDERS: dict[str, str] = {
    "net": "counted=1",
    "average": "counted=1",
    "gross": "counted=1&kind=sale",
    "returns": "counted=1&kind=return",
    "adjustments": "counted=1&kind=adjustment",
    "orders": "purchase=1",
}


class Links:
    """Addresses of lists for the figures of one scope."""

    def __init__(self, scope: Scope) -> None:
        self._is_part = scope.is_part
        owner = {"owner": scope.owner} if scope.owner else {}
        country = {"country": scope.country} if scope.country else {}
        channel = {"channel": scope.channel} if scope.channel else {}
        bought = {f"bought_{name}": value for name, value in (country | channel).items()}
        self._orders = f"{reverse('orders:index')}?{_tail(owner | country | channel)}"
        self._customers = f"{reverse('customers:index')}?{_tail(owner | bought)}"

    def to(self, figure: Figure, period: Period) -> str:
        if filters := ORDERS.get(figure):
            return self.orders(period, filters)
        if figure == "customers":
            return self.customers(period)
        if self._is_part:
            return self.customers(period, f"&buyers={figure}")
        if figure == "new":
            return f"{self._customers}first_from={period.first}&first_to={period.last}"
        return self.customers(period, f"&first_to={period.first - DAY}")

    def orders(self, period: Period, filters: str) -> str:
        return f"{self._orders}placed_from={period.first}&placed_to={period.last}&{filters}"

    def part(self, figure: Figure, period: Period, **filters: object) -> str:
        """The orders of `figure` that have something more in common."""
        return self.orders(period, f"{ORDERS[figure]}&{urlencode(filters)}")

    def customers(self, period: Period, filters: str = "") -> str:
        return f"{self._customers}bought_from={period.first}&bought_to={period.last}{filters}"


def _tail(filters: dict[str, object]) -> str:
    return f"{urlencode(filters)}&" if filters else ""
