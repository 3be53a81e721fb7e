"""Jobs of dead workers are taken up again, once, and not from under a worker that lives."""

from __future__ import annotations

import asyncio

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from crm import bulk, jobs, rescue

pytestmark = pytest.mark.django_db(transaction=True)
DEAD, ALIVE = 21, 19


@pytest.fixture(autouse=True)
def empty_queue(transactional_db, settings):
    settings.WORKER_HEARTBEAT_SECONDS, settings.WORKER_DEAD_AFTER_SECONDS = 5, 20
    bulk.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
    yield
    bulk.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


def worker(silent):
    """One that has last shown that it lives so many seconds ago."""
    sql = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second') RETURNING id"
    return bulk.fetch(sql, [silent])[0][0]


def begun(by):
    pk = jobs.run.defer(job="00000000-0000-0000-0000-000000000001")
    bulk.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [by, pk])
    return pk


def rescued(times=1):
    async def at_once():
        async with app.with_connector(app.connector.get_worker_connector()).open_async() as opened:
            return await asyncio.gather(*(rescue.rescue(opened) for _time in range(times)))

    return asyncio.run(at_once())


def state(pk):
    return tuple(ProcrastinateJob.objects.values_list("status", "attempts").get(pk=pk))


def test_it_works():
    dead = worker(DEAD)
    pk = begun(dead)
    assert rescued() == [1]
    assert state(pk) == ("todo", 1)
    assert not ProcrastinateWorker.objects.filter(pk=dead).exists()


def test_one_whose_worker_is_forgotten_already():
    pk = begun(None)
    assert rescued() == [1]
    assert state(pk) == ("todo", 1)


def test_a_worker_that_lives_keeps_its_job():
    alive = worker(ALIVE)
    pk = begun(alive)
    assert rescued() == [0]
    assert state(pk) == ("doing", 0)
    assert ProcrastinateWorker.objects.filter(pk=alive).exists()


def test_many_who_look_at_once_take_each_up_once():
    dead = worker(DEAD)
    pks = [begun(dead) for _number in range(20)]
    assert sum(rescued(6)) == 20
    assert {state(pk) for pk in pks} == {("todo", 1)}


def test_a_job_that_takes_every_worker_with_it_is_given_up(monkeypatch):
    monkeypatch.setattr(rescue, "MOST_WORKERS_LOST", 3)
    pk = jobs.run.defer(job="00000000-0000-0000-0000-000000000001")
    for _time in range(3):
        bulk.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [worker(DEAD)])
        assert ProcrastinateJob.objects.get(pk=pk).status == "doing"
        rescued()
    assert ProcrastinateJob.objects.get(pk=pk).status == "failed"


def test_one_that_was_asked_to_stop_is_not_begun_again():
    pk = begun(worker(DEAD))
    bulk.execute("UPDATE procrastinate_jobs SET abort_requested = true")
    rescued()
    assert ProcrastinateJob.objects.get(pk=pk).status == "failed"


@pytest.mark.parametrize(("beat", "dead"), [("5", "9"), ("0", "20"), ("-1", "20")])
def test_a_worker_is_not_dead_for_being_late_once(beat, dead):
    import os
    import subprocess
    import sys

    given = {"RAPPORT_DEMO": "1", "WORKER_HEARTBEAT_SECONDS": beat, "WORKER_DEAD_AFTER_SECONDS": dead}
    started = subprocess.run(
        [sys.executable, "-c", "import crm.settings"], env=os.environ | given, capture_output=True, text=True
    )
    assert started.returncode != 0
    assert "WORKER_DEAD_AFTER_SECONDS must be at least twice WORKER_HEARTBEAT_SECONDS" in started.stderr
