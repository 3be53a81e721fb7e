"""What leads leave to the worker: scores that time changes, and big handings out."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now
from procrastinate.exceptions import AlreadyEnqueued

from accounts.working_time import Schedule
from activities.models import Activity
from crm.jobs import queue
from leads import assignment, clock, score  # noqa: F401 - the works of handing out are declared there

#: how far back the frequent rescoring looks: a little more than the time between two of them
RECENTLY = dt.timedelta(minutes=15)


@queue.periodic(cron="7 2 * * *")
@queue.task(name="leads.rescore_nightly", queueing_lock="leads.rescore_nightly")
def rescore_nightly(timestamp: int) -> None:
    score.rescore_all()


@queue.task(name="leads.rescore", queueing_lock="leads.rescore")
def rescore() -> None:
    """After a change of the rules."""
    score.rescore_all()


def rescore_soon() -> None:
    """Defer it in the caller's transaction, unless it is waiting already."""
    try:
        with transaction.atomic():
            rescore.defer()
    except AlreadyEnqueued:
        pass  # the one that waits will see this change too


@queue.periodic(cron="*/10 * * * *")
@queue.task(name="leads.rescore_recent", queueing_lock="leads.rescore_recent")
def rescore_recent(timestamp: int) -> None:
    """Leads that came in, and those with which something was just done."""
    since = now() - RECENTLY
    worked = Activity.objects.get_queryset().filter(lead__isnull=False, done_at__gt=since).values("lead")
    for pks in score.batches(score.open_ones().filter(Q(pk__in=worked) | Q(created_at__gt=since))):
        score.rescore(pks)


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="leads.reset_clocks", queueing_lock="leads.reset_clocks")
def reset_clocks(timestamp: int) -> None:
    """After a change of hours or holidays, first answers are due by the new ones."""
    if not clock.calendar_changed_since(now() - RECENTLY):
        return
    schedule = Schedule.load()
    waiting = score.open_ones().filter(responded_at=None, response_due_at__isnull=False)
    for pks in score.batches(waiting):
        clock.reset(pks, schedule)
