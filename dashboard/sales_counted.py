"""Leads and work of a board of sales, counted row by row: what the tallies must always agree with."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, DateField, F, Q, Sum
from django.db.models.functions import Cast, TruncDay

from dashboard.within import any_of, within
from deals.models import DealStatus
from deals.models.deal import VALUE
from leads.models import LeadStatus

if TYPE_CHECKING:
    from dashboard.sales_figures import SalesQuery


class Counted:
    def __init__(self, query: SalesQuery) -> None:
        self.query = query

    def lead_days(self) -> Iterable[tuple[dt.date, int, int, int]]:
        """Each day with how many came in, were converted and were lost."""
        found: defaultdict[dt.date, list[int]] = defaultdict(lambda: [0, 0, 0])
        for day, new in self._by_day("created_at").values_list("day").annotate(count=Count("pk")).order_by():
            found[day][0] = new
        closed = self._by_day("closed_at").values_list("day", "status").annotate(count=Count("pk"))
        for day, status, count in closed.order_by():
            found[day][1 if status == LeadStatus.CONVERTED else 2] = count
        return ((day, *numbers) for day, numbers in found.items())  # type: ignore[misc]  # three of them

    def _by_day(self, moment: str) -> Any:
        rows = self.query.scope.leads().filter(any_of(self.query.periods, moment, self.query.zone))
        return rows.annotate(day=Cast(TruncDay(moment, tzinfo=self.query.zone), DateField()))

    def deal_days(self) -> Iterable[tuple[dt.date, int, Decimal, int, Decimal]]:
        """Each day with how many were won and lost, and their value."""
        rows = self.query.scope.deals().filter(any_of(self.query.periods, "closed_on"))
        figures: dict[str, Any] = {}
        for status in (DealStatus.WON, DealStatus.LOST):
            fits = Q(status=status)
            figures |= {f"{status}_n": Count("pk", filter=fits), f"{status}_sum": Sum(VALUE, filter=fits, default=0)}
        return rows.values_list("closed_on").annotate(**figures).order_by()

    def totals(self) -> list[int]:
        """How many leads there were at the end of each period."""
        ends = (period.bounds(self.query.zone)[1] for period in self.query.periods)
        counts = {f"total_{place}": Count("pk", filter=Q(created_at__lt=end)) for place, end in enumerate(ends)}
        return list(self.query.scope.leads().aggregate(**counts).values())

    def answers(self) -> list[tuple[int, int, int]]:
        """Of those that came in during each period: answered in time, late or overdue, still awaited."""
        now = self.query.now
        kinds = (
            Q(responded_at__lte=F("response_due_at")),
            Q(responded_at__gt=F("response_due_at")) | Q(responded_at=None, response_due_at__lt=now),
            Q(responded_at=None, response_due_at__gte=now),
        )
        counts = {
            f"{place}_{number}": Count("pk", filter=within("created_at", period, self.query.zone) & fits)
            for place, period in enumerate(self.query.periods)
            for number, fits in enumerate(kinds)
        }
        found = iter(self.query.scope.leads().aggregate(**counts).values())
        return list(zip(found, found, found, strict=True))

    def parts(self) -> Iterable[tuple[str, int | None, str | None, int]]:
        """Those that came in during the period by status and source."""
        rows = self.query.scope.leads().filter(within("created_at", self.query.period, self.query.zone))
        counted = rows.values_list("status", "source_id", "source__name").annotate(count=Count("pk"))
        return counted.order_by()

    def work(self) -> Iterable[Any]:
        """Who, of which kind, and how much in each period."""
        query = self.query
        counts = {
            f"count_{place}": Count("pk", filter=within("done_at", period, query.zone))
            for place, period in enumerate(query.periods)
        }
        rows = query.scope.done().filter(any_of(query.periods, "done_at", query.zone))
        grouped = rows.values_list("done_by_id", "done_by__name", "done_by__email", "kind")
        return grouped.annotate(**counts).order_by()
