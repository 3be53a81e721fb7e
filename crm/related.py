"""What the foreign keys of many rows name, each fetched once: joins would carry the same few people and records along
with every row, in statements that take longer to write and to plan than to run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import models

#: rows, and the names of their foreign keys
Wanted = tuple[Iterable[models.Model], Sequence[str]]


class Slot(NamedTuple):
    """A foreign key that is set."""

    row: models.Model
    column: Any
    pk: Any

    @property
    def model(self) -> type[models.Model]:
        model: type[models.Model] = self.column.related_model
        return model


class Related:
    """Rows by model and id. What is `known` is not asked for, nor what the foreign keys of the known hold already."""

    def __init__(self, *known: models.Model) -> None:
        self._known: dict[tuple[str, Any], models.Model] = {}
        for row in known:
            self.learn(other for other in row._state.fields_cache.values() if isinstance(other, models.Model))
        self.learn(known)

    def learn(self, rows: Iterable[models.Model]) -> None:
        self._known |= {(row._meta.label, row.pk): row for row in rows}

    def tie(self, *wanted: Wanted) -> list[Slot]:
        """Set the foreign keys whose rows are known; the others come back."""
        unknown = []
        for slot in (slot for rows, names in wanted for slot in _slots(rows, names)):
            if found := self._known.get((slot.model._meta.label, slot.pk)):
                slot.column.set_cached_value(slot.row, found)
            else:
                unknown.append(slot)
        return unknown

    def give(self, *wanted: Wanted) -> None:
        """Set the foreign keys, by one query for each model of which some rows are not known yet."""
        missing: defaultdict[type[models.Model], set[Any]] = defaultdict(set)
        for slot in self.tie(*wanted):
            missing[slot.model].add(slot.pk)
        for model, pks in missing.items():
            self.learn(model._base_manager.filter(pk__in=pks))
        if missing:
            self.tie(*wanted)


def _slots(rows: Iterable[models.Model], names: Sequence[str]) -> list[Slot]:
    found = []
    for row in rows:
        for name in names:
            column: Any = row._meta.get_field(name)
            if (pk := getattr(row, column.attname)) is not None:
                found.append(Slot(row, column, pk))
    return found
