"""What accounts leaves to the worker: finding out whom a letter is for, and the sweep behind somebody who left."""

from __future__ import annotations

import pghistory
from django.core.management import call_command
from procrastinate import RetryStrategy

from accounts import handover
from accounts.models import User
from crm import outbox
from crm.events import record
from crm.jobs import queue

_AGAIN = RetryStrategy(max_attempts=5, exponential_wait=4)


@queue.task(name="accounts.mail_reset", retry=_AGAIN)
def mail_reset(email: str, origin: str) -> None:
    """Whether there is such a user is found out here, where nobody measures the time."""
    if user := User.objects.active().filter(email=email).first():
        outbox.post("accounts.reset", to=user, origin=origin)


@queue.task(name="accounts.mail_lock_warning", retry=_AGAIN)
def mail_lock_warning(email: str, origin: str) -> None:
    if user := User.objects.active().filter(email=email).first():
        outbox.post("accounts.lock_warning", to=user, origin=origin)


@queue.task(name="accounts.hand_over_rest", retry=_AGAIN)
def hand_over_rest(leaver: int, successor: int | None, by: int) -> None:
    """Pass on what a request that was still under way gave to a user who had just left."""
    gone = User.objects.filter(pk=leaver, is_active=False).first()
    if gone is None:
        return
    with pghistory.context(user=by, job="hand-over"):
        if moved := handover.move(leaver, successor):
            record("user.handed_over", on=gone, by=None, moved=moved)


@queue.periodic(cron="41 3 * * *")
@queue.task(name="accounts.clear_sessions", queueing_lock="accounts.clear_sessions")
def clear_sessions(timestamp: int) -> None:
    """Forget sessions that have run out."""
    call_command("clearsessions")
