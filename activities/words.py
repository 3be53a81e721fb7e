"""What events are called on a timeline. Each app has a words.py for its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Words:
    """An event on screen. `title` may name "%(fields)s"; `page` is the URL name of its subject's page, for a link."""

    title: Any
    icon: str = "activity"
    tone: str = ""
    page: str = ""

    def say(self, number: str, fields: list[str]) -> str:
        title = str(self.title) % {"fields": ", ".join(fields)} if self.names_fields else str(self.title)
        return f"{title} {number}" if number else title

    @property
    def names_fields(self) -> bool:
        return "%(fields)s" in str(self.title)


EVENTS = {
    "activity.deleted": Words(_("Note deleted"), "trash-2"),
    "activity.restored": Words(_("Note restored"), "rotate-ccw"),
}


@cache
def all_words() -> dict[str, Words]:
    """kind -> words, of every app that has some."""
    found: dict[str, Words] = {}
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.words"):
            found |= import_module(f"{config.name}.words").EVENTS
    return found


def words_for(kind: str) -> Words:
    """Also for a kind that nobody named: "invoice.sent" reads "Invoice sent"."""
    return all_words().get(kind) or Words(kind.replace(".", " ").replace("_", " ").capitalize())
