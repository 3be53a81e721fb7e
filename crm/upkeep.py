"""What the queue does for itself: tells of what failed for good, forgets what is old."""

from __future__ import annotations

import datetime as dt

from django.utils.timezone import now
from procrastinate import JobContext
from procrastinate.contrib.django import app as queue

from crm import deaths
from crm.models import FailedAttempt, IdempotencyKey, JobProgress

#: what ended well, or was cancelled, is looked at no more after a week; what failed stays in sight for a month
WEEK, MONTH = dt.timedelta(days=7), dt.timedelta(days=30)
_HOUR = dt.timedelta(hours=1)


@queue.periodic(cron="* * * * *")
@queue.task(name="crm.tell_of_deaths", queueing_lock="crm.tell_of_deaths")
def tell_of_deaths(timestamp: int) -> None:
    """Record the jobs that failed for good, whatever their task."""
    deaths.tell_all()


@queue.periodic(cron="17 3 * * *")
@queue.task(name="crm.prune", queueing_lock="crm.prune", pass_context=True)
async def prune(context: JobContext, timestamp: int) -> None:
    """Forget jobs of the queue."""
    manager = context.app.job_manager
    await manager.delete_old_jobs(nb_hours=WEEK // _HOUR, include_cancelled=True, include_aborted=True)
    await manager.delete_old_jobs(nb_hours=MONTH // _HOUR, include_failed=True)


@queue.periodic(cron="19 3 * * *")
@queue.task(name="crm.prune_progress", queueing_lock="crm.prune_progress")
def prune_progress(timestamp: int) -> None:
    """Forget what users once waited for, with the files it made, and why old attempts failed."""
    FailedAttempt.objects.filter(at__lt=now() - MONTH).delete()
    for job in JobProgress.objects.filter(finished_at__lt=now() - MONTH).only("file").iterator():
        if job.file:
            job.file.delete(save=False)  # first: a row without its file can be found and tried again
        job.delete()


@queue.periodic(cron="23 3 * * *")
@queue.task(name="crm.prune_keys", queueing_lock="crm.prune_keys")
def prune_keys(timestamp: int) -> None:
    """Forget idempotency keys after two days: no browser retries that late."""
    IdempotencyKey.objects.filter(created_at__lt=now() - dt.timedelta(days=2)).delete()
