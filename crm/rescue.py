"""Jobs whose worker died are taken up again, within seconds; and why an attempt failed is kept for the operators.

The worker does both itself, on its own connection: a job that rescues jobs would wait behind the very jobs that block
the queue.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypedDict

from django.conf import settings
from procrastinate import App, JobContext
from procrastinate.exceptions import ConnectorException
from procrastinate.middleware import WorkerMiddleware

from crm.deaths import last_line

logger = logging.getLogger(__name__)

#: a job that has taken so many workers down with it is not given to the next
MOST_WORKERS_LOST = 20

# NOT EXISTS under OR stays a question about each row: asked again when the row has changed while it was waited for,
# so that a job which somebody else has just rescued, and a living worker has begun, is left alone.
_LOST = """
SELECT job.id, job.attempts FROM procrastinate_jobs job
WHERE job.status = 'doing' AND (job.worker_id IS NULL OR NOT EXISTS (
    SELECT FROM procrastinate_workers worker
    WHERE worker.id = job.worker_id AND worker.last_heartbeat >= now() - %(dead_after)s * interval '1 second'
))
FOR UPDATE OF job SKIP LOCKED
"""
RESCUE = f"""
WITH lost AS ({_LOST}),
tried AS (
    SELECT lost.id, count(*) FILTER (WHERE event.type = 'started') AS starts
    FROM lost JOIN procrastinate_events event ON event.job_id = lost.id GROUP BY lost.id
),
given_up AS (
    SELECT lost.id, procrastinate_finish_job_v1(lost.id, 'failed', false) FROM lost JOIN tried USING (id)
    WHERE starts - (SELECT count(*) FROM crm_failedattempt attempt WHERE attempt.job_id = lost.id) >= %(most)s
),
again AS (
    SELECT lost.id, procrastinate_retry_job_v2(lost.id, now(), NULL, NULL, NULL) FROM lost
    WHERE lost.id NOT IN (SELECT id FROM given_up)
)
SELECT (SELECT count(*) FROM again) AS again, (SELECT count(*) FROM given_up) AS given_up
"""  # noqa: S608 - put together from our own text
FORGET = "SELECT procrastinate_prune_stalled_workers_v1(%(dead_after)s)"
KEEP = """
INSERT INTO crm_failedattempt (job_id, attempt, error) VALUES (%(job)s, %(attempt)s, %(error)s)
"""


class Options(TypedDict):
    update_heartbeat_interval: float
    stalled_worker_timeout: float
    worker_middleware: list[WorkerMiddleware]


def options() -> Options:
    """What every worker of ours is started with."""
    return {
        "update_heartbeat_interval": settings.WORKER_HEARTBEAT_SECONDS,
        "stalled_worker_timeout": settings.WORKER_DEAD_AFTER_SECONDS,
        "worker_middleware": [keep_reason],
    }


async def keep_rescuing(app: App) -> None:
    """Look for lost jobs as often as workers show that they live."""
    while True:
        with contextlib.suppress(ConnectorException):  # the database is away: so are the jobs
            await rescue(app)
        await asyncio.sleep(settings.WORKER_HEARTBEAT_SECONDS)


async def rescue(app: App) -> int:
    """Let the jobs of dead workers wait for their turn again, and forget these workers; how many jobs."""
    dead_after = settings.WORKER_DEAD_AFTER_SECONDS
    found = await app.connector.execute_query_one_async(RESCUE, dead_after=dead_after, most=MOST_WORKERS_LOST)
    await app.connector.execute_query_async(FORGET, dead_after=dead_after)
    if found["again"] or found["given_up"]:
        logger.warning("worker: %(again)s jobs of dead workers taken up again, %(given_up)s given up", found)
    return int(found["again"])


async def keep_reason(call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Any) -> Any:
    """Middleware of the worker: around each attempt of each job."""
    try:
        return await call_next()
    except Exception as problem:
        facts = {"job": context.job.id, "attempt": context.job.attempts + 1, "error": last_line(problem)}
        with contextlib.suppress(ConnectorException):
            await worker.app.connector.execute_query_async(KEEP, **facts)
        raise
