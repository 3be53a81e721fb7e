"""Close dates that were moved back: read from the history of deals, which keeps each row as it was before a change."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, DateField, DurationField, ExpressionWrapper, F, Q, Sum, Window
from django.db.models.functions import Coalesce, Lead

from crm.history import event_model
from dashboard.periods import Period
from dashboard.pipeline_days import in_days
from dashboard.pipeline_rates import share
from dashboard.within import within
from deals.models import Deal, DealStatus


@dataclass(frozen=True)
class Pushes:
    """Of the deals of one status: how many were moved back, how often, and by how many days altogether."""

    status: str
    deals: int
    times: int
    days: Decimal

    @property
    def mean_days(self) -> Decimal | None:
        return share(self.days, self.times)


def live(period: Period) -> Q:
    """Deals that are open, or were closed during the period."""
    return Q(status=DealStatus.OPEN) | within("closed_on", period)


def moved_back(rows: Any) -> Any:
    """One row of the history for each time that one of these deals was given a later date than it had.

    `after` is the date in the next row of the history, or that of the deal today.
    """
    history: Any = event_model(Deal)._default_manager.filter(
        pgh_obj__in=rows.values("pk"), expected_close__isnull=False
    )
    following = Window(Lead("expected_close"), partition_by=F("pgh_obj_id"), order_by=F("pgh_id").asc())
    after = Coalesce(following, F("pgh_obj__expected_close"), output_field=DateField())
    return history.order_by().annotate(after=after).filter(after__gt=F("expected_close"))


def pushes(rows: Any) -> dict[str, Pushes]:
    """By status, in one statement."""
    later = ExpressionWrapper(F("after") - F("expected_close"), DurationField())
    moved = moved_back(rows).annotate(later=later, now=F("pgh_obj__status"))
    wanted: dict[str, Any] = {}
    for status in DealStatus.values:
        fits = Q(now=status)
        wanted |= {
            f"{status}_deals": Count("pgh_obj_id", filter=fits, distinct=True),
            f"{status}_times": Count("pgh_id", filter=fits),
            f"{status}_days": Sum("later", filter=fits),
        }
    found = moved.values("pgh_id", "pgh_obj_id", "later", "now").aggregate(**wanted)
    return {
        status: Pushes(
            status,
            found[f"{status}_deals"],
            found[f"{status}_times"],
            in_days(found[f"{status}_days"] or dt.timedelta()) or Decimal(0),
        )
        for status in DealStatus.values
    }
