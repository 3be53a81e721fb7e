"""The list of the jobs in the queue."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from crm import background
from crm.background import QueuedJobs, queued_jobs
from crm.keyset import SORT, Sort
from crm.lists import Cell, Column, Empty, ListFilter, Listing
from crm.models import JobProgress
from crm.queue_words import FILTERED, STATES, name_of, state_of, task_text


class QueueFilter(ListFilter):
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Any")), *((name, STATES[name][0]) for name in FILTERED)]
    )
    task = forms.ChoiceField(label=_("Task"), required=False)

    def tailor(self, user: Any) -> None:
        self.offer("task", self._tasks)

    def _tasks(self) -> list[tuple[str, Any]]:
        """The program's, and the one asked for: it may have been removed since."""
        known = {*app.tasks, str(self.data.get("task", ""))} - {""}
        names = sorted(known, key=lambda name: (task_text(name), name))
        return [("", _("Any")), *((name, f"{task_text(name)} ({name})") for name in names)]

    def narrow(self, rows: QuerySet[Any], data: dict[str, Any]) -> QuerySet[Any]:
        assert isinstance(rows, QueuedJobs)  # noqa: S101 - the list of jobs
        if "task" in data:
            rows = rows.filter(task_name=data["task"])
        later = Q(scheduled_at__gt=now())
        match data.get("state"):
            case "waiting":
                return rows.filter(status="todo").exclude(later & Q(scheduled_at__isnull=False))
            case "later":
                return rows.filter(later, status="todo")
            case "running":
                return rows.filter(status="doing")
            case "failed":
                return rows.failed()
            case "cancelled":
                return rows.stopped()
            case "done":
                return rows.filter(status="succeeded")
        return rows


def progress(job: Any) -> JobProgress | None:
    """The long job of a user that it does, where the list has fetched it."""
    found: JobProgress | None = getattr(job, "progress", None)
    return found


def state_cell(job: ProcrastinateJob) -> Cell:
    label, tone = STATES[state_of(job, progress(job))]
    return Cell("badge", label, extra=tone)


class Queue(Listing[ProcrastinateJob]):
    name = "queue"
    model = ProcrastinateJob
    title = _("Background work")
    url_name = "queue:index"
    tick = 5
    filter_class = QueueFilter
    columns = (
        Column("what", _("What"), lambda job: name_of(job, progress(job))),
        Column("state", _("State"), lambda job: state_of(job, progress(job)), cell=state_cell),
        Column("task", _("Task"), lambda job: job.task_name),
        Column("attempts", _("Attempts"), lambda job: job.attempts),
        Column("deferred", _("Since"), lambda job: job.deferred_at, kind="moment", sort="new"),
        Column("error", _("Last error"), lambda job: job.error or ""),
    )
    sorts = {"new": Sort("id")}
    default_sort = "-new"

    @cached_property
    def branches(self) -> list[QuerySet[ProcrastinateJob]]:
        rows = queued_jobs().visible_to(self.user)
        return [self._narrow(rows if self.filters else rows.but_routine())]

    @cached_property
    def rows_in_scope(self) -> QuerySet[ProcrastinateJob]:
        return self.branches[0]

    def _load(self, ids: list[int]) -> list[ProcrastinateJob]:
        by_id: dict[int, Any] = queued_jobs().with_times().annotate(**{SORT: self.sort.expression}).in_bulk(ids)
        rows = [by_id[pk] for pk in ids if pk in by_id]
        found = background.progress_of(rows)
        for row in rows:
            row.progress = found.get(row.pk)
        return rows

    def url_of(self, row: ProcrastinateJob) -> str:
        return reverse("queue:detail", args=[row.pk])

    def empty(self) -> Empty:
        text = _("Nothing but what is done regularly was left to the worker in the last week.")
        return Empty(_("The queue is empty"), text, icon="list-checks")
