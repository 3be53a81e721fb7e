"""One row of a file of order lines, read strictly: what PostgreSQL would refuse or bend is refused here, with a reason.

Values repeat by the thousand in such files, so each reading is remembered.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable, Sequence
from functools import lru_cache

from crm.text import is_blank
from customers.models import OrderKind
from exchange.presets import FIELDS, REQUIRED, Layout, country_codes
from exchange.problems import Refused

Reader = Callable[[str], str]
NUMBER = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?", re.ASCII)
LONGEST = {"number": 60, "sku": 60, "description": 300, "customer": 100, "customer_name": 200}
EARLIEST, LATEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
LARGEST_AMOUNT = 10.0**14
REMEMBERED = 65_536


class BadCell(ValueError):
    """The reason, without the name of the column."""


class Rows:
    """Turns cells into a staged row by a layout; BadCell with a reason that names the column."""

    def __init__(self, layout: Layout, header: Sequence[str]) -> None:
        self._places = _places(layout, header)
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


def _places(layout: Layout, header: Sequence[str]) -> dict[str, int]:
    unknown = sorted(layout.columns.keys() - set(FIELDS))
    if unknown:
        raise Refused(f"Nothing is called {', '.join(unknown)}: a column can be {', '.join(FIELDS)}.")
    if lacking := [field for field in REQUIRED if field not in layout.columns]:
        raise Refused(f"Say which columns hold {', '.join(lacking)}: --map {lacking[0]}=COLUMN.")
    wanted = [layout.columns[field] for field in FIELDS if field in layout.columns]
    if absent := [name for name in wanted if name not in header]:
        raise Refused(f"The file has no column {', '.join(absent)}. Its columns are: {', '.join(header)[:500]}.")
    if twice := [name for name in dict.fromkeys(wanted) if list(header).count(name) > 1]:
        raise Refused(f"The file has the column {', '.join(twice)} more than once.")
    return {field: list(header).index(layout.columns[field]) for field in FIELDS if field in layout.columns}


def _reader(field: str, layout: Layout) -> Reader:
    read: Reader
    match field:
        case "placed_at":
            read = _moment_reader(layout)
        case "quantity":
            read = _number_reader(10, comma=layout.decimal_comma)
        case "unit_price":
            read = _number_reader(14, comma=layout.decimal_comma)
        case "country":
            read = _country
        case "kind":
            read = _kind
        case "number":
            read = _needed_text
        case _:
            read = _text_reader(LONGEST[field])
    return lru_cache(REMEMBERED)(read)


def _text_reader(longest: int) -> Reader:
    def read(cell: str) -> str:
        text = cell.strip()
        if len(text) > longest:
            raise BadCell(f"longer than {longest} characters")
        if "\x00" in text:
            raise BadCell("contains NUL, which cannot be stored")
        return text

    return read


def _needed_text(cell: str) -> str:
    text = _text_reader(LONGEST["number"])(cell)
    if is_blank(text):
        raise BadCell("missing")
    return text


def _number_reader(whole_digits: int, *, comma: bool) -> Reader:
    def read(cell: str) -> str:
        text = cell.strip()
        if not text:
            raise BadCell("missing")
        found = NUMBER.fullmatch(text.replace(",", ".") if comma and "." not in text else text)
        if not found or not (found[2] or found[3]):
            raise BadCell(f"{_quoted(text)} is not a number")
        sign, whole, places = found[1], found[2].lstrip("0") or "0", (found[3] or "").rstrip("0")
        if len(whole) > whole_digits:
            raise BadCell(f"{_quoted(text)} is too large: at most {whole_digits} digits before the point")
        if len(places) > 4:
            raise BadCell(f"{_quoted(text)} has more than four decimal places")
        return f"{sign}{whole}.{places or '0'}"

    return read


def _moment_reader(layout: Layout) -> Reader:
    zone, form = zoneinfo.ZoneInfo(layout.time_zone), layout.date_format or "YYYY-MM-DD HH:MM:SS"

    def read(cell: str) -> str:
        text = cell.strip()
        if not text:
            raise BadCell("missing")
        try:
            moment = dt.datetime.strptime(text, layout.date_format) if layout.date_format else _iso(text)
            # A time without an offset is the shop's; one that the clock skipped counts as before the change.
            utc = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            raise BadCell(f"{_quoted(text)} is not a date and time of the form {form}") from None
        if not EARLIEST <= utc < LATEST:
            raise BadCell(f"{_quoted(text)} lies before 1900 or after 2199")
        return utc.isoformat()

    return read


def _iso(text: str) -> dt.datetime:
    if not re.match(r"\d{4}-\d\d-\d\d", text):  # fromisoformat would also read 20101201 and weeks
        raise ValueError(text)
    return dt.datetime.fromisoformat(text)


def _country(cell: str) -> str:
    text = cell.strip()
    code = "" if not text else country_codes().get(text.lower())
    if code is None:
        raise BadCell(f"{_quoted(text)} is no country's name or code")
    return code


def _kind(cell: str) -> str:
    text = cell.strip().lower()
    if text not in OrderKind.values:
        raise BadCell(f"{_quoted(text)} is none of {', '.join(OrderKind.values)}")
    return text


def _quoted(text: str) -> str:
    """As in the file, but short and on one line."""
    plain = text if text.isprintable() else ascii(text)[1:-1]
    return f"“{plain[:60]}…”" if len(plain) > 60 else f"“{plain}”"
