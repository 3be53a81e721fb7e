"""What events about imports are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.words import Words

#: what an import counts (exchange/runs.py: finish), in the order in which it is told
COUNTED: dict[str, Callable[[int], str]] = {
    "orders": lambda n: ngettext("%(count)s order", "%(count)s orders", n),
    "lines": lambda n: ngettext("%(count)s line", "%(count)s lines", n),
    "deals": lambda n: ngettext("%(count)s deal", "%(count)s deals", n),
    "leads": lambda n: ngettext("%(count)s lead", "%(count)s leads", n),
    "customers": lambda n: ngettext("%(count)s new customer", "%(count)s new customers", n),
    "companies": lambda n: ngettext("%(count)s new company", "%(count)s new companies", n),
    "products": lambda n: ngettext("%(count)s new product", "%(count)s new products", n),
    "people": lambda n: ngettext("%(count)s new person", "%(count)s new people", n),
    "sources": lambda n: ngettext("%(count)s new source", "%(count)s new sources", n),
}


class ImportWords(Words):
    """How many came in stands behind the name of the file."""

    def say(self, number: str, fields: list[str], facts: Mapping[str, Any] | None = None) -> str:
        return ", ".join([super().say(number, fields, facts), *_counted(facts or {})])


def _counted(facts: Mapping[str, Any]) -> list[str]:
    found = ((text, facts.get(name)) for name, text in COUNTED.items())
    return [text(count) % {"count": f"{count:,}"} for text, count in found if isinstance(count, int) and count]


EVENTS = {
    "import.finished": ImportWords(_("Imported: %(file)s"), "upload", "good", "admin:exchange_importrun_change"),
}
