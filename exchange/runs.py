"""What every import shares: all of it or nothing, in the history under its name, and kept even when it is refused."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.timezone import now
from psycopg.errors import CheckViolation, NotNullViolation

from crm import bulk
from crm.events import record
from crm.money import currency_code
from exchange import reading
from exchange.cells import BadCell
from exchange.models import ImportRun, ImportState
from exchange.problems import Problems, Refused

if TYPE_CHECKING:
    from accounts.models import User

Row = TypeVar("Row")
#: hears the name of each step and how many bytes of the file have been read
Told = Callable[[str, int], None]
#: how many rows pass between two reports of the progress
STEP = 10_000


class Steps:
    """Tells which step has begun, and keeps how long each took."""

    def __init__(self, told: Told) -> None:
        self.told, self.seconds = told, dict[str, float]()
        self._step, self._since = "", time.monotonic()

    def at(self, step: str) -> None:
        """The next one begins; the word "" when all is done."""
        if self._step:
            self.seconds[self._step] = time.monotonic() - self._since
        self._step, self._since = step, time.monotonic()
        if step:
            self.told(step, 0)

    def read(self, position: int) -> None:
        self.told(self._step, position)


@contextmanager
def importing(command: str, path: Path, source: str, by: User | None) -> Iterator[ImportRun]:
    """The transaction of an import, with the run that it may keep. A refusal is kept too."""
    started, fingerprint = now(), reading.sha256(path)
    try:
        with pghistory.context(command=command, file=path.name), bulk.long_transaction():
            run = ImportRun(file_name=path.name[-255:], sha256=fingerprint, source=source, started_at=started)
            run.created_by, run.state = by, ImportState.DONE
            yield run
    except Refused as refusal:
        _keep(refusal, path, source, fingerprint, by)
        raise
    except IntegrityError as problem:
        if isinstance(problem.__cause__, CheckViolation | NotNullViolation):
            raise  # not somebody else, but a fault of ours
        raise Refused("Somebody else wrote some of this meanwhile: start again.") from None


def alone(command: str, source: str) -> None:
    """One import of a source at a time: the second waits here and then finds what the first brought."""
    bulk.fetch("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{command}:{source}"])


def good_rows(
    sheet: reading.Sheet,
    read: Callable[[int, list[str]], Row],
    problems: Problems,
    steps: Steps,
    where: str = "",
) -> Iterator[Row]:
    """What `read` makes of each row and its line number; what is wrong with the others goes to the problems."""
    for count, line in enumerate(sheet.rows()):
        if count % STEP == 0:
            steps.read(sheet.position)
        if line.problem:
            problems.add(f"{where}line {line.number}: {line.problem}")
            continue
        try:
            values = read(line.number, line.cells)
        except BadCell as problem:
            problems.add(f"{where}line {line.number}: {problem}")
            continue
        yield values


def check_source(source: str) -> None:
    if not 0 < len(source) <= 60:
        raise Refused("Name the source in at most 60 characters: --source crm.")


def checked_currency(code: str) -> str:
    """The base currency unless another is named."""
    code = code or settings.BASE_CURRENCY
    try:
        currency_code(code)
    except ValidationError as problem:
        raise Refused(problem.messages[0]) from None
    return code


def finish(run: ImportRun, counts: dict[str, Any]) -> None:
    """Keep what came in, and tell everybody."""
    run.counts, run.finished_at = counts, now()
    run.save(update_fields=["counts", "finished_at"])
    record("import.finished", on=run, by=run.created_by, file=run.file_name, **counts)


def refuse_if_any(problems: Problems) -> None:
    if problems.count:
        rows = "1 row is" if problems.count == 1 else f"{problems.count:,} rows are"
        raise Refused(f"Nothing was imported: {rows} wrong.", problems)


def refuse_twice(problems: Problems, noun: str, found: Iterable[tuple[Any, ...]]) -> None:
    """`found`: line and number of what is in the file more than once."""
    for line, number in found:
        problems.add(f"line {line}: {noun} {number} is in the file more than once")
    refuse_if_any(problems)


def refuse_changed(problems: Problems, noun: str, found: Iterable[tuple[Any, ...]]) -> None:
    """`found`: line and number of what an earlier import brought with other content."""
    for line, number in found:
        problems.add(f"line {line}: {noun} {number}: known here with other content")
    if problems.count:
        rows = f"1 {noun} has" if problems.count == 1 else f"{problems.count:,} {noun}s have"
        raise Refused(f"Nothing was imported: {rows} changed since an earlier import.", problems)


def _keep(refusal: Refused, path: Path, source: str, sha256: str, by: User | None) -> None:
    """Remember the refusal, so that an admin finds out why something is missing."""
    ImportRun.objects.create(
        file_name=path.name[-255:],
        sha256=sha256,
        source=source,
        state=ImportState.REFUSED,
        counts={"problems": refusal.problems.count},
        problems=[str(refusal), *refusal.problems.first],
        created_by=by,
    )
