"""Versions belong to the database: one trigger raises them, whatever wrote the row."""

from __future__ import annotations

import pgtrigger
from django.db import models

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
