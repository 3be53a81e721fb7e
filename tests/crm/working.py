"""A real worker on the test database, for tests whose rows are committed."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from django.db import connections
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.periodic import PeriodicRegistry

from crm import rescue


def work(task="crm.run"):
    """Do all that is deferred and due, in a worker as the product runs it; returns how each job of `task` ended."""
    asyncio.run(_work())
    return list(ProcrastinateJob.objects.filter(task_name=task).order_by("id").values_list("status", flat=True))


async def _work():
    # One thread, so that its connection can be closed: the interpreter would complain of it later, in another test.
    thread = ThreadPoolExecutor(1)
    asyncio.get_running_loop().set_default_executor(thread)
    worker = app.with_connector(app.connector.get_worker_connector())
    # Nothing periodic: a worker that ends at once breaks that off in the middle and leaves its connection open.
    worker.periodic_registry = PeriodicRegistry()
    async with worker.open_async():
        await worker.run_worker_async(
            **rescue.options(), wait=False, install_signal_handlers=False, listen_notify=False
        )
    await asyncio.get_running_loop().run_in_executor(thread, connections.close_all)
