"""What kinds of events and of records are called where one chooses among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext as _

from crm.words import verb_text

#: of the tables of libraries
_NOUNS = {"procrastinate.procrastinatejob": "job", "exchange.importrun": "import"}


def model_of(label: str) -> type[models.Model] | None:
    """The model of an event's record; None when the program no longer has it."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def type_text(label: str, *, one: bool = False) -> str:
    """Such as “Deals”, or “Deal” for a single one."""
    if _NOUNS.get(label) == "job":
        return _("Job") if one else _("Jobs")
    model = model_of(label)
    if model is None:
        return label
    text = str(model._meta.verbose_name if one else model._meta.verbose_name_plural)
    return text[:1].upper() + text[1:]


def noun_of(label: str) -> str:
    """With which the kinds of events about such records begin."""
    return _NOUNS.get(label) or str(getattr(model_of(label), "NOUN", "")) or label.rpartition(".")[2]


def kind_text(kind: str, types: Iterable[str]) -> str:
    """Such as “Deals: Won”."""
    return f"{_noun_text(kind, types)}: {verb_text(kind)}"


def _noun_text(kind: str, types: Iterable[str]) -> str:
    noun = kind.partition(".")[0]
    label = next((label for label in types if noun_of(label) == noun), "")
    return type_text(label) if label else noun.replace("_", " ").capitalize()


def grouped(kinds: Iterable[str], types: Iterable[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Kinds as choices, under what they are about."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    known = list(types)
    for kind in kinds:
        found[_noun_text(kind, known)].append((kind, verb_text(kind)))
    return [(noun, sorted(choices, key=lambda choice: choice[1])) for noun, choices in sorted(found.items())]
