"""What failed for good is told once, whatever its task; what may still come right is not."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from crm import background, bulk, deaths, jobs, upkeep
from crm.models import Event, FailedAttempt
from tests.crm.working import work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_queue(transactional_db):
    bulk.execute("TRUNCATE procrastinate_jobs CASCADE")
    yield
    bulk.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.fixture
def breaks():
    """A job that only these tests know: it fails, and is tried once more."""

    @app.task(name="tests.breaks", retry=RetryStrategy(max_attempts=1, wait=60))
    def breaks(word):
        raise RuntimeError(f"no {word}\nin the second line")

    yield breaks
    del app.tasks["tests.breaks"]


def tries(times, task="tests.breaks"):
    for _try in range(times):
        bulk.execute("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '1 second' WHERE status = 'todo'")
        statuses = work(task)
    return statuses


def told():
    return list(Event.objects.filter(kind="job.died").order_by("pk").values_list("subject_type", "subject_id", "data"))


LABEL = "procrastinate.procrastinatejob"


def test_it_works(breaks):
    pk = breaks.defer(word="paper")
    assert tries(1) == ["todo"]
    assert deaths.tell_all() == 0
    assert tries(1) == ["failed"]
    assert deaths.tell_all() == 1
    assert told() == [(LABEL, pk, {"task": "tests.breaks", "attempt": 2, "error": "RuntimeError: no paper"})]
    assert Event.objects.get().actor is None


def test_it_is_told_once_however_often_somebody_looks(breaks):
    breaks.defer(word="paper")
    tries(2)
    assert [deaths.tell_all() for _look in range(3)] == [1, 0, 0]
    upkeep.tell_of_deaths.func(timestamp=0)
    assert len(told()) == 1


def test_two_who_look_at_once_tell_it_once(breaks):
    for number in range(30):
        breaks.defer(word=str(number))
    tries(2)

    def look():
        try:
            return deaths.tell_all()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        counts = [task.result() for task in [pool.submit(look) for _thread in range(4)]]
    assert (sum(counts), len(told())) == (30, 30)


def test_a_long_job_says_it_itself_and_it_is_still_told_once(mona):
    @jobs.work("test.breaks-for-good")
    def breaks_for_good(job):
        raise ValueError("never")

    jobs.start("test.breaks-for-good", title="Never", by=mona)
    assert tries(jobs.ATTEMPTS, "crm.run") == ["todo"]
    assert told() == []
    assert tries(1, "crm.run") == ["failed"]
    [(label, pk, facts)] = told()
    assert (label, pk) == (LABEL, ProcrastinateJob.objects.get(task_name="crm.run").pk)
    assert facts == {"task": "crm.run", "attempt": jobs.ATTEMPTS + 1, "error": "ValueError: never"}
    assert deaths.tell_all() == 0


def test_what_cannot_be_done_is_told_to_its_user_alone(mona):
    @jobs.work("test.refuses")
    def refuses(job):
        raise jobs.JobError("You may no longer do that.")

    jobs.start("test.refuses", title="Refused", by=mona)
    assert tries(1, "crm.run") == ["succeeded"]
    assert deaths.tell_all() == 0


def test_tried_again_and_dead_again_it_is_told_again(breaks, ada):
    breaks.defer(word="paper")
    tries(2)
    deaths.tell_all()
    job = background.queued_jobs().get(task_name="tests.breaks")
    assert background.retry(job, by=ada)
    assert deaths.tell_all() == 0
    tries(1)
    assert deaths.tell_all() == 1
    assert [facts["attempt"] for _label, _pk, facts in told()] == [2, 4]


def test_a_task_that_is_no_longer_there_is_told_too(breaks):
    breaks.defer(word="paper")
    bulk.execute("UPDATE procrastinate_jobs SET task_name = 'tests.gone'")
    assert tries(1, "tests.gone") == ["failed"]
    assert deaths.tell_all() == 1
    assert told()[0][2]["error"] == "The reason was not kept."


def test_who_was_asked_to_stop_has_not_died(breaks):
    breaks.defer(word="paper")
    bulk.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    bulk.execute("UPDATE procrastinate_jobs SET abort_requested = true")
    bulk.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    assert deaths.tell_all() == 0


def test_the_reason_of_each_attempt_is_kept_without_secrets(breaks):
    pk = breaks.defer(word="key sk_live_4eC39HqLyjWDarjtT1zdp7dc at https://ann:letmein@example.com/x")
    tries(2)
    reasons = FailedAttempt.objects.order_by("pk").values_list("job_id", "attempt", "error")
    sentence = "RuntimeError: no key ••• at https://•••@example.com/x"
    assert list(reasons) == [(pk, 1, sentence), (pk, 2, sentence)]


def test_an_asynchronous_one_is_told_too():
    @app.task(name="tests.breaks-async")
    async def breaks_async():
        await asyncio.sleep(0)
        raise OSError("away")

    try:
        breaks_async.defer()
        assert tries(1, "tests.breaks-async") == ["failed"]
        assert deaths.tell_all() == 1
        assert told()[0][2]["error"] == "OSError: away"
    finally:
        del app.tasks["tests.breaks-async"]
        connections.close_all()
