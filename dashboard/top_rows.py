"""The best of a period as rows for the screen: name, amount, share, orders, each with the rows behind it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.countries import country_name
from customers.models import Customer
from dashboard.board import Query
from dashboard.figures import NOTHING
from dashboard.links import Links
from dashboard.reading import Reading
from dashboard.scope import UNKNOWN
from dashboard.tops import Entry, Kind, read_top
from dashboard.wording import Numbers

TITLES: dict[Kind, Any] = {
    "customers": gettext_lazy("Top customers"),
    "countries": gettext_lazy("Top countries"),
    "articles": gettext_lazy("Top articles"),
}
KINDS: dict[str, Kind] = {kind: kind for kind in TITLES}
#: the filter of the list of orders that shows the rows of one entry
FILTERS: dict[Kind, str] = {"customers": "customer", "countries": "country", "articles": "sku"}


@dataclass(frozen=True)
class TopRow:
    name: str
    note: str
    amount: str
    amount_url: str
    share: str
    #: of the best one, between 0 and 1, for the bar
    length: str
    orders: str
    orders_url: str


def top_rows(query: Query, kind: Kind) -> list[TopRow]:
    entries, net = read_top(query, kind), _net(query)
    names, most = _names(kind, entries, query), max((entry.amount for entry in entries), default=NOTHING)
    numbers, links = Numbers.here(), Links(query.scope)
    return [
        TopRow(
            name=names[entry.key],
            note=entry.key if kind == "articles" and entry.label else "",
            amount=numbers.money(entry.amount),
            amount_url=links.part("net", query.period, **_filter(kind, entry)),
            share=numbers.share(entry.amount / net) if net > 0 else "–",
            length=f"{max(NOTHING, entry.amount / most) if most > 0 else Decimal(0):.4f}",
            orders=numbers.count(entry.orders),
            orders_url=links.part("orders", query.period, **_filter(kind, entry)),
        )
        for entry in entries
    ]


def _net(query: Query) -> Decimal:
    reading = Reading(query.scope, query.today, query.zone)
    reading.read([query.period], [])
    return reading.of(query.period).net


def _filter(kind: Kind, entry: Entry) -> dict[str, object]:
    return {FILTERS[kind]: entry.key or UNKNOWN}


def _names(kind: Kind, entries: list[Entry], query: Query) -> dict[str, str]:
    match kind:
        case "customers":
            # Whoever may see the revenue may see who brought it, also of a customer deleted since.
            people = Customer.everything.filter(pk__in=[entry.key for entry in entries])
            return {str(person.pk): str(person) for person in people}
        case "countries":
            return {entry.key: country_name(entry.key) or _("Unknown country") for entry in entries}
        case "articles":
            return {entry.key: entry.label or entry.key for entry in entries}
