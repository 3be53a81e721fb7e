"""The worker does jobs, and still does them at once after the database has gone away."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app

from crm import worker
from tests.serving import wait_until

AT_ONCE = 10

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def done():
    return []


@pytest.fixture
def note(done):
    """A job that only these tests know."""

    @app.task(name="tests.note")
    def note(word):
        done.append(word)

    yield note
    del app.tasks["tests.note"]


@pytest.fixture
def working(note, done, monkeypatch):
    monkeypatch.setattr(worker, "POLL", 60)  # what is done sooner was heard of, not found
    loops = {}

    async def work():
        loops["loop"], loops["stop"] = asyncio.get_running_loop(), asyncio.Event()
        # One thread for the jobs, so that its connection can be closed: the interpreter would complain of it later.
        jobs = ThreadPoolExecutor(1)
        loops["loop"].set_default_executor(jobs)
        await worker.keep_working(loops["stop"])
        await loops["loop"].run_in_executor(jobs, connections.close_all)

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    wait_until_it_hears(note, done)
    yield
    loops["loop"].call_soon_threadsafe(loops["stop"].set)
    thread.join(20)
    assert not thread.is_alive()


def wait_until_it_hears(note, done):
    """The listener opens its connection at leisure; what was said before is only found by the next poll."""
    said = 0

    def hears():
        nonlocal said
        note.defer(word="ready")
        said += 1
        time.sleep(0.3)
        return done

    wait_until(hears, seconds=60)
    wait_until(lambda: done == ["ready"] * said, seconds=60)
    done.clear()


def test_it_works_at_once(working, note, done):
    began = time.monotonic()
    note.defer(word="one")
    wait_until(lambda: done == ["one"])
    assert time.monotonic() - began < AT_ONCE


def test_a_job_of_a_transaction_that_failed_is_never_done(working, note, done):
    with transaction.atomic():
        note.defer(word="never")
        transaction.set_rollback(True)
    note.defer(word="after")
    wait_until(lambda: done)
    assert done == ["after"]


def test_after_the_database_went_away_it_still_works_at_once(working, note, done):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    wait_until_it_hears(note, done)
    began = time.monotonic()
    note.defer(word="later")
    wait_until(lambda: "later" in done, seconds=30)
    assert time.monotonic() - began < AT_ONCE
