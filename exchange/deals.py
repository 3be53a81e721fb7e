"""Import of deals, with the companies, products and people they name: all of it or nothing, and no deal twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from django.conf import settings

from crm import moments
from deals.models import LostReason, Pipeline, Stage
from exchange import deal_sql, people, reading, runs
from exchange.cells import Cells
from exchange.deal_layouts import Companion, DealLayout
from exchange.deal_rows import DealRows, Names, companion_readers
from exchange.models import ImportRun
from exchange.problems import Problems, Refused
from exchange.products import write_products
from exchange.runs import Steps, Told

if TYPE_CHECKING:
    from accounts.models import User

COMMAND = "import_deals"


@dataclass
class Outcome:
    """What an import did. `seconds` by step, in their order."""

    deals: int = 0
    known: int = 0
    companies: int = 0
    products: int = 0
    people: int = 0
    run: ImportRun | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "deals": self.deals,
            "known_deals": self.known,
            "companies": self.companies,
            "products": self.products,
            "people": self.people,
        }


def import_deals(
    path: Path,
    layout: DealLayout,
    *,
    by: User | None = None,
    errors: TextIO | None = None,
    told: Told = lambda *_: None,
) -> Outcome:
    """Import a file, or a folder with the sheets of the layout. Refused, with all that is wrong, for one bad row.

    `told` hears the name of each step and how many bytes of the file have been read.
    """
    layout = _checked(layout, path)
    with runs.importing(COMMAND, path, layout.source, by) as run:
        return _Import(path, layout, run, Problems(errors), Steps(told)).all_or_nothing()


class _Import:
    def __init__(self, path: Path, layout: DealLayout, run: ImportRun, problems: Problems, steps: Steps) -> None:
        self.path, self.layout, self.run, self.problems, self.steps = path, layout, run, problems, steps
        self.outcome = Outcome(seconds=steps.seconds)
        self.names = {
            "company": self._names("company", "companies", layout.companies),
            "product": self._names("product", "products", layout.products),
            "owner": self._names("person", "people", layout.people),
        }

    def all_or_nothing(self) -> Outcome:
        self.steps.at("reading")
        with self._opened(self.layout.file) as sheet:
            rows = DealRows(self.layout, sheet.header, self.names, moments.today())
            deal_sql.stage(runs.good_rows(sheet, rows.read, self.problems, self.steps))
        runs.refuse_if_any(self.problems)
        self.steps.at("checking")
        runs.alone(COMMAND, self.layout.source)
        runs.refuse_twice(self.problems, "deal", deal_sql.twice())
        runs.refuse_changed(self.problems, "deal", deal_sql.changed(self.layout.source))
        self.outcome.known = deal_sql.forget_known(self.layout.source)
        self._write()
        self.steps.at("")
        return self.outcome

    def _names(self, noun: str, kind: str, companion: Companion | None) -> Names:
        """The rows of a sheet that comes with the deals; without it every name is welcome."""
        if companion is None:
            return Names(noun)
        names = Names(noun, closed_by=companion.file)
        readers = companion_readers(kind, self.layout)
        for _number, row in self._sheet_rows(companion, readers):
            names.add(row)
        return names

    def _sheet_rows(self, companion: Companion, readers: Any) -> Iterator[tuple[int, dict[str, Any]]]:
        with self._opened(companion.file) as sheet:
            cells = Cells(companion.columns, sheet.header, readers, tuple(companion.columns))

            def read(number: int, row: list[str]) -> tuple[int, dict[str, Any]]:
                return number, cells.read(row)

            yield from runs.good_rows(sheet, read, self.problems, self.steps, where=f"{companion.file}, ")

    def _opened(self, file: str) -> Any:
        path = self.path / file if self.path.is_dir() else self.path
        return reading.opened(path, encoding=self.layout.encoding, delimiter=self.layout.delimiter)

    def _write(self) -> None:
        layout, by, made = self.layout, self.run.created_by_id, self.outcome
        self.steps.at("writing companies, products and people")
        deal_sql.begin_names()
        deal_sql.name("stage", stages(layout))
        deal_sql.name("reason", dict(LostReason.objects.values_list("name", "pk")))
        made.companies = deal_sql.write_companies(self._named("company"), by)
        ids, made.products = write_products(self._named("product"), layout.currency)
        deal_sql.name("product", ids)
        ids, made.people = people.write(self._named("owner")) if layout.people else (people.active(), 0)
        deal_sql.name("owner", ids)
        if not any((deal_sql.left(), made.companies, made.products, made.people)):
            return
        self.steps.at("writing deals")
        self.run.save(force_insert=True)
        values = {"currency": layout.currency, "by": by, "source": layout.source, "zone": settings.TIME_ZONE}
        made.deals = deal_sql.write_deals(values | {"worked_in": layout.worked_in}, self.run.pk)
        runs.finish(self.run, made.counts)
        made.run = self.run

    def _named(self, kind: str) -> Iterable[dict[str, Any]]:
        return self.names[kind].rows.values()


def stages(layout: DealLayout) -> dict[str, int]:
    """Name -> id of the stages of the pipeline, which is made where there is none of that name."""
    pipeline: Any = Pipeline.objects.filter(name__iexact=layout.pipeline).first()
    if pipeline is None:
        pipeline = Pipeline.objects.create(name=layout.pipeline, position=Pipeline.objects.count() + 1)
        for position, (name, kind, probability) in enumerate(layout.steps, 1):
            Stage.objects.create(pipeline=pipeline, name=name, position=position, kind=kind, probability=probability)
    LostReason.keep_not_recorded()
    return dict(Stage.objects.filter(pipeline=pipeline).values_list("name", "pk"))


def _checked(layout: DealLayout, path: Path) -> DealLayout:
    runs.check_source(layout.source)
    currency = runs.checked_currency(layout.currency)
    first = Pipeline.objects.filter(is_active=True).order_by("position", "pk").first()
    known: Any = Pipeline.objects.filter(name__iexact=layout.pipeline).first() if layout.pipeline else first
    if known is None and not layout.steps:
        raise Refused(f"There is no pipeline called {layout.pipeline!r}: set it up first.")
    if path.is_dir() and not layout.file:
        raise Refused(f"{path} is a folder: name the file, or give a --preset that knows its sheets.")
    if layout.file and not path.is_dir():
        raise Refused(f"Name the folder with {layout.file} and the sheets that come with it.")
    return replace(layout, currency=currency, pipeline=known.name if known else layout.pipeline)
