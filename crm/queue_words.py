"""What jobs of the queue, their states and what happened to them are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from crm.background import LONG, is_lost, is_stopped

if TYPE_CHECKING:
    from procrastinate.contrib.django.models import ProcrastinateJob

    from crm.models import JobProgress

#: state -> what it is called, and its tone
STATES: dict[str, tuple[Any, str]] = {
    "waiting": (_("Waiting"), "accent"),
    "later": (_("Scheduled"), ""),
    "running": (_("Running"), "accent"),
    "stopping": (_("Stopping"), "warn"),
    "lost": (_("Worker lost"), "warn"),
    "failed": (_("Failed"), "bad"),
    "cancelled": (_("Cancelled"), ""),
    "done": (_("Done"), "good"),
}
#: those a list can be narrowed to
FILTERED = ("waiting", "later", "running", "failed", "cancelled", "done")
#: what the tasks are called; one that is gone by now, or not ours, by the name of its function
TASKS = {
    LONG: _("Long job of a user"),
    "accounts.clear_sessions": _("Forget sessions that have run out"),
    "accounts.hand_over_rest": _("Hand over the rest of who has left"),
    "accounts.mail_lock_warning": _("Warn of failed sign-ins"),
    "accounts.mail_reset": _("Answer a forgotten password"),
    "crm.prune": _("Forget finished jobs"),
    "crm.prune_keys": _("Forget the keys of sent forms"),
    "crm.prune_mails": _("Forget old letters"),
    "crm.prune_progress": _("Forget old long jobs and their files"),
    "crm.send_due": _("Send letters that are due"),
    "crm.send_mail": _("Send letters"),
    "crm.tell_of_deaths": _("Tell of jobs that failed for good"),
    "dashboard.prepare": _("Count the revenue board"),
    "dashboard.tidy": _("Add up the figures of busy days"),
    "deals.keep_forecast": _("Keep the forecast of the day"),
    "leads.rescore": _("Score all leads"),
    "leads.rescore_nightly": _("Score all leads of the night"),
    "leads.rescore_recent": _("Score leads with news"),
    "leads.reset_clocks": _("Set the clocks of first answers"),
    "notifications.digests": _("Post daily digests"),
    "notifications.prune": _("Forget old notifications"),
    "notifications.push": _("Show a notification in a browser"),
    "notifications.remind": _("Remind of what is due"),
    "notifications.tell": _("Tell those who are concerned"),
}
_PLAIN = {"todo": "waiting", "doing": "running", "succeeded": "done", "failed": "failed"}
EVENTS = {
    "deferred": (_("Put into the queue"), "plus"),
    "scheduled": (_("Due"), "clock"),
    "started": (_("Begun"), "play"),
    "deferred_for_retry": (_("Back in the queue for another attempt"), "rotate-ccw"),
    "retried": (_("Put into the queue again"), "rotate-ccw"),
    "failed": (_("Failed"), "circle-alert"),
    "succeeded": (_("Done"), "circle-check"),
    "cancelled": (_("Cancelled"), "circle-x"),
    "abort_requested": (_("Asked to stop"), "ban"),
    "aborted": (_("Stopped"), "circle-x"),
}


def state_of(job: ProcrastinateJob, progress: JobProgress | None = None) -> str:
    """One of STATES; of a row that was fetched with its worker."""
    if is_stopped(job):
        return "cancelled"
    if job.status == "todo" and job.scheduled_at and job.scheduled_at > now():
        return "later"
    if is_lost(job):
        return "lost"
    if job.status == "doing" and (job.abort_requested or (progress and progress.is_stopping)):
        return "stopping"
    return _PLAIN.get(job.status, "waiting")


def task_text(task: str) -> str:
    """Such as “Send letters” for crm.send_mail."""
    if task in TASKS:
        return str(TASKS[task])
    return task.rpartition(".")[2].replace("_", " ").strip().capitalize() or task


def name_of(job: ProcrastinateJob, progress: JobProgress | None = None) -> str:
    """What its user calls it, or what its task is called."""
    return progress.title if progress else task_text(job.task_name)
