"""Jobs whose effects can be counted. Both kinds are written as those of the product: what was done is kept in the same
commit as the doing, so that a second run finds it."""

from __future__ import annotations

import time

from django.db import connection, transaction
from procrastinate.contrib.django import app

from crm import jobs
from crm.models import JobProgress

STEPS = 3
#: long enough to be killed in the middle
SECONDS = 0.02

TABLE = "CREATE TABLE killed_effects (job text NOT NULL, step int NOT NULL)"


def effect(job, step):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO killed_effects (job, step) VALUES (%s, %s)", [job, step])
    time.sleep(SECONDS)


@app.task(name="tests.once")
def once(number):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        cursor.execute("SELECT FROM killed_effects WHERE job = %s", [str(number)])
        if cursor.fetchone() is None:
            effect(str(number), 0)


@jobs.work("tests.steps")
def steps(job):
    """As deals.bulk: each step and how far it is in one commit."""
    while (done := job.arguments.get("step", 0)) < STEPS:
        with transaction.atomic():
            kept = JobProgress.objects.select_for_update().get(pk=job.pk).arguments
            if kept.get("step", 0) == done:
                effect(str(job.pk), done)
                kept["step"] = done + 1
                JobProgress.objects.filter(pk=job.pk).update(arguments=kept)
        job.arguments = kept
        jobs.advance(job, kept["step"], STEPS)
