"""Import of leads: all of a file or nothing, and no lead twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from django.conf import settings
from django.db.models.functions import Lower

from crm import moments
from crm.moments import zone_names
from deals.models import LostReason
from exchange import lead_sql, reading, runs
from exchange.lead_layouts import LeadLayout
from exchange.lead_rows import LeadRows
from exchange.models import ImportRun
from exchange.problems import Problems, Refused
from exchange.runs import Steps, Told
from leads.jobs import rescore_soon
from leads.models import Source, SourceKind

if TYPE_CHECKING:
    from accounts.models import User

COMMAND = "import_leads"


@dataclass
class Outcome:
    """What an import did. `seconds` by step, in their order."""

    leads: int = 0
    known: int = 0
    sources: int = 0
    run: ImportRun | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        return {"leads": self.leads, "known_leads": self.known, "sources": self.sources}


def import_leads(
    path: Path,
    layout: LeadLayout,
    *,
    by: User | None = None,
    errors: TextIO | None = None,
    told: Told = lambda *_: None,
) -> Outcome:
    """Import the file. Refused, with everything that is wrong with it, when a single row is bad.

    `told` hears the name of each step and how many bytes of the file have been read.
    """
    layout = _checked(layout)
    with runs.importing(COMMAND, path, layout.source, by) as run:
        return _Import(path, layout, run, Problems(errors), Steps(told)).all_or_nothing()


class _Import:
    def __init__(self, path: Path, layout: LeadLayout, run: ImportRun, problems: Problems, steps: Steps) -> None:
        self.path, self.layout, self.run, self.problems, self.steps = path, layout, run, problems, steps
        self.outcome = Outcome(seconds=steps.seconds)

    def all_or_nothing(self) -> Outcome:
        self.steps.at("reading")
        with reading.opened(self.path, encoding=self.layout.encoding, delimiter=self.layout.delimiter) as sheet:
            rows = LeadRows(self.layout, sheet.header, moments.today())
            staged = lead_sql.stage(runs.good_rows(sheet, rows.read, self.problems, self.steps))
        runs.refuse_if_any(self.problems)
        self.steps.at("checking")
        runs.alone(COMMAND, self.layout.source)
        runs.refuse_twice(self.problems, "lead", lead_sql.twice())
        runs.refuse_changed(self.problems, "lead", lead_sql.changed(self.layout.source))
        self.outcome.known = lead_sql.forget_known(self.layout.source)
        if new := staged - self.outcome.known:
            self._write(new, rows.sources)
        self.steps.at("")
        return self.outcome

    def _write(self, new: int, spelt: Counter[str]) -> None:
        self.steps.at("writing leads")
        self.run.save(force_insert=True)
        self.outcome.sources = self._make_sources(spelt)
        LostReason.keep_not_recorded()
        values = {"source": self.layout.source, "currency": self.layout.currency, "by": self.run.created_by_id}
        self.outcome.leads = lead_sql.write(values, new, self.run.pk)
        rescore_soon()
        runs.finish(self.run, self.outcome.counts)
        self.outcome.run = self.run

    def _make_sources(self, spelt: Counter[str]) -> int:
        """Those that are new, as they are spelt most often: Google and google are one."""
        known = set(Source.objects.annotate(folded=Lower("name")).values_list("folded", flat=True))
        new: dict[str, Source] = {}
        for name, _ in spelt.most_common():
            if (folded := name.lower()) not in known | new.keys():
                new[folded] = Source(name=name, kind=self.layout.source_kinds.get(folded, SourceKind.OTHER))
        return len(Source.objects.bulk_create(new.values()))


def _checked(layout: LeadLayout) -> LeadLayout:
    runs.check_source(layout.source)
    zone = layout.time_zone or settings.TIME_ZONE
    if zone not in zone_names():
        raise Refused(f"There is no time zone called {zone!r}: try Europe/London.")
    return replace(layout, time_zone=zone, currency=runs.checked_currency(layout.currency))
