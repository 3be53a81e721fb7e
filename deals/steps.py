"""The way of a deal through its pipeline, with the days it spent in each stage."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import ngettext

from deals.models import Deal, Stage, StageKind, StageVisit

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """A stage on the way: `state` is done, current or ahead. `days` the deal spent there, in all its visits."""

    stage: Stage
    state: str
    days: int | None
    #: whether a click brings the deal there
    is_open: bool = False

    @property
    def days_text(self) -> str:
        if self.days is None:
            return ""
        return ngettext("%(count)s day", "%(count)s days", self.days) % {"count": self.days}


@dataclass(frozen=True)
class Visit:
    """One stay, for the history of stages."""

    stage: str
    entered_at: dt.datetime
    left_at: dt.datetime | None
    days: int
    by: str

    @property
    def days_text(self) -> str:
        return ngettext("%(count)s day", "%(count)s days", self.days) % {"count": self.days}


def visits_of(deal: Deal) -> list[StageVisit]:
    return list(deal.visits.select_related("stage", "by"))


def days_in(visits: list[StageVisit], at: dt.datetime) -> dict[int, int]:
    """Whole days by stage: the sum of all stays, the present one up to `at`."""
    spent: dict[int, dt.timedelta] = {}
    for visit in visits:
        spent[visit.stage_id] = spent.get(visit.stage_id, dt.timedelta()) + _length(visit, at)
    return {stage: time // DAY for stage, time in spent.items()}


def _length(visit: StageVisit, at: dt.datetime) -> dt.timedelta:
    return max((visit.left_at or at) - visit.entered_at, dt.timedelta())


def steps_of(deal: Deal, stages: list[Stage], visits: list[StageVisit], at: dt.datetime) -> list[Step]:
    """The open stages and the one of a closed deal; an open deal sees its goal, the won one."""
    shown = [stage for stage in stages if stage.is_open or stage == deal.stage]
    if deal.stage.is_open:
        shown += [stage for stage in stages if stage.kind == StageKind.WON]
    spent = days_in(visits, at)
    place = next((number for number, stage in enumerate(shown) if stage == deal.stage), -1)
    return [_step(deal, stage, number - place, spent) for number, stage in enumerate(shown)]


def _step(deal: Deal, stage: Stage, distance: int, spent: dict[int, int]) -> Step:
    state = "current" if distance == 0 else "ahead" if distance > 0 else "done"
    return Step(stage, state, spent.get(stage.pk) if stage.is_open else None, stage != deal.stage)


def history_of(visits: list[StageVisit], at: dt.datetime) -> list[Visit]:
    """The newest stay first."""
    return [
        Visit(visit.stage.name, visit.entered_at, visit.left_at, _length(visit, at) // DAY, str(visit.by or ""))
        for visit in reversed(visits)
    ]
