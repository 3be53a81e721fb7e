"""Where each figure comes from: the list that shows exactly the rows it counted."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlencode

from django.urls import reverse

from dashboard.periods import DAY, Period
from dashboard.scope import Scope

Figure = Literal["net", "gross", "returns", "adjustments", "orders", "average", "customers", "new", "returning"]
#: filters of the list of orders, figure by figure
ORDERS: dict[Figure, str] = {
    "net": "counted=1",
    "average": "counted=1",
    "gross": "counted=1&kind=sale",
    "returns": "counted=1&kind=return",
    "adjustments": "counted=1&kind=adjustment",
    "orders": "purchase=1",
}
PLACED, BOUGHT = "placed_from={first}&placed_to={last}", "bought_from={first}&bought_to={last}"


class Links:
    """Addresses of lists for the figures of one scope. `patterns` have the places of the dates left open: a long
    table fills them once for each row."""

    def __init__(self, scope: Scope) -> None:
        owner: dict[str, object] = {"owner": scope.owner} if scope.owner else {}
        chosen = {"country": scope.country, "channel": scope.channel}
        filters = {name: value for name, value in chosen.items() if value}
        bought = {f"bought_{name}": value for name, value in filters.items()}
        self._orders = f"{reverse('orders:index')}?{_tail(owner | filters)}{PLACED}"
        customers = f"{reverse('customers:index')}?{_tail(owner | bought)}"
        self.patterns: dict[Figure, str] = {name: f"{self._orders}&{asked}" for name, asked in ORDERS.items()}
        self.patterns["customers"] = f"{customers}{BOUGHT}"
        if scope.is_part:  # whose first purchase was elsewhere is no new customer here
            self.patterns |= {
                "new": f"{customers}{BOUGHT}&buyers=new",
                "returning": f"{customers}{BOUGHT}&buyers=returning",
            }
        else:
            self.patterns["new"] = f"{customers}first_from={{first}}&first_to={{last}}"
            self.patterns["returning"] = f"{customers}{BOUGHT}&first_to={{before}}"

    def to(self, figure: Figure, period: Period) -> str:
        return self.patterns[figure].format(**dates(period))

    def part(self, figure: Figure, period: Period, **filters: object) -> str:
        """The orders of `figure` that have something more in common."""
        return f"{self.to(figure, period)}&{urlencode(filters)}"


def dates(period: Period) -> dict[str, str]:
    """What fills a pattern."""
    first = period.first
    return {"first": first.isoformat(), "last": period.last.isoformat(), "before": (first - DAY).isoformat()}


def _tail(filters: dict[str, object]) -> str:
    return f"{urlencode(filters)}&" if filters else ""
