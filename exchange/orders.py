"""Import of order lines: all of a file or nothing, and never the same order twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.timezone import now

from crm import bulk
from crm.events import record
from crm.moments import zone_names
from crm.money import currency_code
from customers.figures import refresh_many
from exchange import reading, staging
from exchange.models import ImportRun, ImportState
from exchange.presets import Layout
from exchange.problems import Problems, Refused
from exchange.rows import BadCell, Rows

if TYPE_CHECKING:
    from accounts.models import User

#: how many lines pass between two reports of the progress
STEP = 10_000
#: so many lines change what the planner should know of the tables
MANY = 10_000
Told = Callable[[str, int], None]


@dataclass
class Outcome:
    """What an import did. `seconds` by step, in their order."""

    lines: int = 0
    orders: int = 0
    known: int = 0
    customers: int = 0
    run: ImportRun | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        return {"lines": self.lines, "orders": self.orders, "known_orders": self.known, "customers": self.customers}


def import_orders(
    path: Path, layout: Layout, *, by: User | None = None, errors: TextIO | None = None, told: Told = lambda *_: None
) -> Outcome:
    """Import the file. Refused, with everything that is wrong with it, when a single row is bad.

    `told` hears the name of each step and how many bytes of the file have been read.
    """
    started, layout = now(), _checked(layout)
    fingerprint = reading.sha256(path)
    try:
        with pghistory.context(command="import_orders", file=path.name), bulk.long_transaction():
            run = ImportRun(file_name=path.name[-255:], sha256=fingerprint, source=layout.source, started_at=started)
            run.created_by, run.state = by, ImportState.DONE
            return _Import(path, layout, run, Problems(errors), told).all_or_nothing()
    except Refused as refusal:
        _keep(refusal, path, layout, fingerprint, by)
        raise
    except IntegrityError:
        raise Refused("Somebody else wrote one of these orders or customers meanwhile: start again.") from None


class _Import:
    def __init__(self, path: Path, layout: Layout, run: ImportRun, problems: Problems, told: Told) -> None:
        self.path, self.layout, self.run, self.problems = path, layout, run, problems
        self.outcome = Outcome()
        self._told, self._step, self._since = told, "", time.monotonic()

    def all_or_nothing(self) -> Outcome:
        self._at("reading")
        self._stage()
        self._refuse_problems()
        self._at("checking")
        self._lock()
        found = staging.stage_orders(self.layout)
        staging.check_orders(self.layout, self.problems)
        self._refuse_problems()
        self._refuse_changed()
        self.outcome.known = staging.forget_known(self.layout.source)
        if found > self.outcome.known:
            self._write(found - self.outcome.known)
        self._at("")
        return self.outcome

    def _stage(self) -> None:
        with reading.opened(self.path, encoding=self.layout.encoding, delimiter=self.layout.delimiter) as sheet:
            staging.stage_lines(self._good_rows(sheet))

    def _good_rows(self, sheet: reading.Sheet) -> Iterator[list[str]]:
        rows = Rows(self.layout, sheet.header)
        for count, line in enumerate(sheet.rows()):
            if count % STEP == 0:
                self._told(self._step, sheet.position)
            if line.problem:
                self.problems.add(f"line {line.number}: {line.problem}")
                continue
            try:
                values = rows.read(line.cells)
            except BadCell as problem:
                self.problems.add(f"line {line.number}: {problem}")
                continue
            yield [str(line.number), *values]

    def _write(self, orders: int) -> None:
        source, by = self.layout.source, self.run.created_by_id
        self._at("writing customers")
        self.run.save(force_insert=True)
        self.outcome.customers = staging.insert_customers(source, by)
        self._at("writing orders and lines")
        self.outcome.orders = orders
        self.outcome.lines = staging.insert_orders(self.layout, self.run.pk, by)
        self._at("adding up")
        refresh_many(staging.touched_customers())
        if self.outcome.lines > MANY:
            staging.tell_planner()
        self.run.counts, self.run.finished_at = self.outcome.counts, now()
        self.run.save(update_fields=["counts", "finished_at"])
        self.outcome.run = self.run
        record("import.finished", on=self.run, by=self.run.created_by, file=self.run.file_name, **self.outcome.counts)

    def _lock(self) -> None:
        # One import of a source at a time: the second waits here and then finds the orders of the first.
        bulk.fetch("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import_orders:{self.layout.source}"])

    def _refuse_problems(self) -> None:
        if self.problems.count:
            rows = "1 row is" if self.problems.count == 1 else f"{self.problems.count:,} rows are"
            raise Refused(f"Nothing was imported: {rows} wrong.", self.problems)

    def _refuse_changed(self) -> None:
        for number in staging.changed_numbers(self.layout.source):
            self.problems.add(f"order {number}: known here with other content")
        if self.problems.count:
            orders = "1 order has" if self.problems.count == 1 else f"{self.problems.count:,} orders have"
            raise Refused(f"Nothing was imported: {orders} changed since an earlier import.", self.problems)

    def _at(self, step: str) -> None:
        if self._step:
            self.outcome.seconds[self._step] = time.monotonic() - self._since
        self._step, self._since = step, time.monotonic()
        if step:
            self._told(step, 0)


def _checked(layout: Layout) -> Layout:
    if not 0 < len(layout.source) <= 60:
        raise Refused("Name the source of the orders in at most 60 characters: --source shop.")
    if layout.time_zone not in zone_names():
        raise Refused(f"There is no time zone called {layout.time_zone!r}: try Europe/London.")
    layout = replace(layout, currency=layout.currency or settings.BASE_CURRENCY)
    try:
        currency_code(layout.currency)
    except ValidationError as problem:
        raise Refused(problem.messages[0]) from None
    return layout


def _keep(refusal: Refused, path: Path, layout: Layout, sha256: str, by: User | None) -> None:
    """Remember the refusal, so that an admin finds out why the numbers of a day are missing."""
    ImportRun.objects.create(
        file_name=path.name[-255:],
        sha256=sha256,
        source=layout.source,
        state=ImportState.REFUSED,
        counts={"problems": refusal.problems.count},
        problems=[str(refusal), *refusal.problems.first],
        created_by=by,
    )
