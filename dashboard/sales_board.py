"""The board of sales: all its parts, read once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities.models import Kind
from dashboard.kept import one_moment
from dashboard.sales_cards import Card, Cards, Times
from dashboard.sales_figures import (
    Part,
    SalesQuery,
    Worker,
    read_days,
    read_leads,
    read_parts,
    read_pipeline,
    read_work,
    share,
)
from dashboard.sales_links import SalesLinks, created, done
from dashboard.sales_recent import Recent, recent
from dashboard.sales_scope import WORK
from dashboard.sales_trends import Cell, Trend, Trends
from dashboard.wording import NOTHING, Numbers
from leads.models import LeadStatus

KINDS: dict[Kind, Any] = {
    Kind.CALL: gettext_lazy("Calls"),
    Kind.MEETING: gettext_lazy("Meetings"),
    Kind.EMAIL: gettext_lazy("E-mails"),
    Kind.TASK: gettext_lazy("Tasks"),
}


@dataclass(frozen=True)
class PartRow:
    """A status or a source: its name, its figures, and how long its bar is."""

    label: str
    cells: list[Cell]
    length: Decimal
    share: str


@dataclass(frozen=True)
class WorkRow:
    name: str
    cells: list[Cell]


@dataclass(frozen=True)
class SalesBoard:
    cards: list[Card]
    trends: list[Trend]
    statuses: list[PartRow]
    sources: list[PartRow]
    kinds: list[str]
    workers: list[WorkRow]
    team_work: WorkRow
    recent: list[Recent]


def read_sales(query: SalesQuery) -> SalesBoard:
    """All of one moment: parts of it are differences."""
    with one_moment():
        return _read(query)


def _read(query: SalesQuery) -> SalesBoard:
    links, numbers, days = SalesLinks(query.scope), Numbers.here(), read_days(query)
    statuses, sources = read_parts(query)
    workers, work = read_work(query)
    times = [
        Times(period, days.of(period), total, answers, done_then)
        for period, (total, answers), done_then in zip(query.periods, read_leads(query), work, strict=True)
    ]
    trends = Trends(query, days, links)
    rows = Rows(query, links, numbers)
    return SalesBoard(
        cards=Cards(query, times, read_pipeline(query), links).all(),
        trends=[trends.leads(), trends.deals()],
        statuses=[rows.status(part, statuses) for part in statuses],
        sources=[rows.source(part, sources) for part in sources],
        kinds=[str(KINDS[kind]) for kind in WORK],
        workers=[rows.worker(worker) for worker in workers],
        team_work=rows.worker(everybody(workers)),
        recent=recent(query.scope),
    )


def everybody(workers: list[Worker]) -> Worker:
    done = {kind.value: sum(worker.done.get(kind, 0) for worker in workers) for kind in WORK}
    return Worker(None, _("Together"), done)


class Rows:
    """Figures with their links, for the smaller tables."""

    def __init__(self, query: SalesQuery, links: SalesLinks, numbers: Numbers) -> None:
        self.query, self.links, self.numbers = query, links, numbers
        self.created = created(query.period)

    def status(self, part: Part, parts: list[Part]) -> PartRow:
        return self._row(part, parts, str(LeadStatus(part.key).label), [self._leads(part.new, status=part.key)])

    def source(self, part: Part, parts: list[Part]) -> PartRow:
        rate = NOTHING if part.rate is None else self.numbers.percent(part.rate)
        chosen = {"source": part.key} if part.key else {"without": "source"}
        cells = [
            self._leads(part.new, **chosen),
            self._leads(part.converted, **chosen, status="converted"),
            Cell(rate, self.links.leads(**self.created, **chosen)),
        ]
        return self._row(part, parts, part.label or _("No source"), cells)

    def _row(self, part: Part, parts: list[Part], label: str, cells: list[Cell]) -> PartRow:
        whole, most = sum(other.new for other in parts), max(other.new for other in parts)
        of_all = share(part.new, whole) or Decimal(0)
        return PartRow(label, cells, round(share(part.new, most) or Decimal(0), 3), self.numbers.share(of_all))

    def _leads(self, number: int, **filters: Any) -> Cell:
        return Cell(self.numbers.count(number), self.links.leads(**self.created, **filters), number)

    def worker(self, worker: Worker) -> WorkRow:
        cells = [self._done(worker, worker.done.get(kind, 0), kind) for kind in WORK]
        return WorkRow(worker.name, [*cells, self._done(worker, worker.total, None)])

    def _done(self, worker: Worker, number: int, kind: Kind | None) -> Cell:
        filters = done(self.query.period) | ({"kind": kind.value} if kind else {})
        links = self.links if worker.person is None else self.links.without_people()
        return Cell(self.numbers.count(number), links.work(**filters, owner=worker.person), number)
