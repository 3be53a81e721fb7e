"""One box for everything: each app finds its own records (its found.py); here they come together.

A found.py has KINDS, which name what it finds, `find(text, user, limit)`, and if names can be misspelt
`nearly(text, user, limit)`, which is asked when nobody has found anything. What an app knows of the hits of others it
says with `beside(hits, user)`. All of it by index.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from crm.shares import modules
from crm.text import is_storable

if TYPE_CHECKING:
    from accounts.models import User

LONGEST = 200


@dataclass(frozen=True)
class Kind:
    """A kind of record: what many of them are called, its icon, and the name of its page's URL."""

    label: Any
    icon: str
    page: str


@dataclass(frozen=True)
class Hit:
    """Something found, and why. `exact` when a number or an address says that it can only be this."""

    kind: str
    pk: int
    title: str
    reason: str
    exact: bool = False
    detail: str = ""

    @property
    def url(self) -> str:
        return reverse(kinds()[self.kind].page, args=[self.pk])

    @property
    def icon(self) -> str:
        return kinds()[self.kind].icon


@dataclass(frozen=True)
class Beside:
    """What belongs to a hit, and where it is."""

    label: str
    icon: str
    url: str


#: by the kind and the id of the hit
Besides = dict[tuple[str, int], Beside]


@cache
def kinds() -> dict[str, Kind]:
    """By name, in the order in which the apps stand."""
    found: dict[str, Kind] = {}
    for module in modules("found"):
        found |= module.KINDS
    return found


def tidy(text: str) -> str:
    """The text as it is looked up; "" for what no column could hold."""
    return " ".join(text.split())[:LONGEST] if is_storable(text) else ""


def find(text: str, user: User, limit: int = 8) -> list[Hit]:
    """At most `limit` hits of each kind, of what `user` may see: exact ones first, or else what is nearly so."""
    text = tidy(text)
    if not text:
        return []
    hits = _all(modules("found"), "find", text, user, limit)
    if not hits:
        hits = _all(modules("found"), "nearly", text, user, limit)
    return sorted(hits, key=lambda hit: not hit.exact)


def beside(hits: list[Hit], user: User) -> Besides:
    """What the apps say beside the hits: each one thing of a hit at most, the last app has the last word."""
    found: Besides = {}
    for app in modules("found"):
        if hits and hasattr(app, "beside"):
            found |= app.beside(hits, user)
    return found


def _all(apps: Iterable[Any], name: str, text: str, user: User, limit: int) -> list[Hit]:
    ask = [getattr(app, name) for app in apps if hasattr(app, name)]
    return [hit for find_in in ask for hit in find_in(text, user, limit)]
