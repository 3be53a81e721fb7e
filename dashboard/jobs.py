"""What keeps boards quick: stamps and tallies added up, old figures forgotten, the default board counted beforehand."""

from __future__ import annotations

from django.utils.timezone import now

from accounts.models import User
from crm.jobs import queue
from crm.moments import organisation_zone, today
from customers.models import RevenueStamp
from dashboard import tallies
from dashboard.board import Query, read_board
from dashboard.models import KeptFigures
from dashboard.periods import DEFAULT, PRESETS, fitting
from dashboard.pipeline_stamps import PipelineStamp
from dashboard.scope import ALL, scope_of


@queue.periodic(cron="*/10 * * * *")
@queue.task(name="dashboard.tidy", queueing_lock="dashboard.tidy")
def tidy(timestamp: int) -> None:
    """Add up the stamps and tallies of busy days and forget what nobody has looked at for long."""
    RevenueStamp.fold()
    PipelineStamp.fold()
    tallies.fold()
    KeptFigures.forget_old(at=now())


@queue.periodic(cron="*/15 * * * *")
@queue.task(name="dashboard.prepare", queueing_lock="dashboard.prepare")
def prepare(timestamp: int) -> None:
    """Count the default board, which everybody who sees all revenue shares; nothing where nothing has changed."""
    viewer = User.objects.filter(role__in=ALL, is_active=True).exclude(role="manager", team=None).first()
    if viewer is not None:
        day = today()
        period = PRESETS[DEFAULT][1](day)
        read_board(Query(scope_of(viewer), period, fitting(period), day, organisation_zone()))
