"""Versions belong to the database: one trigger raises them, whatever wrote the row."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models.base import ModelState

from crm.access import Masked


def raise_version(*excluded: str) -> pgtrigger.Trigger:
    """The trigger that raises `version` whenever a column not in `excluded` really changes."""
    return pgtrigger.Trigger(
        name="raise_version",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange(exclude=["version", "updated_at", *excluded]),
        func="NEW.version = OLD.version + 1; NEW.updated_at = statement_timestamp(); RETURN NEW;",
    )


class Versioned(Masked):
    """A row people edit. Subclasses add raise_version(…) to Meta.triggers, naming their roll-up columns."""

    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    updated_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any]) -> Self:
        """Without Model.__init__, which sets field by field and is most of what reading fifty rows takes. Nobody here
        listens to its signals; columns that were not read are deferred, as always, by not being there."""
        row = cls.__new__(cls)
        row._state = ModelState()
        row._state.adding, row._state.db = False, db
        row.__dict__.update(zip(field_names, values, strict=True))
        return row
