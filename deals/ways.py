"""Board, list and forecast: three ways to look at the same deals, each with the filters of the one before."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

#: parameters that say where one stands on a page, and what the forecast is filtered by
OF_THE_PAGE = ("sort", "after", "before", "panel")
OF_THE_FORECAST = ("pipeline", "team", "owner")


@dataclass(frozen=True)
class Way:
    name: str
    label: str
    icon: str
    url: str


def ways(query: QueryDict) -> list[Way]:
    """With the filters of `query`; for templates/deals/_ways.html."""
    filters = query.copy()
    for name in OF_THE_PAGE:
        filters.pop(name, None)
    few = filters.copy()
    for name in set(few) - set(OF_THE_FORECAST):
        del few[name]
    return [
        Way("board", _("Board"), "square-kanban", _url("deals:board", filters)),
        Way("list", _("List"), "list", _url("deals:list", filters)),
        Way("forecast", _("Forecast"), "chart-column", _url("deals:forecast", few)),
    ]


def _url(name: str, query: QueryDict) -> str:
    return f"{reverse(name)}?{query.urlencode()}" if query else reverse(name)
