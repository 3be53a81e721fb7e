"""A CSV file as rows with line numbers: plain or gzip, any encoding that is named or can be seen, quoted newlines."""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from exchange.problems import Refused

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with theirs
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DELIMITERS = ",;\t|"
LONGEST_CELL = 1_000_000


@dataclass(frozen=True)
class Line:
    """One row of the file: the number of its first line, and its cells; or what is wrong with it."""

    number: int
    cells: list[str]
    problem: str = ""


class Sheet:
    """An open file: its header, then its rows. Whatever it cannot read is one sentence (Refused)."""

    def __init__(self, raw: BinaryIO, *, encoding: str, delimiter: str) -> None:
        self._raw = raw
        self._encoding = encoding or "utf-8"
        self._text = self._decoded(_unpacked(raw))
        first = self._first_line()
        if len(first) >= 5 and first.lower().startswith("sep="):  # Excel's hint, no part of the data
            delimiter = delimiter or first[4]
            self._before, self._pending = 1, self._first_line()
        else:
            self._before, self._pending = 0, first
        csv.field_size_limit(LONGEST_CELL)
        self._reader = csv.reader(self._lines(), delimiter=delimiter or _likely_delimiter(self._pending), strict=True)
        header = next(self._rows(), None)
        if header is None or header.problem:
            raise Refused("The file is empty." if header is None else f"The header cannot be read: {header.problem}.")
        self.header = [name.strip() for name in header.cells]

    @property
    def position(self) -> int:
        """How many bytes of the file have been read, packed as they are."""
        return self._raw.tell()

    def rows(self) -> Iterator[Line]:
        """The rows below the header; blank lines are no rows."""
        width = len(self.header)
        for line in self._rows():
            if not line.problem and len(line.cells) != width:
                yield Line(line.number, line.cells, f"it has {len(line.cells)} cells, the header has {width}")
            else:
                yield line

    def _rows(self) -> Iterator[Line]:
        reader = self._reader
        while True:
            number = self._before + reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as problem:
                yield Line(number, [], f"its quotes or cells cannot be read ({problem})")
                continue
            if cells is None:
                return
            if cells:
                yield Line(number, cells)

    def _first_line(self) -> str:
        with _explained(self._encoding):
            return self._text.readline()

    def _lines(self) -> Iterator[str]:
        yield from [self._pending] if self._pending else []
        with _explained(self._encoding):
            yield from self._text

    def _decoded(self, unpacked: io.BufferedReader) -> io.TextIOWrapper:
        with _explained(self._encoding):
            start = unpacked.peek(4)[:4]
            marked = next((name for mark, name in BYTE_ORDER_MARKS if start.startswith(mark)), "")
            self._encoding = marked or self._encoding
            return io.TextIOWrapper(unpacked, encoding=self._encoding, newline="")


@contextmanager
def opened(path: Path, *, encoding: str = "", delimiter: str = "") -> Iterator[Sheet]:
    """Open a file for reading; Refused with a sentence when it cannot be."""
    try:
        with path.open("rb") as raw:
            yield Sheet(raw, encoding=encoding, delimiter=delimiter)
    except OSError as problem:
        raise Refused(f"{path} cannot be read: {problem.strerror or problem}.") from None


def sha256(path: Path) -> str:
    """The file's fingerprint, packed as it is; of a folder, that of its CSV files."""
    try:
        if path.is_dir():
            found = hashlib.sha256()
            for part in sorted(path.glob("*.csv")):
                found.update(part.name.encode() + sha256(part).encode())
            return found.hexdigest()
        with path.open("rb") as raw:
            return hashlib.file_digest(raw, "sha256").hexdigest()
    except OSError as problem:
        raise Refused(f"{path} cannot be read: {problem.strerror}.") from None


def _unpacked(raw: BinaryIO) -> io.BufferedReader:
    packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    file = gzip.GzipFile(fileobj=raw) if packed else raw
    # GzipFile hands out small pieces slowly; with a buffer in front it is nearly as quick as a plain file.
    return io.BufferedReader(cast("io.RawIOBase", file), 1 << 18)


def _likely_delimiter(header: str) -> str:
    return max(DELIMITERS, key=header.count)


@contextmanager
def _explained(encoding: str) -> Iterator[None]:
    try:
        yield
    except UnicodeError as problem:
        raise Refused(
            f"The file is not {encoding.removesuffix('-sig').upper()} text ({_short(problem)}):"
            " name its encoding with --encoding, such as cp1252 or latin-1."
        ) from None
    except LookupError:
        raise Refused(f"There is no text encoding called {encoding}: try utf-8, utf-16, cp1252 or latin-1.") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Refused("The packed file is damaged or cut off: fetch it again.") from None


def _short(problem: UnicodeError) -> str:
    if isinstance(problem, UnicodeDecodeError):
        return f"byte 0x{problem.object[problem.start]:02X}: {problem.reason}"
    return str(problem)
