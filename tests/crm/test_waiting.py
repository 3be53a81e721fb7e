"""When the queue does not move for five minutes, supervisors and operators are told."""

from __future__ import annotations

import datetime as dt
import io
import re
import time

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm import background, bulk, jobs, waiting
from tests.factories import DealFactory, LeadFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_queue(db):
    bulk.execute("DELETE FROM procrastinate_jobs")


def deferred(minutes, **how):
    """A job that was put into the queue so many minutes ago."""
    pk = jobs.run.configure(**how).defer(job="00000000-0000-0000-0000-000000000001")
    bulk.execute(
        "UPDATE procrastinate_events SET at = now() - %s * interval '1 minute' WHERE job_id = %s", [minutes, pk]
    )
    return pk


def scheduled(minutes, **how):
    """A job that was due so many minutes ago."""
    pk = deferred(1, **how)
    bulk.execute(
        "UPDATE procrastinate_jobs SET scheduled_at = now() - %s * interval '1 minute' WHERE id = %s", [minutes, pk]
    )
    return pk


def ready(client):
    answer = client.get(reverse("readyz"))
    return answer.status_code, answer.json()["status"]


SENTENCE = "a job has waited for 7 minutes: is a worker running, and can it keep up?"


def test_it_works(client):
    assert ready(client) == (200, "ok")
    pk = deferred(4)
    assert ready(client) == (200, "ok")
    bulk.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [pk])
    deferred(7)
    assert ready(client) == (503, SENTENCE)


def test_one_that_was_due_later_waits_since_then(client):
    scheduled(7)
    assert ready(client) == (503, SENTENCE)


def looked_at_the_schedule(minutes):
    """A worker put what is regular into the queue so many minutes ago."""
    bulk.execute("DELETE FROM procrastinate_periodic_defers")
    bulk.execute(
        "INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp, periodic_id)"
        " VALUES ('crm.retry_stalled', extract(epoch FROM now() - %s * interval '1 minute')::bigint, '')",
        [minutes],
    )


def test_without_a_worker_nothing_waits_and_still_something_is_wrong(client, monkeypatch):
    looked_at_the_schedule(6.5)
    assert ready(client) == (200, "ok"), "the process has just begun, as the worker has"
    monkeypatch.setattr(waiting, "STARTED", time.time() - 3600)
    assert ready(client) == (503, "no worker has looked at the schedule for 6 minutes: nobody is reminded.")
    looked_at_the_schedule(1)
    assert ready(client) == (200, "ok")


def test_where_no_worker_ever_ran_it_is_said_too(client, monkeypatch):
    monkeypatch.setattr(waiting, "STARTED", time.time() - 450)
    assert ready(client) == (503, "no worker has looked at the schedule for 7 minutes: nobody is reminded.")


def test_an_old_one_that_is_due_only_now_does_not_wait(client):
    deferred(600)
    bulk.execute("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour'")
    assert ready(client) == (200, "ok")
    bulk.execute("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '1 minute'")
    assert ready(client) == (200, "ok")


@pytest.mark.parametrize("status", ["doing", "succeeded", "failed", "cancelled"])
def test_what_is_not_in_the_queue_does_not_wait(client, status):
    deferred(600)
    bulk.execute("UPDATE procrastinate_jobs SET status = %s", [status])
    assert ready(client) == (200, "ok")


@pytest.mark.parametrize("waits", [deferred, scheduled])
def test_behind_one_of_its_lock_that_runs_it_is_not_late(client, waits):
    first = deferred(600, lock="one at a time")
    waits(600, lock="one at a time")
    assert ready(client)[0] == 503
    bulk.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [first])
    assert ready(client) == (200, "ok")


def test_the_oldest_counts_whichever_way_it_came():
    deferred(20)
    scheduled(30)
    assert waiting.longest_wait() == pytest.approx(dt.timedelta(minutes=30), abs=dt.timedelta(seconds=5))
    deferred(40)
    bulk.execute("DELETE FROM procrastinate_jobs WHERE scheduled_at IS NOT NULL")
    # The first in the queue is asked, which is the one that came first.
    assert waiting.longest_wait() == pytest.approx(dt.timedelta(minutes=20), abs=dt.timedelta(seconds=5))


def test_it_is_found_by_index_among_many():
    bulk.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at)"
        " SELECT 'default', 'crm.run', CASE WHEN n % 50 = 0 THEN 'todo' ELSE 'succeeded' END::procrastinate_job_status,"
        " CASE WHEN n % 3 = 0 THEN now() + interval '1 hour' END FROM generate_series(1, 5000) n"
    )
    bulk.execute("ANALYZE procrastinate_jobs; ANALYZE procrastinate_events")
    with CaptureQueriesContext(connection) as captured:
        waiting.longest_wait()
    plan = "\n".join(line for (line,) in bulk.fetch(f"EXPLAIN {captured.captured_queries[0]['sql']}"))
    assert "crm_queue_due" in plan, plan
    assert "Seq Scan" not in plan, plan


def status():
    out = io.StringIO()
    call_command("status", stdout=out)
    return out.getvalue()


def works():
    """A worker that has just shown that it is alive."""
    bulk.execute("DELETE FROM procrastinate_workers; INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")


def test_the_command_says_the_same_and_ends_with_it(capsys):
    works()
    assert "Queue:                  nothing waits for long" in status()
    deferred(7)
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("status", stdout=out)
    assert ended.value.code == 1
    assert SENTENCE in out.getvalue()


def test_the_command_says_that_nobody_works_however_short_it_waits(client, ada):
    bulk.execute("DELETE FROM procrastinate_workers")
    assert "Queue:                  nothing waits for long" in status()  # as it is when all of it was stopped
    deferred(1)
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("status", stdout=out)
    assert ended.value.code == 1
    assert "Workers:                0\n" in out.getvalue()
    assert "Queue:                  no worker is running: what is left to it waits.\n" in out.getvalue()
    client.force_login(ada)
    assert "No worker is running: what is left to it waits." in client.get("/settings/jobs/").content.decode()


def test_the_command_counts_what_sales_are_made_of():
    works()
    DealFactory()
    LeadFactory()
    said = status()
    for name in ("Deals:", "Leads:", "Sources:"):
        assert re.search(rf"^{name} +[1-9]", said, re.MULTILINE), said


def test_the_time_is_spoken_in_one_unit():
    said = [waiting.spoken(dt.timedelta(seconds=seconds)) for seconds in (1, 59, 61, 7199, 7200, 172_799, 172_800)]
    assert said == ["1 second", "59 seconds", "1 minute", "119 minutes", "2 hours", "47 hours", "2 days"]


def test_workers_are_alive_while_they_show_it(settings):
    settings.WORKER_DEAD_AFTER_SECONDS = 20
    bulk.execute("DELETE FROM procrastinate_workers")
    bulk.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()), (now() - interval '21 seconds')")
    assert background.workers_alive() == 1
