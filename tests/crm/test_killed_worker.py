"""Workers are killed in the middle of their jobs, again and again; every effect is in the database exactly once.

More of it, with the count: python scripts/kill_workers.py
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection

from crm import bulk, jobs
from crm.models import JobProgress
from tests.architecture.source import ROOT
from tests.crm import killed_jobs
from tests.serving import wait_until

KILLS = int(os.environ.get("RAPPORT_KILLS", "10"))
JOBS = int(os.environ.get("RAPPORT_KILLED_JOBS", "200"))
LONGEST = 60 + KILLS * 4

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def empty_queue(transactional_db):
    def empty():
        bulk.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
        bulk.execute("DROP TABLE IF EXISTS killed_effects")

    empty()
    bulk.execute(killed_jobs.TABLE)
    yield
    empty()


@pytest.fixture
def start_worker(empty_queue, tmp_path):
    """Starts `manage.py worker` as the product does; none is left behind."""
    given = {"WORKER_HEARTBEAT_SECONDS": "1", "WORKER_DEAD_AFTER_SECONDS": "3"}
    given["DJANGO_SETTINGS_MODULE"] = "tests.crm.killed_settings"
    given["RAPPORT_KILLED_DB"] = connection.settings_dict["NAME"]
    said = (tmp_path / "workers.log").open("ab")
    started = []

    def start():
        command = [sys.executable, "manage.py", "worker"]
        worker = subprocess.Popen(command, cwd=ROOT, env=os.environ | given, stdout=said, stderr=said)
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.kill()
        worker.wait()
    said.close()


def count(condition):
    """Not asked all the time: the workers need the processor."""
    time.sleep(0.05)
    return bulk.fetch(f"SELECT count(*) FROM procrastinate_jobs WHERE {condition}")[0][0]  # noqa: S608


def done():
    return count("status = 'succeeded'")


def kill(worker):
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def test_every_effect_is_there_exactly_once(start_worker, mona):
    for number in range(JOBS // 2):
        killed_jobs.once.defer(number=number)
        jobs.start("tests.steps", title=f"Number {number}", by=mona)
    began, workers = time.monotonic(), [start_worker() for _worker in range(3)]
    for number in range(1, KILLS + 1):
        wait_until(lambda wanted=JOBS * number // (KILLS + 2): done() >= wanted, seconds=LONGEST)
        kill(workers.pop(0))
        workers.append(start_worker())
    wait_until(lambda: not count("status IN ('todo', 'doing')"), seconds=LONGEST)
    took = time.monotonic() - began
    wanted = {(str(number), 0): 1 for number in range(JOBS // 2)}
    rows = JobProgress.objects.values_list("pk", flat=True)
    wanted |= {(str(pk), step): 1 for pk in rows for step in range(killed_jobs.STEPS)}
    effects = bulk.fetch("SELECT job, step, count(*) FROM killed_effects GROUP BY job, step")
    [(rescued,)] = bulk.fetch("SELECT count(*) FROM procrastinate_events WHERE type = 'deferred_for_retry'")
    print(
        f"\n{KILLS} kills during {JOBS} jobs, {took:.1f} s: {rescued} jobs lost a worker and were taken up again,"
        f" {len(effects)} effects wanted exactly once, {sum(many != 1 for _job, _step, many in effects)} more often,"
        f" {len(wanted) - len(effects)} missing"
    )
    assert {(job, step): many for job, step, many in effects} == wanted
    assert done() == JOBS
    assert set(JobProgress.objects.values_list("state", flat=True)) == {"done"}
    assert rescued > 0, "no kill hit a job: nothing was tried"
