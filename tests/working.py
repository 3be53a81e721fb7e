"""The worker's part, done by the test itself."""

from __future__ import annotations

from types import SimpleNamespace

from procrastinate.contrib.django.models import ProcrastinateJob

from crm.jobs import queue

FIRST_TIME = SimpleNamespace(job=SimpleNamespace(attempts=0))


def work_off(*names):
    """Do the jobs that wait, one after the other, in this thread, and those that they defer; if names are given, only
    those of these names. One that breaks stays."""
    jobs = ProcrastinateJob.objects.filter(status="todo", scheduled_at=None).order_by("pk")
    jobs = jobs.filter(task_name__in=names) if names else jobs
    while job := jobs.first():
        task = queue.tasks[job.task_name]
        task.func(*([FIRST_TIME] if task.pass_context else []), **job.args)
        ProcrastinateJob.objects.filter(pk=job.pk)._raw_delete("default")
