"""Where each figure of sales comes from: the list that shows exactly the rows it counted."""

from __future__ import annotations

from copy import copy
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from dashboard.periods import Period
from dashboard.sales_scope import Selling


class SalesLinks:
    """Addresses of the lists of leads, deals and work, for one scope."""

    def __init__(self, scope: Selling) -> None:
        self._leads, self._deals = reverse("leads:index"), reverse("deals:list")
        self._work = reverse("dashboard:sales_activities")
        self._tail = urlencode(scope.filters)

    def without_people(self) -> SalesLinks:
        """The same lists of whoever a link names."""
        links = copy(self)
        links._tail = ""
        return links

    def leads(self, **filters: Any) -> str:
        return self._to(self._leads, filters)

    def deals(self, **filters: Any) -> str:
        return self._to(self._deals, filters)

    def work(self, **filters: Any) -> str:
        return self._to(self._work, filters)

    def _to(self, url: str, filters: dict[str, Any]) -> str:
        own = _encoded(tuple(filters.items()))
        asked = "&".join(part for part in (own, self._tail) if part)
        return f"{url}?{asked}" if asked else url


# A board has three hundred links, and the same ones again and again.
@lru_cache(maxsize=4096)
def _encoded(filters: tuple[tuple[str, Any], ...]) -> str:
    return urlencode([(name, value) for name, value in filters if value not in ("", None)])


def created(period: Period) -> dict[str, str]:
    return _between("created", period)


def closed(period: Period) -> dict[str, str]:
    return _between("closed", period)


def opened(period: Period) -> dict[str, str]:
    return _between("opened", period)


def done(period: Period) -> dict[str, str]:
    return _between("done", period)


def _between(word: str, period: Period) -> dict[str, str]:
    return {f"{word}_from": period.first.isoformat(), f"{word}_to": period.last.isoformat()}
