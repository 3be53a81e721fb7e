"""The process that does background jobs, and does not fall asleep when the database is restarted."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal

from asgiref.sync import sync_to_async
from django.db import connections
from procrastinate.contrib.django import app as jobs_app
from procrastinate.contrib.django.django_connector import DjangoConnector

from crm import rescue

logger = logging.getLogger(__name__)

WATCH = 1.0
POLL = 2.0  # for jobs whose notice was missed
LONGEST_PAUSE = 5.0
GRACE = 4.0
LONGEST_END = 8.0


def work(*, concurrency: int = 2) -> None:
    """Do jobs until SIGTERM or Ctrl-C."""
    asyncio.run(_until_signal(concurrency))


async def _until_signal(concurrency: int) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    working = asyncio.create_task(keep_working(stop, concurrency=concurrency))
    await asyncio.wait([working, asyncio.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED)
    # A job in a thread cannot be interrupted: it stays "doing" and is taken up again when its worker is known dead.
    loop.call_later(LONGEST_END, os._exit, 1)
    await working


async def keep_working(stop: asyncio.Event, *, concurrency: int = 2) -> None:
    """Run the worker, and start it again whenever it or its listener has ended."""
    pause = 0.2
    while not stop.is_set():
        worker = asyncio.create_task(_work_once(concurrency))
        healthy = await _watch(worker, stop)
        worker.cancel()
        problem = (await asyncio.gather(worker, return_exceptions=True))[0]
        if stop.is_set():
            break
        pause = 0.2 if healthy else min(pause * 2, LONGEST_PAUSE)
        logger.warning("worker: starting again in %.1f s (%s)", pause, _reason(problem))
        # Periodic jobs are deferred through Django's connection of another thread: a dead one would fail for ever.
        await sync_to_async(connections.close_all)()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
    await sync_to_async(connections.close_all)()


async def _work_once(concurrency: int) -> None:
    # Only the worker gets the asynchronous connector: jobs that defer jobs do so in their own transaction.
    connector = jobs_app.connector
    if not isinstance(connector, DjangoConnector):
        raise TypeError(f"jobs go through {type(connector).__name__}, not through Django's connection")
    app = jobs_app.with_connector(connector.get_worker_connector())
    async with app.open_async():
        rescuing = asyncio.create_task(rescue.keep_rescuing(app))
        try:
            await app.run_worker_async(
                **rescue.options(),
                concurrency=concurrency,
                install_signal_handlers=False,
                shutdown_graceful_timeout=GRACE,
                fetch_job_polling_interval=POLL,
            )
        finally:
            rescuing.cancel()
            await asyncio.gather(rescuing, return_exceptions=True)


async def _watch(worker: asyncio.Task[None], stop: asyncio.Event) -> bool:
    """Return when the worker has to be started again, or stopped. True if it had worked.

    After a restart of the database Procrastinate's listener ends for good and jobs would wait for the next poll.
    """
    listened = False
    while not worker.done() and not stop.is_set():
        listening = any(task.get_name() == "listener" for task in asyncio.all_tasks())
        if listened and not listening:
            return True
        listened = listened or listening
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), WATCH)
    return listened


def _reason(problem: BaseException | None) -> str:
    if problem is None or isinstance(problem, asyncio.CancelledError):
        return "its listener had ended"
    return str(problem).strip() or type(problem).__name__
