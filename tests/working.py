"""The worker's part, done by the test itself, and real workers."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import urlsplit

from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from crm import postgres
from crm.jobs import queue
from tests.architecture.source import ROOT

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


def empty_the_queue():
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@contextmanager
def workers(**environ):
    """Starts real workers on this test's database, each when it is called; none outlives the test, and no job."""
    started, name = [], connection.settings_dict["NAME"]
    url = urlsplit(os.environ["DATABASE_URL"] if postgres.is_external() else postgres.database_url())
    given = os.environ | {"DATABASE_URL": url._replace(path=f"/{name}").geturl()} | environ

    def start():
        started.append(subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT, env=given))
        return started[-1]

    empty_the_queue()
    try:
        yield start
    finally:
        for process in started:
            process.kill()
            process.wait(10)
        empty_the_queue()
