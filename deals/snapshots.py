"""The forecast of a day is kept, so that it can be compared with what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import TruncMonth

from crm import bulk
from deals.forecast import FIGURES, known
from deals.models import Deal, DealStatus, ForecastLine, ForecastSnapshot

#: for so long every day is kept; of older ones the first of a month, and Mondays
DAILY = dt.timedelta(days=100)
MONDAY = 2

#: the second of two who begin at once waits here for the first, and then makes none
BEGIN = "INSERT INTO deals_forecastsnapshot (day) VALUES (%s) ON CONFLICT (day) DO NOTHING RETURNING id"


def take(day: dt.date) -> bool:
    """Keep the forecast as it is, for `day`. False when that was done before."""
    with transaction.atomic():
        if not (made := bulk.fetch(BEGIN, [day])):
            return False
        ForecastLine.objects.bulk_create(_lines(made[0][0], day))
    return True


def thin(today: dt.date) -> int:
    """Forget what lies between the days that are kept for ever; how many went."""
    old = ForecastSnapshot.objects.filter(day__lt=today - DAILY).exclude(Q(day__day=1) | Q(day__week_day=MONDAY))
    return old.delete()[1].get(ForecastSnapshot._meta.label, 0)


def _lines(snapshot: int, day: dt.date) -> Iterator[ForecastLine]:
    """Read by one statement: no deal is seen in the middle of being won."""
    found: dict[Any, ForecastLine] = {}
    for status, month, pipeline, owner, *values in _counted(day):
        key = {"month": month, "pipeline_id": pipeline, "owner_id": owner}
        line = found.setdefault(tuple(key.values()), ForecastLine(snapshot_id=snapshot, **key))
        count, total, weighted, committed = known(values)
        if status == DealStatus.WON:
            line.won_count, line.won = count, total
        else:
            line.open_count, line.total, line.weighted, line.committed = count, total, weighted, committed
    yield from found.values()


def _counted(day: dt.date) -> QuerySet[Deal, Any]:
    """What is open and what is won, as the forecast from the month of `day` on has it."""
    due = Q(status=DealStatus.OPEN, expected_close__gte=day)
    won = Q(status=DealStatus.WON, closed_on__gte=day.replace(day=1))
    month = TruncMonth(Case(When(status=DealStatus.OPEN, then="expected_close"), default="closed_on"))
    rows = Deal.objects.get_queryset().filter(due | won).order_by()
    by = rows.values("status", month=month, pipeline=F("stage__pipeline"), whose=F("owner")).annotate(**FIGURES)
    return by.values_list("status", "month", "pipeline", "whose", *FIGURES)
