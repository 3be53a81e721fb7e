"""The figures of the report, kept in the database and found again only while nothing that they count has changed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.utils.timezone import now

from dashboard.kept import one_moment
from dashboard.models import KeptFigures
from dashboard.pipeline_figures import (
    Cohort,
    Rate,
    Reason,
    Spell,
    Step,
    Totals,
    closed_cells,
    cohorts,
    funnel,
    lost_reasons,
    stage_times,
    totals,
    win_rates,
)
from dashboard.pipeline_forms import PipelineQuery
from dashboard.pipeline_pushes import Pushes, live, pushes
from dashboard.pipeline_stamps import TABLE
from dashboard.within import within

#: raised when figures come to mean something else, so that none of the old ones is found
MEANING = "2"
#: The stamp of now and what is kept, as one statement sees them.
LOOK_UP = f"""
    SELECT (SELECT coalesce(sum(n), 0) FROM {TABLE})::text, kept.stamp, kept.figures
    FROM (VALUES (1)) AS one LEFT JOIN {KeptFigures._meta.db_table} AS kept ON kept.key = %s
"""  # noqa: S608  the names of our own tables


@dataclass(frozen=True)
class Figures:
    """All that the report shows; `rates` by owner, source and product. `undated` deals have no day of opening."""

    totals: Totals
    steps: list[Step]
    times: dict[int, Spell]
    rates: dict[str, list[Rate]]
    cohorts: list[Cohort]
    reasons: list[Reason]
    pushes: dict[str, Pushes]
    undated: int


def figures_of(query: PipelineQuery) -> Figures:
    """All of one moment. Two readers may keep the same: the later one wins, and both are right."""
    key = _key(query)
    with one_moment():
        stamp, kept = _look_up(key)
        if kept is not None:
            return _from_json(kept, query)
        figures = _counted(query)
    row = KeptFigures(key=key, stamp=stamp, figures=_plain(figures), computed_at=now())
    fields = ["stamp", "figures", "computed_at"]
    KeptFigures.objects.bulk_create([row], update_conflicts=True, unique_fields=["key"], update_fields=fields)
    return figures


def _counted(query: PipelineQuery) -> Figures:
    closed, opened = query.closed(), query.opened()
    cells = closed_cells(closed)
    return Figures(
        totals(query.deals(), within("closed_on", query.period)),
        funnel(opened, query.stages),
        stage_times(query.deals(), query.stages, within("left_at", query.period, query.zone)),
        {by: win_rates(by, closed, cells) for by in ("owner", "source", "product")},
        cohorts(opened),
        lost_reasons(closed, cells),
        pushes(query.deals().filter(live(query.period))),
        query.deals().filter(opened_on=None).count(),
    )


def _key(query: PipelineQuery) -> str:
    """Whose deals, of which pipeline, when. A stage that is changed has another version."""
    scope, user = query.scope, query.scope.user
    seen = f"{user.effective_role} {user.team_id}" if user.effective_role == "manager" else "all"
    stages = repr([(stage.pk, stage.version) for stage in query.stages]).encode()
    digest = hashlib.sha256(stages).hexdigest()[:20]
    days = f"{query.period.first:%Y%m%d}-{query.period.last:%Y%m%d}"
    return f"pipeline {MEANING} {query.zone} {seen} {scope.team} {scope.owner} {days} {digest}"


def _look_up(key: str) -> tuple[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, [key])
        stamp, kept_with, figures = cursor.fetchone()
    return stamp, json.loads(figures) if kept_with == stamp else None


# As JSON: a dataclass as the list of its fields, a stage by its id.


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return str(value)
        case dt.date():
            return value.isoformat()
        case models.Model():
            return value.pk
        case dict():
            return {str(name): _plain(part) for name, part in value.items()}
        case list():
            return [_plain(part) for part in value]
    if dataclasses.is_dataclass(value):
        return [_plain(getattr(value, field.name)) for field in dataclasses.fields(value)]
    return value


def _from_json(kept: list[Any], query: PipelineQuery) -> Figures:
    whole, steps, times, rates, months, reasons, pushed, undated = kept
    stages = {stage.pk: stage for stage in query.stages}
    return Figures(
        Totals(whole[0], Decimal(whole[1]), Decimal(whole[2]), _rate(*whole[3]), _spells(whole[4])),
        [Step(stages[pk], *counts) for pk, *counts in steps],
        {int(pk): spell for pk, spell in _spells(times).items()},
        {by: [_rate(*row) for row in rows] for by, rows in rates.items()},
        [Cohort(dt.date.fromisoformat(month), *counts) for month, *counts in months],
        [Reason(key, label, count, Decimal(value)) for key, label, count, value in reasons],
        {name: Pushes(name, deals, times, Decimal(days)) for name, (_, deals, times, days) in pushed.items()},
        undated,
    )


def _rate(key: Any, label: str, won: int, lost: int, won_value: str, lost_value: str) -> Rate:
    return Rate(key, label, won, lost, Decimal(won_value), Decimal(lost_value))


def _spells(kept: dict[str, list[Any]]) -> dict[str, Spell]:
    return {name: Spell(count, _decimal(mean), _decimal(median)) for name, (count, mean, median) in kept.items()}


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
