"""What notifications leave to the worker."""

from __future__ import annotations

from django.utils.timezone import now
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision, RetryStrategy
from procrastinate.jobs import Job
from procrastinate.types import JSONDict

from crm.jobs import ATTEMPTS, queue

#: so many events at once: a job that is tried again repeats no more than these
AT_ONCE = 500
#: read ones are forgotten after so many days, unread ones after twice as many
KEPT_DAYS = 90


def tell_later(events: list[int]) -> None:
    """Have these events told, once the caller's transaction is committed."""
    for start in range(0, len(events), AT_ONCE):
        tell.defer(events=events[start : start + AT_ONCE])


@queue.task(name="notifications.tell", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def tell(events: list[int]) -> None:
    from notifications import delivering

    delivering.tell(events, now())


class NotNow(Exception):
    """The push service is to be asked again, after so many seconds."""

    def __init__(self, reason: str, after: int) -> None:
        super().__init__(reason)
        self.after = after


class WhenItIsAsked(BaseRetryStrategy):
    """When the push service is to be asked again; what breaks otherwise is tried three times, as other jobs are."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, NotNow):
            return RetryDecision(retry_in={"seconds": exception.after})
        pause = int(3 ** (job.attempts + 1))
        return RetryDecision(retry_in={"seconds": pause}) if job.attempts < ATTEMPTS - 1 else None


def push_later(pairs: list[tuple[int, int]]) -> None:
    """Have each notification shown in its browser, once the caller's transaction is committed."""
    wanted: list[JSONDict] = [{"notification": row, "browser": kept} for row, kept in pairs]
    if wanted:
        push.batch_defer(*wanted)


@queue.task(name="notifications.push", retry=WhenItIsAsked(), pass_context=True)
def push(context: JobContext, notification: int, browser: int) -> None:
    """Show one notification in one browser. Shown twice it looks as if it were shown once."""
    from notifications import pushing

    pushing.push(notification, browser, now(), attempts=context.job.attempts)


@queue.periodic(cron="* * * * *")
@queue.task(name="notifications.remind", queueing_lock="notifications.remind")
def remind(timestamp: int) -> None:
    """Of what is due soon."""
    from notifications import reminders

    reminders.remind(now())


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="notifications.digests", queueing_lock="notifications.digests")
def digests(timestamp: int) -> None:
    """Post those whose hour has come."""
    from notifications import digests as daily

    daily.post_digests(now())


@queue.periodic(cron="47 3 * * *")
@queue.task(name="notifications.prune", queueing_lock="notifications.prune")
def prune(timestamp: int) -> None:
    """Forget old ones."""
    from notifications import browsers, centre, presence

    centre.forget_old(now(), KEPT_DAYS)
    presence.forget(now())
    browsers.forget_unused(now())
