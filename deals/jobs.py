"""What deals leave to the worker: the forecast of each day is kept."""

from __future__ import annotations

from crm.jobs import queue
from crm.moments import today
from deals import snapshots


@queue.periodic(cron="4 * * * *")
@queue.task(name="deals.keep_forecast", queueing_lock="deals.keep_forecast")
def keep_forecast(timestamp: int) -> None:
    """Soon after midnight wherever the organisation is, or when the machine runs again that day."""
    day = today()
    if snapshots.take(day):
        snapshots.thin(day)
