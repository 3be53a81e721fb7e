"""Cells of a file, read strictly: what PostgreSQL would refuse or bend is refused here, with a reason.

Values repeat by the thousand in such files, so each reading is remembered.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from crm.text import is_blank, is_storable
from exchange.presets import country_codes
from exchange.problems import Refused

Reader = Callable[[str], Any]
NUMBER = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?", re.ASCII)
EARLIEST, LATEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
REMEMBERED = 65_536


class BadCell(ValueError):
    """The reason, without the name of the column."""


class Cells:
    """Turns the cells of a row into values by field; BadCell with a reason that names field and column."""

    def __init__(
        self, columns: Mapping[str, str], header: Sequence[str], readers: Mapping[str, Reader], needed: Sequence[str]
    ) -> None:
        places = places_of(columns, header, tuple(readers), needed)
        self._readers = [
            (field, f"{field}, column {columns[field]}", places[field], lru_cache(REMEMBERED)(read))
            for field, read in readers.items()
            if field in places
        ]
        self._absent = dict.fromkeys(readers.keys() - places.keys())

    def read(self, cells: Sequence[str]) -> dict[str, Any]:
        """Value by field; None for those without a column."""
        values: dict[str, Any] = dict(self._absent)
        for field, name, place, reader in self._readers:
            try:
                values[field] = reader(cells[place])
            except BadCell as problem:
                raise BadCell(f"{name}: {problem}") from None
        return values


def places_of(
    columns: Mapping[str, str], header: Sequence[str], fields: Sequence[str], needed: Sequence[str] = ()
) -> dict[str, int]:
    """Field -> place of its column; Refused for what is neither a field nor a column."""
    if unknown := sorted(columns.keys() - set(fields)):
        raise Refused(f"Nothing is called {', '.join(unknown)}: a column can be {', '.join(fields)}.")
    if lacking := [field for field in needed if field not in columns]:
        raise Refused(f"Say which columns hold {', '.join(lacking)}: --map {lacking[0]}=COLUMN.")
    wanted = [columns[field] for field in fields if field in columns]
    if absent := [name for name in wanted if name not in header]:
        raise Refused(f"The file has no column {', '.join(absent)}. Its columns are: {', '.join(header)[:500]}.")
    if twice := [name for name in dict.fromkeys(wanted) if list(header).count(name) > 1]:
        raise Refused(f"The file has the column {', '.join(twice)} more than once.")
    return {field: list(header).index(columns[field]) for field in fields if field in columns}


def text_reader(longest: int, *, needed: bool = False, empty: frozenset[str] = frozenset()) -> Reader:
    """`empty`: words, in small letters, that stand for nothing."""

    def read(cell: str) -> str:
        text = cell.strip()
        if len(text) > longest:
            raise BadCell(f"longer than {longest} characters")
        if "\x00" in text:
            raise BadCell("contains NUL, which cannot be stored")
        if not is_storable(text):
            raise BadCell("contains characters that cannot be stored")
        if text.lower() in empty:
            text = ""
        if needed and is_blank(text):
            raise BadCell("missing")
        return text

    return read


def or_nothing(read: Reader) -> Reader:
    """The same for cells that may be empty: None then."""
    return lambda cell: read(cell) if cell.strip() else None


def number_reader(whole_digits: int, *, comma: bool) -> Reader:
    def read(cell: str) -> str:
        text = cell.strip()
        if not text:
            raise BadCell("missing")
        found = NUMBER.fullmatch(text.replace(",", ".") if comma and "." not in text else text)
        if not found or not (found[2] or found[3]):
            raise BadCell(f"{quoted(text)} is not a number")
        sign, whole, places = found[1], found[2].lstrip("0") or "0", (found[3] or "").rstrip("0")
        if len(whole) > whole_digits:
            raise BadCell(f"{quoted(text)} is too large: at most {whole_digits} digits before the point")
        if len(places) > 4:
            raise BadCell(f"{quoted(text)} has more than four decimal places")
        return f"{sign}{whole}.{places or '0'}"

    return read


def amount_reader(*, comma: bool) -> Reader:
    """A sum of money of nothing or more."""
    number = number_reader(14, comma=comma)

    def read(cell: str) -> str:
        value: str = number(cell)
        if value.startswith("-") and float(value):
            raise BadCell(f"{quoted(cell.strip())} is negative")
        return value.lstrip("+-")

    return read


def moment_reader(time_zone: str, date_format: str) -> Reader:
    zone, form = zoneinfo.ZoneInfo(time_zone), date_format or "YYYY-MM-DD HH:MM:SS"

    def read(cell: str) -> str:
        text = cell.strip()
        if not text:
            raise BadCell("missing")
        try:
            moment = dt.datetime.strptime(text, date_format) if date_format else _iso(text)
            # A time without an offset is the shop's; one that the clock skipped counts as before the change.
            utc = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            raise BadCell(f"{quoted(text)} is not a date and time of the form {form}") from None
        if not EARLIEST <= utc < LATEST:
            raise BadCell(f"{quoted(text)} lies before 1900 or after 2199")
        return utc.isoformat()

    return read


def date_reader(date_format: str) -> Reader:
    """A day of the form that was said, or year-month-day: 3/4/2017 could be two days, so it is not guessed at."""

    def read(cell: str) -> dt.date:
        text = cell.strip()
        try:
            day = (dt.datetime.strptime(text, date_format) if date_format else _iso(text)).date()
        except ValueError:
            hint = f"of the form {date_format}" if date_format else "of the form YYYY-MM-DD (see --date-format)"
            raise BadCell(f"{quoted(text)} is not a date {hint}") from None
        if not EARLIEST.date() <= day < LATEST.date():
            raise BadCell(f"{quoted(text)} lies before 1900 or after 2199")
        return day

    return read


def choice_reader(values: Mapping[str, Any]) -> Reader:
    """`values` by their names, which a cell may write in letters of any size."""
    by_name = {name.casefold(): value for name, value in values.items()}

    def read(cell: str) -> Any:
        text = cell.strip()
        if not text:
            raise BadCell("missing")
        if text.casefold() not in by_name:
            raise BadCell(f"{quoted(text)} is none of {', '.join(values)}")
        return by_name[text.casefold()]

    return read


def email_reader(cell: str) -> str:
    text = cell.strip()
    try:
        validate_email(text)
    except ValidationError:
        raise BadCell(f"{quoted(text)} is not an e-mail address") from None
    if len(text) > 254:
        raise BadCell("longer than 254 characters")
    return text.lower()


def country_reader(cell: str) -> str:
    text = cell.strip()
    code = "" if not text else country_codes().get(text.lower())
    if code is None:
        raise BadCell(f"{quoted(text)} is no country's name or code")
    return code


def _iso(text: str) -> dt.datetime:
    if not re.match(r"\d{4}-\d\d-\d\d", text):  # fromisoformat would also read 20101201 and weeks
        raise ValueError(text)
    return dt.datetime.fromisoformat(text)


def quoted(text: str) -> str:
    """As in the file, but short and on one line."""
    plain = text if text.isprintable() else ascii(text)[1:-1]
    return f"“{plain[:60]}…”" if len(plain) > 60 else f"“{plain}”"
