"""The queue as operators see it: what waits, runs and failed; who works; and what they can do about a job."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils.timezone import now
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob, ProcrastinateWorker

from crm import bulk
from crm.access import AccessQuerySet
from crm.events import record
from crm.models import FailedAttempt, JobProgress

if TYPE_CHECKING:
    from accounts.models import User

#: the task that does the long jobs of users (crm/jobs.py)
LONG = "crm.run"
STOPPED = ("cancelled", "aborted")


class QueuedJobs(AccessQuerySet[ProcrastinateJob]):
    """The rows of the queue. They tell of everybody's work, so they are the operators' alone."""

    def visible_to(self, user: User) -> Self:
        return self if user.effective_role == "admin" else self.none()

    def editable_by(self, user: User) -> Self:
        return self.visible_to(user)

    def with_times(self) -> Self:
        """With when each was put into the queue, why it failed last, and its worker."""
        deferred = ProcrastinateEvent.objects.filter(job_id=OuterRef("pk"), type="deferred").order_by("pk")
        failed = FailedAttempt.objects.filter(job_id=OuterRef("pk")).order_by("-pk")
        return self.select_related("worker").annotate(
            deferred_at=Subquery(deferred.values("at")[:1]), error=Subquery(failed.values("error")[:1])
        )

    def lost(self) -> Self:
        """Those whose worker died while it did them."""
        return self.filter(Q(worker=None) | Q(worker__last_heartbeat__lt=_latest_sign()), status="doing")

    def but_routine(self) -> Self:
        """Without what was done because it is done every so often: it would be nearly all."""
        routine = {periodic.task.name for periodic in app.periodic_registry.periodic_tasks.values()}
        return self.exclude(status="succeeded", task_name__in=routine)

    def failed(self) -> Self:
        return self.filter(status="failed", abort_requested=False)

    def stopped(self) -> Self:
        """Cancelled, or given up by the library because somebody had asked it to stop."""
        return self.filter(Q(status__in=STOPPED) | Q(status="failed", abort_requested=True))


def queued_jobs() -> QueuedJobs:
    """All of them, to be narrowed by what a user may see."""
    return QueuedJobs(ProcrastinateJob)


def _latest_sign() -> dt.datetime:
    return now() - dt.timedelta(seconds=settings.WORKER_DEAD_AFTER_SECONDS)


def is_lost(job: ProcrastinateJob) -> bool:
    """As lost() says, of a row that was fetched with its worker."""
    return job.status == "doing" and (job.worker is None or job.worker.last_heartbeat < _latest_sign())


def is_stopped(job: ProcrastinateJob) -> bool:
    """As stopped() says."""
    return job.status in STOPPED or (job.status == "failed" and job.abort_requested)


def workers_alive() -> int:
    return ProcrastinateWorker.objects.filter(last_heartbeat__gte=_latest_sign()).count()


def nobody_works() -> str:
    """The sentence for when there is no worker."""
    return _("no worker is running: what is left to it waits.")


def progress_of(jobs: list[ProcrastinateJob]) -> dict[int, JobProgress]:
    """The long jobs of users behind rows of the queue, by the id of the row."""
    wanted = {job.id: str(job.args.get("job", "")) for job in jobs if job.task_name == LONG}
    keys = {key for text in wanted.values() if (key := _key(text))}
    found = {str(row.pk): row for row in JobProgress.objects.filter(pk__in=keys).select_related("user")} if keys else {}
    return {pk: found[text] for pk, text in wanted.items() if text in found}


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


# What operators do


def retry(job: ProcrastinateJob, *, by: User) -> bool:
    """Let it wait for its turn once more: one that failed, was cancelled, or was lost with its worker.

    False when somebody was quicker, or another of the same kind that may wait only once waits already.
    """
    try:
        with transaction.atomic():
            rows = _held(job)
            ended = rows.filter(status__in=["failed", *STOPPED]) | rows.filter(pk__in=rows.lost().values("pk"))
            changed = ended.update(
                status="todo", attempts=F("attempts") + 1, scheduled_at=Now(), abort_requested=False, worker=None
            )
            if changed:
                for progress in progress_of([job]).values():
                    progress.begin_again()
                record("job.retried", on=job, by=by, task=job.task_name)
    except IntegrityError:
        return False
    return bool(changed)


def _held(job: ProcrastinateJob) -> QueuedJobs:
    """The row, in whatever state it is once it is ours: a worker may be taking it up just now."""
    rows = queued_jobs().filter(pk=job.pk)
    list(rows.select_for_update().values_list("pk"))
    return rows


def cancel(job: ProcrastinateJob, *, by: User) -> bool:
    """Stop it: at once while it waits or was lost, else it is asked to. False when it is over, or was asked already.

    A long job of a user looks between its steps; of the others only those that wait for something can be broken off.
    """
    with transaction.atomic():
        changed = _stop_waiting(job) or _ask_to_stop(job)
        if changed:
            record("job.cancelled", on=job, by=by, task=job.task_name)
    return changed


def _stop_waiting(job: ProcrastinateJob) -> bool:
    rows = _held(job)
    changed = rows.filter(status="todo").update(status="cancelled")
    changed = changed or rows.filter(pk__in=rows.lost().values("pk")).update(status="aborted")
    if changed:
        for progress in progress_of([job]).values():
            progress.cancel()
            progress.claim()  # of one that was running when its worker died nobody else would say that it is over
    return bool(changed)


def _ask_to_stop(job: ProcrastinateJob) -> bool:
    running = queued_jobs().filter(pk=job.pk, status="doing")
    long_ones = progress_of([job]).values()
    if long_ones:
        return running.exists() and all(progress.cancel() for progress in long_ones)
    return bool(running.filter(abort_requested=False).update(abort_requested=True))


# Figures


@dataclass(frozen=True)
class Regular:
    """A periodic task, and how its last run went."""

    task: str
    cron: str
    at: dt.datetime | None
    status: str
    job: int | None


def counts() -> dict[str, int]:
    """How many jobs there are by state; those to be done later are apart."""
    query = """
        SELECT CASE WHEN status = 'todo' AND scheduled_at > now() THEN 'later'
                    WHEN status = 'failed' AND abort_requested THEN 'aborted' ELSE status::text END AS state, count(*)
        FROM procrastinate_jobs GROUP BY state"""
    return dict(bulk.fetch(query))


def regular() -> list[Regular]:
    """Every periodic task of the program, the one that ran last on top."""
    query = """
        SELECT defer.task_name, to_timestamp(defer.defer_timestamp), job.status::text, job.id
        FROM procrastinate_periodic_defers defer LEFT JOIN procrastinate_jobs job ON job.id = defer.job_id
        ORDER BY defer.defer_timestamp"""
    last = {task: rest for task, *rest in bulk.fetch(query)}
    tasks = app.periodic_registry.periodic_tasks.values()
    found = [Regular(one.task.name, one.cron, *last.get(one.task.name, (None, None, None))) for one in tasks]
    never = dt.datetime.min.replace(tzinfo=dt.UTC)
    return sorted(found, key=lambda one: (one.at or never, one.task), reverse=True)
