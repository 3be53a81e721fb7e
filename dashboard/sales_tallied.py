"""The same from the tallies: a few thousand cells instead of half a million rows, however long the range."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet, Sum, Value

from activities.models import Activity
from crm.access import visible_branches
from customers.models import Customer
from dashboard.sales_scope import WORK
from dashboard.tallies import DealTally, LeadTally, PartTally, WorkTally
from dashboard.within import any_of, tallied, tallied_any, tallied_until, within
from deals.models import Deal
from leads.models import Lead
from leads.models.lead import CLOCK, NEVER

if TYPE_CHECKING:
    from accounts.models import User
    from dashboard.sales_figures import SalesQuery

WORKER = ("done_by_id", "done_by__name", "done_by__email", "kind")


class Tallied:
    def __init__(self, query: SalesQuery) -> None:
        self.query = query

    @cached_property
    def _days(self) -> list[Any]:
        rows = self.query.scope.tallied(LeadTally.objects.filter(any_of(self.query.periods, "day"), is_month=False))
        figures = ("came", "converted", "lost", "in_time", "late", "unanswered")
        sums = {f"sum_{name}": Sum(name) for name in figures}
        return list(rows.values_list("day").annotate(**sums).order_by())

    def lead_days(self) -> Iterable[tuple[dt.date, int, int, int]]:
        return (row[:4] for row in self._days)

    def deal_days(self) -> Iterable[tuple[dt.date, int, Decimal, int, Decimal]]:
        rows = self.query.scope.tallied(DealTally.objects.filter(any_of(self.query.periods, "day"), is_month=False))
        sums = {f"sum_{name}": Sum(name) for name in ("won", "won_value", "lost", "lost_value")}
        return rows.values_list("day").annotate(**sums).order_by()  # type: ignore[no-any-return]  # as the names say

    def totals(self) -> list[int]:
        """How many leads there were at the end of each period."""
        sums = {
            f"total_{place}": Sum("came", filter=tallied_until(period.last), default=0)
            for place, period in enumerate(self.query.periods)
        }
        return list(self.query.scope.tallied(LeadTally.objects.all()).aggregate(**sums).values())

    def answers(self) -> list[tuple[int, int, int]]:
        """Who is still waited for changes with the clock: these few are counted, the rest of the unanswered is late."""
        found = []
        for period, waiting in zip(self.query.periods, self._waiting(), strict=True):
            days = [row for row in self._days if period.first <= row[0] <= period.last]
            in_time, late, unanswered = (sum(row[place] for row in days) for place in (4, 5, 6))
            found.append((in_time, late + unanswered - waiting, waiting))
        return found

    def _waiting(self) -> Iterable[int]:
        query = self.query
        counts = {
            f"waiting_{place}": Count("pk", filter=within("created_at", period, query.zone))
            for place, period in enumerate(query.periods)
        }
        # The clock is what the indexes are on; it shows all that are unanswered and due.
        rows = query.scope.leads().alias(clock=CLOCK).filter(clock__gte=query.now, clock__lt=NEVER)
        return rows.aggregate(**counts).values()

    def parts(self) -> Iterable[tuple[str, int | None, str | None, int]]:
        rows = self.query.scope.tallied(PartTally.objects.filter(tallied(self.query.period)))
        counted = rows.values_list("status", "source_id", "source__name").annotate(count=Sum("n"))
        return counted.filter(count__gt=0).order_by()  # type: ignore[no-any-return]  # as the names say

    def work(self) -> Iterable[Any]:
        """What the tally says, less what is about customers who are deleted, and what is about shared records."""
        periods, scope = self.query.periods, self.query.scope
        sums = {f"count_{place}": Sum("n", filter=tallied(period), default=0) for place, period in enumerate(periods)}
        rows = scope.tallied_work(WorkTally.objects.filter(tallied_any(periods), kind__in=WORK))
        told = rows.values_list("person_id", "person__name", "person__email", "kind").annotate(**sums).order_by()
        parts: Iterable[Any] = told.union(*(self._counted(*part) for part in self._corrections()), all=True)
        return parts

    def _corrections(self) -> Iterable[tuple[QuerySet[Activity], int]]:
        scope = self.query.scope
        rows = Activity.objects.filter(scope.done_by(), kind__in=WORK)
        gone = Customer.everything.exclude(deleted_at=None)
        yield rows.filter(customer__in=gone.values("pk"), deal=None, lead=None), -1
        if scope.is_alone:
            shared = [_shared(model, scope.user) for model in (Deal, Lead)]
            yield rows.filter(deal__in=shared[0]), 1
            yield rows.filter(deal=None, lead__in=shared[1]), 1

    def _counted(self, rows: QuerySet[Activity], sign: int) -> QuerySet[Any]:
        zone, periods = self.query.zone, self.query.periods
        counts = {
            f"count_{place}": Count("pk", filter=within("done_at", period, zone)) * Value(sign)
            for place, period in enumerate(periods)
        }
        rows = rows.filter(any_of(periods, "done_at", zone))
        return rows.order_by().values_list(*WORKER).annotate(**counts)


def _shared(model: type[Deal | Lead], user: User) -> QuerySet[Any]:
    """The ids of what others have shared with them."""
    _own, shared = visible_branches(model, user)
    return shared.values("pk")
