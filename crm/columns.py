"""What a list shows of a row: its columns, and the cells that they write for the screen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import formats

from crm.moments import shown
from crm.money import money_text


class Cell(NamedTuple):
    kind: str
    value: Any
    label: str = ""
    extra: str = ""


@dataclass(frozen=True)
class Column:
    """One column. `value` gives the raw value of a row, which is exported; `cell` writes it for the screen."""

    name: str
    label: Any
    value: Callable[[Any], Any]
    kind: str = "text"
    sort: str = ""
    #: a masked model field: the column is not there for whom it is hidden from
    masked_as: str = ""
    cell: Callable[[Any], Cell] | None = None
    #: only in the export, or only on the screen
    screen: bool = True

    @property
    def align(self) -> str:
        return "end" if self.kind in {"number", "money"} else ""

    def show(self, row: Any) -> Cell:
        return self.cell(row) if self.cell else _WRITERS[self.kind](self.value(row))


def _time_cell(value: dt.datetime | None) -> Cell:
    if value is None:
        return Cell("time", "")
    moment = shown(value)
    return Cell("time", moment.iso, moment.day, moment.full)


def _moment_cell(value: dt.datetime | None) -> Cell:
    """With the hour, where most rows are of today."""
    if value is None:
        return Cell("time", "")
    moment = shown(value)
    return Cell("time", moment.iso, moment.when, moment.full)


def _plain_cell(kind: str) -> Callable[[Any], Cell]:
    return lambda value: Cell(kind, "" if value is None else value)


_WRITERS: dict[str, Callable[[Any], Cell]] = {
    **{kind: _plain_cell(kind) for kind in ("text", "link", "badge", "phone", "email", "tags", "person", "face")},
    "number": lambda value: Cell("number", "" if value is None else formats.number_format(value, force_grouping=True)),
    "money": lambda value: Cell("money", "" if value is None else money_text(Decimal(value))),
    "time": _time_cell,
    "moment": _moment_cell,
}
