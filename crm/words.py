"""What events are called on screen, and how it is said. Each app has a words.py for its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.utils import formats
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from crm.money import money_text


@dataclass(frozen=True)
class Words:
    """An event on screen. `title` may name "%(fields)s" and the facts of the event, such as "%(stage_to)s";
    amounts are "%(money)s". `page` is the URL name of its subject's page, for a link; `is_whole` when the last word of
    the title says something even where it is a dash."""

    title: Any
    icon: str = "activity"
    tone: str = ""
    page: str = ""
    is_whole: bool = False

    def say(self, number: str, fields: list[str], facts: Mapping[str, Any] | None = None) -> str:
        names = _Facts({name: fact_text(value) for name, value in (facts or {}).items()})
        names |= {"fields": ", ".join(fields), "money": _money(facts or {}) or "–"}
        text = str(self.title)
        title = text % names if "%(" in text else text
        if not self.is_whole and "%(" in text:
            title = title.rstrip(" ,:.–")
        return f"{title} {number}" if number else title

    @property
    def names_fields(self) -> bool:
        return "%(fields)s" in str(self.title)


class _Facts(dict[str, str]):
    """A fact that an old event has not is an ellipsis."""

    def __missing__(self, name: str) -> str:
        return "…"


def fact_text(value: Any) -> str:
    """A fact as record() wrote it, for the screen."""
    if isinstance(value, dict):
        return str(value.get("text", ""))
    if value in (None, ""):
        return "–"
    if isinstance(value, str) and len(value) == len("2026-01-31") and (day := _day(value)):
        return day
    return ", ".join(map(fact_text, value)) if isinstance(value, list) else str(value)


def _day(text: str) -> str:
    try:
        day = parse_date(text)
    except ValueError:
        return ""
    return formats.date_format(day, "SHORT_DATE_FORMAT") if day else ""


def _money(facts: Mapping[str, Any]) -> str:
    return amount_text(facts.get("amount"), facts.get("currency"))


def amount_text(amount: Any, currency: Any = None) -> str:
    try:
        return money_text(Decimal(str(amount)), str(currency) if currency else None) if amount is not None else ""
    except InvalidOperation:
        return str(amount)


EVENTS = {
    "job.died": Words(_("A job failed for good: %(error)s"), "circle-alert", "bad", "queue:detail"),
    "job.retried": Words(_("Job put into the queue again"), "rotate-ccw", "", "queue:detail"),
    "job.cancelled": Words(_("Job cancelled"), "ban", "", "queue:detail"),
}
#: verbs of which a list of kinds is made; what is not here is written as it is
VERBS = {
    "assigned": _("Given to somebody"),
    "cancelled": _("Cancelled"),
    "changed": _("Changed"),
    "contacted": _("Contacted"),
    "conversion_undone": _("Conversion undone"),
    "converted": _("Converted"),
    "created": _("Added"),
    "deactivated": _("Deactivated"),
    "deleted": _("Deleted"),
    "died": _("Failed for good"),
    "enclosed": _("Enclosed"),
    "finished": _("Done"),
    "handed_over": _("Handed over"),
    "invited": _("Invited"),
    "lost": _("Lost"),
    "moved": _("Moved to another stage"),
    "password_changed": _("Password changed"),
    "pinned": _("Pinned"),
    "qualified": _("Qualified"),
    "reactivated": _("Let in again"),
    "reminded": _("Invited once more"),
    "removed": _("Removed"),
    "reopened": _("Taken up again"),
    "repriced": _("Amount changed"),
    "rescheduled": _("Moved to another day"),
    "restored": _("Restored"),
    "resumed": _("Into use again"),
    "retired": _("Out of use"),
    "retried": _("Put into the queue again"),
    "signed_out_everywhere": _("Signed out everywhere"),
    "snoozed": _("Put off"),
    "told": _("Outcome told"),
    "unassigned": _("Taken from somebody"),
    "unpinned": _("Unpinned"),
    "won": _("Won"),
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


def verb_text(kind: str) -> str:
    """What happens in events of a kind, for a list in which the noun stands above."""
    verb = kind.partition(".")[2]
    return str(VERBS.get(verb) or verb.replace("_", " ").capitalize())
