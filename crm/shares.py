"""What each app adds to pages of others: found by the name of a module, so that no app imports what is above it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models

if TYPE_CHECKING:
    from accounts.models import User


@cache
def modules(name: str) -> tuple[ModuleType, ...]:
    """The module of that name of each app that has one, in the order of INSTALLED_APPS."""
    labels = (f"{config.name}.{name}" for config in apps.get_app_configs() if not config.name.startswith("django"))
    return tuple(import_module(label) for label in labels if find_spec(label))


@dataclass(frozen=True)
class Panel:
    """A part of another record's page: a template, and what it needs."""

    template: str
    context: dict[str, Any]
    #: the records that it shows: the page need not fetch them to name them elsewhere
    rows: Sequence[models.Model] = ()


#: gives the panel of a record for a user, or nothing
MakePanel = Callable[[Any, "User"], Panel | None]


def panels_of(row: models.Model, user: User) -> list[Panel]:
    """What other apps add beside a record: the `PANELS` of each app's panels.py, by the record's label.

    `PANELS = {"customers.customer": [of_customer]}`, where `of_customer(customer, user)` gives a Panel or None.
    """
    makers: list[MakePanel] = []
    for module in modules("panels"):
        makers += module.PANELS.get(row._meta.label_lower, [])
    return [panel for make in makers if (panel := make(row, user))]
