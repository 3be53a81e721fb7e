"""One row of a file of order lines, as PostgreSQL is to have it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from customers.models import OrderKind
from exchange.cells import (
    REMEMBERED,
    BadCell,
    Reader,
    country_reader,
    moment_reader,
    number_reader,
    places_of,
    quoted,
    text_reader,
)
from exchange.presets import FIELDS, REQUIRED, Layout

__all__ = ["BadCell", "Rows"]

LONGEST = {"number": 60, "sku": 60, "description": 300, "customer": 100, "customer_name": 200}
LARGEST_AMOUNT = 10.0**14


class Rows:
    """Turns cells into a staged row by a layout; BadCell with a reason that names the column."""

    def __init__(self, layout: Layout, header: Sequence[str]) -> None:
        self._places = places_of(layout.columns, header, FIELDS, REQUIRED)
        self._readers: list[tuple[str, int, Reader]] = [
            (f"{field}, column {layout.columns[field]}", self._places[field], _reader(field, layout))
            for field in FIELDS
            if field in self._places
        ]
        self._width = len(self._readers)
        self._order = [list(self._places).index(field) if field in self._places else None for field in FIELDS]
        self._kind_of = None if "kind" in self._places else lru_cache(REMEMBERED)(layout.kind_of)

    def read(self, cells: Sequence[str]) -> list[str]:
        """The values in the order of FIELDS, all as text for COPY."""
        values = []
        for name, place, reader in self._readers:
            try:
                values.append(reader(cells[place]))
            except BadCell as problem:
                raise BadCell(f"{name}: {problem}") from None
        if abs(float(values[2]) * float(values[3])) >= LARGEST_AMOUNT:
            raise BadCell("quantity times price is too large")
        found = ["" if at is None else values[at] for at in self._order]
        if self._kind_of:
            found[-1] = self._kind_of(found[0])
        return found


def _reader(field: str, layout: Layout) -> Reader:
    read: Reader
    match field:
        case "placed_at":
            read = moment_reader(layout.time_zone, layout.date_format)
        case "quantity":
            read = number_reader(10, comma=layout.decimal_comma)
        case "unit_price":
            read = number_reader(14, comma=layout.decimal_comma)
        case "country":
            read = country_reader
        case "kind":
            read = _kind
        case _:
            read = text_reader(LONGEST[field], needed=field == "number")
    return lru_cache(REMEMBERED)(read)


def _kind(cell: str) -> str:
    text = cell.strip().lower()
    if text not in OrderKind.values:
        raise BadCell(f"{quoted(text)} is none of {', '.join(OrderKind.values)}")
    return text
