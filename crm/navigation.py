"""Where one can go: declared once, filtered by role; side navigation, phone tabs, New menu and shortcuts read it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from crm.webpush import mark_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Lazy

EVERYBODY = frozenset({"admin", "manager", "sales", "agent", "analyst"})
ORDERS = EVERYBODY - {"agent"}
WRITERS = frozenset({"admin", "manager", "sales"})
SELLING = EVERYBODY - {"agent"}
#: who has a day of their own on the first page; agents start with their customers, analysts with the reports
TODAY = frozenset({"admin", "manager", "sales"})
LEADERS = frozenset({"admin", "manager"})
SIDE_COOKIE = "rapport_side"
TABS = 4
DEMO_LOGINS = ("admin", "manager", "sales", "agent", "analyst")


@dataclass(frozen=True)
class Entry:
    """A page, or a form for something new. `keys` is its shortcut; `at_end` puts it below the line."""

    name: str
    icon: str
    label: Lazy
    roles: frozenset[str]
    keys: str = ""
    at_end: bool = False


@dataclass(frozen=True)
class Link:
    """An entry as one user sees it."""

    entry: Entry
    url: str

    @property
    def icon(self) -> str:
        return self.entry.icon

    @property
    def label(self) -> Lazy:
        return self.entry.label

    @property
    def keys(self) -> str:
        return self.entry.keys


@dataclass(frozen=True)
class Navigation:
    """The links of one user, and which of them the page belongs to."""

    links: tuple[Link, ...]
    current: str
    role: str

    @property
    def main(self) -> list[Link]:
        return [link for link in self.links if not link.entry.at_end]

    @property
    def end(self) -> list[Link]:
        return [link for link in self.links if link.entry.at_end]

    @property
    def tabs(self) -> tuple[Link, ...]:
        return self.links[:TABS]

    @property
    def more(self) -> tuple[Link, ...]:
        return self.links[TABS:]


PAGES = (
    Entry("home", "sun", _("Today"), TODAY, "g h"),
    Entry("home", "trending-up", _("Reports"), frozenset({"analyst"}), "g h"),
    Entry("today", "sun", _("Today"), frozenset({"agent"}), "g h"),
    Entry("deals:board", "handshake", _("Deals"), SELLING, "g d"),
    Entry("leads:index", "user-round-plus", _("Leads"), SELLING, "g l"),
    Entry("customers:index", "users", _("Customers"), EVERYBODY, "g c"),
    Entry("companies:index", "building-2", _("Companies"), EVERYBODY, "g b"),
    Entry("orders:index", "shopping-cart", _("Orders"), ORDERS, "g o"),
    Entry("dashboard:revenue", "chart-column", _("Revenue"), ORDERS, "g r"),
    Entry("dashboard:sales", "gauge", _("Sales"), SELLING, "g k"),
    Entry("reports:index", "trending-up", _("Reports"), TODAY, "g p"),
    Entry("jobs:index", "file-down", _("Exports"), ORDERS, "g x"),
    Entry("audit", "history", _("Activity"), LEADERS, "g a"),
    Entry("accounts:users", "users-round", _("Users"), LEADERS, "g u"),
    Entry("admin:index", "wrench", _("Administration"), frozenset({"admin"}), at_end=True),
    Entry("accounts:settings", "settings", _("Settings"), EVERYBODY, "g s", at_end=True),
)
NEW = (
    Entry("leads:create", "user-round-plus", _("Lead"), WRITERS),
    Entry("deals:create", "handshake", _("Deal"), WRITERS),
    Entry("activities:plan", "calendar-plus", _("Activity"), WRITERS | {"agent"}),
    Entry("customers:create", "user-plus", _("Customer"), WRITERS),
    Entry("companies:create", "building-2", _("Company"), WRITERS),
    Entry("orders:create", "shopping-cart", _("Order"), WRITERS),
)


@lru_cache(maxsize=32)
def links(entries: tuple[Entry, ...], role: str) -> tuple[Link, ...]:
    """The entries open to a role. An app that is not installed has no URL and so no entry."""
    found = []
    for entry in entries:
        if role not in entry.roles:
            continue
        try:
            found.append(Link(entry, reverse(entry.name)))
        except NoReverseMatch:
            continue
    return tuple(found)


def navigation(request: HttpRequest) -> Navigation:
    role = getattr(request.user, "effective_role", "")
    own = links(PAGES, role)
    inside = [link.url for link in own if request.path.startswith(link.url) and link.url != "/"]
    is_home = request.path == "/" or request.path.startswith(("/today/", "/reports/"))
    here = max(inside, key=len, default="/" if is_home else "")
    return Navigation(own, here, role)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Lazy: a fragment that shows none of it pays for none of it."""
    user = getattr(request, "user", None)
    return {
        "navigation": SimpleLazyObject(lambda: navigation(request)),
        "new_menu": SimpleLazyObject(lambda: links(NEW, getattr(user, "effective_role", ""))),
        "theme": SimpleLazyObject(lambda: getattr(user, "theme", "")),
        "hotkeys_on": SimpleLazyObject(lambda: getattr(user, "hotkeys", False)),
        "side": "narrow" if request.COOKIES.get(SIDE_COOKIE) == "narrow" else "",
        "began": f"{getattr(request, 'began', 0) * 1000:.0f}",
        "session_mark": SimpleLazyObject(lambda: mark_of(request.session)),
        "organisation_name": settings.ORGANISATION_NAME,
        "demo_logins": DEMO_LOGINS if settings.DEMO else (),
    }
