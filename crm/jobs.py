"""Background jobs: deferred in the caller's transaction, safe to run twice, their progress kept for a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pghistory
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _
from procrastinate import App, JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from crm import deaths, upkeep  # noqa: F401 - what the queue does for itself is declared there
from crm.models import JobProgress, JobState

if TYPE_CHECKING:
    from accounts.models import User

#: how many steps pass between two writes of the progress
STEP = 5_000
#: how often a job that broke is tried again
ATTEMPTS = 3
Work = Callable[[JobProgress], None]
_works: dict[str, Work] = {}
queue: App = app


class JobError(Exception):
    """A job that cannot be done; its sentence is shown to the user, and it is not tried again."""


class Cancelled(Exception):
    """Its user, or an operator, wants it to stop: what the present step began is taken back with its transaction."""


def work(name: str) -> Callable[[Work], Work]:
    """Register what the job called `name` does."""

    def register(function: Work) -> Work:
        _works[name] = function
        return function

    return register


def start(name: str, *, title: str, by: User, **arguments: Any) -> JobProgress:
    """Queue the job `name` for `by`, in the caller's transaction; its page is jobs:detail."""
    with transaction.atomic():
        job = JobProgress.objects.create(
            user=by, title=title, arguments=arguments | {"work": name, "role": by.effective_role}
        )
        run.defer(job=str(job.pk))
    return job


@queue.task(name="crm.run", retry=RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=2), pass_context=True)
def run(context: JobContext, job: str) -> None:
    """Do one job. Run twice it does no harm: a finished job is left alone."""
    row = JobProgress.objects.filter(pk=job).first()
    if row is None or not row.claim():
        return
    try:
        with pghistory.context(user=row.user_id, job=row.title):
            _works[row.arguments["work"]](row)
    except JobError as problem:
        _mark(row, state=JobState.FAILED, error=str(problem), finished_at=now())
        return
    except Cancelled:
        _mark(row, state=JobState.CANCELLED, finished_at=now())
        return
    except Exception as problem:
        if context.job.attempts < ATTEMPTS:
            _mark(row, state=JobState.QUEUED)  # it is tried again
        else:
            _give_up(row, context, problem)
        raise
    _mark(row, state=JobState.DONE, finished_at=now())


def _give_up(row: JobProgress, context: JobContext, problem: Exception) -> None:
    """Say so to its user on its page, and to the operators as soon as it is certain."""
    with transaction.atomic():
        _mark(row, state=JobState.FAILED, error=_("It stopped with an error. Start it again."), finished_at=now())
        if died := ProcrastinateJob.objects.filter(pk=context.job.id).first():
            deaths.tell(died, attempt=context.job.attempts + 1, error=deaths.last_line(problem))


def advance(job: JobProgress, done: int, total: int) -> None:
    """Say how far the job is; Cancelled when it is to stop. What is done to the end stays done."""
    _mark(job, done=done, total=total)
    if done < total and JobProgress.objects.filter(pk=job.pk).exclude(cancel_asked_at=None).exists():
        raise Cancelled


def _mark(job: JobProgress, **values: Any) -> None:
    for name, value in values.items():
        setattr(job, name, value)
    job.save(update_fields=list(values))


@queue.task(name="crm.send_mail")
def send_mail() -> None:
    """Send what was just posted: one is deferred with each mail, and the first to run sends for all."""
    from crm import outbox

    outbox.send_due(now())


@queue.periodic(cron="* * * * *")
@queue.task(name="crm.send_due", queueing_lock="crm.send_due")
def send_due(timestamp: int) -> None:
    """Send what is due by now, or due again."""
    from crm import outbox

    outbox.send_due(now())


@queue.periodic(cron="29 3 * * *")
@queue.task(name="crm.prune_mails", queueing_lock="crm.prune_mails")
def prune_mails(timestamp: int) -> None:
    """Forget what was sent, or given up, months ago."""
    from crm import outbox

    outbox.prune(now())
