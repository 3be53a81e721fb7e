"""Jobs that failed for good are told once: as an event, of which notifications make a message to the operators.

Each task is tried again by a strategy of its own, and a job may also fail where no code of ours runs: when its task is
no longer there, or when the library gives it up. So what is told is read from the queue, once a minute, and covers them
all; the long jobs of users, which know that they are at their end, say it at once. Both name the attempt, and those who
look do so one after the other: an attempt is told once.
"""

from __future__ import annotations

import traceback

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from crm import bulk
from crm.events import Together, record
from crm.masking import masked_text
from crm.models import Event, FailedAttempt

KIND = "job.died"
LABEL = ProcrastinateJob._meta.label_lower
LONGEST = 300
#: so many in one transaction
AT_ONCE = 100

UNTOLD = """
SELECT job.id FROM procrastinate_jobs job
WHERE job.status = 'failed' AND NOT job.abort_requested AND NOT EXISTS (
    SELECT FROM crm_event event
    WHERE event.subject_type = %s AND event.subject_id = job.id AND event.kind = %s
    AND (event.data ->> 'attempt')::int >= job.attempts
)
ORDER BY job.id LIMIT %s
"""


def tell_all() -> int:
    """Record every death that nobody has told; how many."""
    told = 0
    while found := _tell_some():
        told += found
    return told


def _tell_some() -> int:
    with transaction.atomic():
        bulk.fetch("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [KIND])
        ids = [pk for (pk,) in bulk.fetch(UNTOLD, [LABEL, KIND, AT_ONCE])]
        together = Together() if len(ids) > 1 else None
        for job in ProcrastinateJob.objects.filter(pk__in=ids).order_by("pk"):
            tell(job, attempt=job.attempts, error=_why(job), together=together)
        if together:
            together.tell()
    return len(ids)


def tell(job: ProcrastinateJob, *, attempt: int, error: str, together: Together | None = None) -> Event:
    """Record one death, in the caller's transaction."""
    return record(KIND, on=job, by=None, together=together, task=job.task_name, attempt=attempt, error=error)


def _why(job: ProcrastinateJob) -> str:
    last = FailedAttempt.objects.filter(job_id=job.pk).order_by("-pk").first()
    return last.error if last else _("The reason was not kept.")


def last_line(problem: BaseException) -> str:
    """What a traceback ends with, in one line, without what looks like a secret."""
    text = "".join(traceback.format_exception_only(problem)).strip()
    return masked_text(text.splitlines()[0] if text else type(problem).__name__)[:LONGEST]
