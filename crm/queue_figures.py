"""The figures above the list of jobs, and what is told of a single one."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from crm import background, moments, waiting
from crm.masking import masked
from crm.models import FailedAttempt
from crm.queue_words import EVENTS, STATES, task_text

#: the longest value of an argument that is shown whole
LONGEST = 2_000


@dataclass(frozen=True)
class Figure:
    label: Any
    value: str
    note: str = ""
    tone: str = ""
    url: str = ""


@dataclass(frozen=True)
class Run:
    """The last run of a periodic task."""

    name: str
    task: str
    cron: str
    shown: moments.Shown | None
    state: Any
    tone: str
    url: str


@dataclass(frozen=True)
class Figures:
    problem: str
    cards: list[Figure]


def figures() -> Figures:
    wait, workers, found = waiting.longest_wait(), background.workers_alive(), background.counts()
    late = wait is not None and wait > waiting.LONGEST
    problem = waiting.problem() if late else ""
    if not workers:
        problem = problem or background.nobody_works()
    return Figures(problem[:1].upper() + problem[1:], _cards(found, workers, wait, late))


def runs() -> list[Run]:
    return [_run(one) for one in background.regular()]


def _cards(found: dict[str, int], workers: int, wait: dt.timedelta | None, late: bool) -> list[Figure]:
    def card(name: str, *states: str, note: str = "", tone: str = "") -> Figure:
        count = sum(found.get(state, 0) for state in states)
        url = f"{reverse('queue:index')}?state={name}"
        return Figure(STATES[name][0], f"{count:,}", note, tone if count else "", url)

    longest = _("the longest for %(time)s") % {"time": waiting.spoken(wait)} if wait is not None else ""
    return [
        Figure(_("Workers"), f"{workers:,}", tone="" if workers else "bad"),
        card("waiting", "todo", note=longest, tone="bad" if late else ""),
        card("later", "later"),
        card("running", "doing"),
        card("failed", "failed", tone="bad", note=_("in the last month")),
        card("done", "succeeded", note=_("in the last week")),
    ]


def _run(one: background.Regular) -> Run:
    names = {"succeeded": "done", "failed": "failed", "doing": "running", "todo": "waiting"}
    name = names.get(one.status or "", "cancelled" if one.status else "")
    state, tone = STATES[name] if name else ("", "")
    url = reverse("queue:detail", args=[one.job]) if one.job else ""
    at = moments.shown(one.at) if one.at else None
    return Run(task_text(one.task), one.task, one.cron, at, state, tone, url)


@dataclass(frozen=True)
class Step:
    icon: str
    label: Any
    shown: moments.Shown


def happened(job: ProcrastinateJob) -> dict[str, Any]:
    """What a page tells of one job besides its row: arguments, what happened to it, why its attempts failed."""
    events = ProcrastinateEvent.objects.filter(job_id=job.pk, at__isnull=False).order_by("-at", "-pk")
    failed = FailedAttempt.objects.filter(job_id=job.pk).order_by("-pk")
    return {
        "arguments": [(name, _text(value)) for name, value in masked(job.args).items()],
        "steps": [_step(event) for event in events],
        "failures": [(row.attempt, row.error, moments.shown(row.at)) for row in failed],
    }


def _step(event: ProcrastinateEvent) -> Step:
    label, icon = EVENTS.get(event.type, (event.type, "circle-dot"))
    assert event.at is not None  # noqa: S101 - the query says so
    return Step(icon, label, moments.shown(event.at))


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
