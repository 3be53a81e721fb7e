"""How long the queue makes jobs wait: what `/readyz`, `manage.py status` and the operators' page say of it."""

from __future__ import annotations

import datetime as dt
import time

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import bulk

#: longer, and something is wrong: no worker runs, or there is more to do than they can
LONGEST = dt.timedelta(minutes=5)
#: when this process began, in seconds: after a pause of the whole product the workers have their time to begin too
STARTED = time.time()

# Waiting counts from the moment a job was due: the one it was scheduled for (also that of its next attempt), or else
# the one it was deferred. A job behind another of its lock that runs is not late, nor is one that is due later. Both
# halves begin at one end of the index crm_queue_due and stop at the first row that counts.
_FREE = """(job.lock IS NULL OR NOT EXISTS (
    SELECT FROM procrastinate_jobs other WHERE other.lock = job.lock AND other.status = 'doing'))"""
OLDEST = f"""
SELECT now() - min(since) FROM (
    (SELECT job.scheduled_at AS since FROM procrastinate_jobs job
     WHERE job.status = 'todo' AND job.scheduled_at <= now() AND {_FREE}
     ORDER BY job.scheduled_at LIMIT 1)
    UNION ALL
    (SELECT event.at FROM (
        SELECT job.id FROM procrastinate_jobs job
        WHERE job.status = 'todo' AND job.scheduled_at IS NULL AND {_FREE} ORDER BY job.id LIMIT 1
     ) first JOIN procrastinate_events event ON event.job_id = first.id AND event.type = 'deferred')
) AS due
"""  # noqa: S608 - put together from our own text


# Workers themselves put into the queue what is done every minute: without one nothing waits, and nothing is done.
SILENT = "SELECT now() - to_timestamp(greatest(max(defer_timestamp), %s)) FROM procrastinate_periodic_defers"


def longest_wait() -> dt.timedelta | None:
    """For how long the job has waited that is due longest; None when nothing is due."""
    [(age,)] = bulk.fetch(OLDEST)
    return age if isinstance(age, dt.timedelta) else None


def problem() -> str:
    """What is wrong with the queue, in a sentence; nothing while it moves."""
    age = longest_wait()
    if age is not None and age > LONGEST:
        return _("a job has waited for %(time)s: is a worker running, and can it keep up?") % {"time": spoken(age)}
    [(silent,)] = bulk.fetch(SILENT, [STARTED])
    if silent > LONGEST:
        return _("no worker has looked at the schedule for %(time)s: nobody is reminded.") % {"time": spoken(silent)}
    return ""


def spoken(age: dt.timedelta) -> str:
    """Such as “40 seconds”, “7 minutes”, “3 hours”, “2 days”."""
    seconds = int(age.total_seconds())
    if seconds < 60:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    if seconds < 2 * 3600:
        return ngettext("%(count)s minute", "%(count)s minutes", seconds // 60) % {"count": seconds // 60}
    if seconds < 2 * 86400:
        return ngettext("%(count)s hour", "%(count)s hours", seconds // 3600) % {"count": seconds // 3600}
    return ngettext("%(count)s day", "%(count)s days", seconds // 86400) % {"count": seconds // 86400}
