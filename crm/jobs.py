"""Background jobs: deferred in the caller's transaction, safe to run twice, their progress kept for a page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pghistory
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _
from procrastinate import App, JobContext, RetryStrategy
from procrastinate.contrib.django import app

from crm.models import IdempotencyKey, JobProgress, JobState

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
    row = JobProgress.objects.get(pk=job)
    if row.is_over:
        return
    _mark(row, state=JobState.RUNNING, done=0, error="")
    try:
        with pghistory.context(user=row.user_id, job=row.title):
            _works[row.arguments["work"]](row)
    except JobError as problem:
        _mark(row, state=JobState.FAILED, error=str(problem), finished_at=now())
        return
    except Exception:
        if context.job.attempts < ATTEMPTS:
            _mark(row, state=JobState.QUEUED)  # it is tried again
        else:
            _mark(row, state=JobState.FAILED, error=_("It stopped with an error. Start it again."), finished_at=now())
        raise
    _mark(row, state=JobState.DONE, finished_at=now())


def advance(job: JobProgress, done: int, total: int) -> None:
    """Say how far the job is."""
    _mark(job, done=done, total=total)


def _mark(job: JobProgress, **values: Any) -> None:
    for name, value in values.items():
        setattr(job, name, value)
    job.save(update_fields=list(values))


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="crm.retry_stalled", queueing_lock="crm.retry_stalled", pass_context=True)
async def retry_stalled(context: Any, timestamp: int) -> None:
    """Take up jobs whose worker died."""
    for job in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(job)


@queue.periodic(cron="17 3 * * *")
@queue.task(name="crm.prune", queueing_lock="crm.prune", pass_context=True)
async def prune(context: Any, timestamp: int) -> None:
    """Forget finished jobs after a week."""
    await context.app.job_manager.delete_old_jobs(nb_hours=24 * 7, include_failed=True)


@queue.periodic(cron="23 3 * * *")
@queue.task(name="crm.prune_keys", queueing_lock="crm.prune_keys")
def prune_keys(timestamp: int) -> None:
    """Forget idempotency keys after two days: no browser retries that late."""
    IdempotencyKey.objects.filter(created_at__lt=now() - dt.timedelta(days=2)).delete()


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
