"""What a user owns, of every kind, and how it passes to somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from accounts.models import User
from crm.models import Record


@dataclass(frozen=True)
class Holding:
    """How many records of one kind somebody owns, the deleted ones included."""

    model: type[models.Model]
    count: int

    @property
    def label(self) -> str:
        """Such as "customers.customer"."""
        return self.model._meta.label_lower

    @property
    def name(self) -> str:
        return str(self.model._meta.verbose_name_plural)


def owned_models() -> list[type[models.Model]]:
    """Every kind of record whose `owner` is a user. History and tallies only remember owners: they are none."""
    return [model for model in apps.get_models() if _has_owner(model)]


def _has_owner(model: type[models.Model]) -> bool:
    owner: Any = next((field for field in model._meta.concrete_fields if field.name == "owner"), None)
    return issubclass(model, Record) and owner is not None and owner.related_model is User and not model._meta.proxy


def rows_of(model: type[models.Model], user_id: int) -> models.QuerySet[models.Model]:
    """What of `model` passes on when the user leaves, through the base manager: it knows the deleted ones too.

    A model whose `HANDED_OVER` names a condition keeps the rest: who won a deal or made a call stays who did it.
    """
    kept_apart: models.Q = getattr(model, "HANDED_OVER", models.Q())
    return model._base_manager.filter(kept_apart, owner_id=user_id)


def holdings(user: User) -> list[Holding]:
    """What the user owns; nothing for kinds of which they own none."""
    counted = (Holding(model, rows_of(model, user.pk).count()) for model in owned_models())
    return [holding for holding in counted if holding.count]


class LeftBehind(Exception):
    """The figures before and after do not agree. Nothing was moved."""


def move(leaver_id: int, successor_id: int | None) -> dict[str, int]:
    """Give all that the leaver owns to the successor, or to nobody. How many, by kind: counted before and after."""
    moved = {}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '300s'")  # a big portfolio, once
        for model in owned_models():
            if count := _move_rows(model, leaver_id, successor_id):
                moved[model._meta.label_lower] = count
    return moved


def _move_rows(model: type[models.Model], leaver_id: int, successor_id: int | None) -> int:
    rows = rows_of(model, leaver_id)
    before = rows.count()
    moved = rows.update(owner_id=successor_id) if before else 0
    if (left := rows.count()) or moved < before:
        raise LeftBehind(f"{model._meta.label_lower}: {before} before, {moved} moved, {left} left")
    return moved
