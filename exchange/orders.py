"""Import of order lines: all of a file or nothing, and never the same order twice."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from crm import bulk
from crm.moments import zone_names
from customers.figures import refresh_many
from exchange import reading, runs, staging
from exchange.models import ImportRun
from exchange.presets import Layout
from exchange.problems import Problems, Refused
from exchange.rows import Rows
from exchange.runs import Steps, Told

if TYPE_CHECKING:
    from accounts.models import User

WRITTEN = ("customers_customer", "customers_externalid", "customers_order", "customers_orderline")


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
    layout = _checked(layout)
    with runs.importing("import_orders", path, layout.source, by) as run:
        return _Import(path, layout, run, Problems(errors), Steps(told)).all_or_nothing()


class _Import:
    def __init__(self, path: Path, layout: Layout, run: ImportRun, problems: Problems, steps: Steps) -> None:
        self.path, self.layout, self.run, self.problems, self.steps = path, layout, run, problems, steps
        self.outcome = Outcome(seconds=steps.seconds)

    def all_or_nothing(self) -> Outcome:
        self.steps.at("reading")
        self._stage()
        runs.refuse_if_any(self.problems)
        self.steps.at("checking")
        runs.alone("import_orders", self.layout.source)
        found = staging.stage_orders(self.layout)
        staging.check_orders(self.layout, self.problems)
        runs.refuse_if_any(self.problems)
        self._refuse_changed()
        self.outcome.known = staging.forget_known(self.layout.source)
        if found > self.outcome.known:
            self._write(found - self.outcome.known)
        self.steps.at("")
        return self.outcome

    def _stage(self) -> None:
        with reading.opened(self.path, encoding=self.layout.encoding, delimiter=self.layout.delimiter) as sheet:
            rows = Rows(self.layout, sheet.header)
            staging.stage_lines(
                runs.good_rows(sheet, lambda line, cells: [str(line), *rows.read(cells)], self.problems, self.steps)
            )

    def _write(self, orders: int) -> None:
        source, by = self.layout.source, self.run.created_by_id
        self.steps.at("writing customers")
        self.run.save(force_insert=True)
        self.outcome.customers = staging.insert_customers(source, by)
        self.steps.at("writing orders and lines")
        self.outcome.orders = orders
        self.outcome.lines = staging.insert_orders(self.layout, self.run.pk, by)
        self.steps.at("adding up")
        refresh_many(staging.touched_customers())
        bulk.tell_planner(self.outcome.lines, *WRITTEN)
        runs.finish(self.run, self.outcome.counts)
        self.outcome.run = self.run

    def _refuse_changed(self) -> None:
        for number in staging.changed_numbers(self.layout.source):
            self.problems.add(f"order {number}: known here with other content")
        if self.problems.count:
            orders = "1 order has" if self.problems.count == 1 else f"{self.problems.count:,} orders have"
            raise Refused(f"Nothing was imported: {orders} changed since an earlier import.", self.problems)


def _checked(layout: Layout) -> Layout:
    if not 0 < len(layout.source) <= 60:
        raise Refused("Name the source of the orders in at most 60 characters: --source shop.")
    if layout.time_zone not in zone_names():
        raise Refused(f"There is no time zone called {layout.time_zone!r}: try Europe/London.")
    return replace(layout, currency=runs.checked_currency(layout.currency))
