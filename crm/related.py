"""What the foreign keys of many rows name, each fetched once: joins would carry the same few people and records along
with every row, and statements that take longer to write and to plan than to run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

#: rows, and the names of their foreign keys
Wanted = tuple[Iterable[models.Model], Sequence[str]]


class Related:
    """Rows by model and id. What is `known` is not asked for."""

    def __init__(self, *known: models.Model) -> None:
        self._known: dict[tuple[str, Any], models.Model] = {}
        self.learn(known)

    def learn(self, rows: Iterable[models.Model]) -> None:
        self._known |= {(row._meta.label, row.pk): row for row in rows}

    def give(self, *wanted: Wanted) -> None:
        """Set the foreign keys to their rows, by one query for each model of which some are not known yet."""
        slots = [slot for rows, names in wanted for slot in _slots(rows, names)]
        missing: defaultdict[type[models.Model], set[Any]] = defaultdict(set)
        for _row, column, model, pk in slots:
            if (model._meta.label, pk) not in self._known:
                missing[model].add(pk)
        for model, pks in missing.items():
            self.learn(model._base_manager.filter(pk__in=pks))
        for row, column, model, pk in slots:
            if found := self._known.get((model._meta.label, pk)):
                column.set_cached_value(row, found)


def _slots(
    rows: Iterable[models.Model], names: Sequence[str]
) -> list[tuple[models.Model, Any, type[models.Model], Any]]:
    """Row, foreign key, model and id of each that is set."""
    found = []
    for row in rows:
        for name in names:
            column: Any = row._meta.get_field(name)
            if (pk := getattr(row, column.attname)) is not None:
                found.append((row, column, column.related_model, pk))
    return found
