"""What is old is forgotten: what ended well after a week, what failed after a month, with its files."""

from __future__ import annotations

import asyncio
import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.utils.timezone import now
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from crm import bulk, jobs, upkeep
from crm.models import FailedAttempt, JobProgress


@pytest.fixture
def committed(transactional_db):
    bulk.execute("TRUNCATE procrastinate_jobs CASCADE")
    yield
    bulk.execute("TRUNCATE procrastinate_jobs CASCADE")


def ended(status, days):
    pk = jobs.run.defer(job="00000000-0000-0000-0000-000000000001")
    bulk.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [pk])
    bulk.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, pk])
    bulk.execute("UPDATE procrastinate_events SET at = now() - %s * interval '1 day' WHERE job_id = %s", [days, pk])
    return pk


async def _prune():
    async with app.with_connector(app.connector.get_worker_connector()).open_async() as worker:
        await upkeep.prune.func(SimpleNamespace(app=worker), timestamp=0)


def test_jobs_of_the_queue(committed):
    kept = [ended("succeeded", 6), ended("cancelled", 6), ended("failed", 8), ended("failed", 29), ended("todo", 90)]
    for status, days in (("succeeded", 8), ("cancelled", 8), ("aborted", 8), ("failed", 31)):
        ended(status, days)
    asyncio.run(_prune())
    assert sorted(ProcrastinateJob.objects.values_list("pk", flat=True)) == sorted(kept)


def progress(user, days, **fields):
    at = now() - dt.timedelta(days=days)
    return JobProgress.objects.create(user=user, title="Export", created_at=at, finished_at=at, **fields)


def test_long_jobs_with_their_files(mona):
    young, old = progress(mona, 29, state="done"), progress(mona, 31, state="done")
    for job in (young, old):
        job.file.save("export.csv", ContentFile(b"Name"))
    running = progress(mona, 31, state="running")
    JobProgress.objects.filter(pk=running.pk).update(finished_at=None)
    upkeep.prune_progress.func(timestamp=0)
    assert set(JobProgress.objects.values_list("pk", flat=True)) == {young.pk, running.pk}
    assert young.file.storage.exists(young.file.name)
    assert not old.file.storage.exists(old.file.name)


def test_a_file_that_is_gone_already_is_no_obstacle(mona):
    old = progress(mona, 31, state="done", file="jobs/2026/01/gone.csv")
    upkeep.prune_progress.func(timestamp=0)
    assert not JobProgress.objects.filter(pk=old.pk).exists()


def test_reasons_of_old_attempts(db):
    for days in (29, 31):
        FailedAttempt.objects.create(job_id=1, attempt=1, error="no", at=now() - dt.timedelta(days=days))
    upkeep.prune_progress.func(timestamp=0)
    assert FailedAttempt.objects.count() == 1
