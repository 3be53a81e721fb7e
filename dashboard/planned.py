"""How much each of several people has still to do: from the tally, and for the hours around now row by row."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q, QuerySet, Sum, Value

from activities.models import Activity
from crm.access import require, visible
from crm.moments import day_start
from crm.navigation import LEADERS
from customers.models import Customer
from dashboard.sales_scope import sees_work
from dashboard.tallies import WorkTally
from dashboard.tally_sql import PLANNED, TIMED
from dashboard.today import DAY, Clock, due_within, overdue

if TYPE_CHECKING:
    from accounts.models import User

INSTANT = dt.timedelta(microseconds=1)
FIGURES = ("open", "late", "due")


def planned_of(
    people: Collection[int], viewer: User, clock: Clock, seen: QuerySet[Activity] | None = None
) -> dict[int, Counter[str]]:
    """By person: what is open, of it what is overdue, and what is due today. One statement.

    For those who lead: what is shared, and so seen by sales, is in no tally. `seen`: all that the viewer sees, where
    the caller has said that already.
    """
    require(viewer.effective_role in LEADERS)
    near = _Near(clock)
    parts = (
        _tallied(people, viewer, near),
        _gone(people, near),
        _around(people, visible(Activity, viewer) if seen is None else seen, near),
    )
    found: dict[int, Counter[str]] = {}
    for person, *numbers in parts[0].union(*parts[1:], all=True):
        found.setdefault(person, Counter()).update(dict(zip(FIGURES, numbers, strict=True)))
    return found


def shared_with(people: Collection[int], seen: QuerySet[Activity], clock: Clock) -> dict[int, Counter[str]]:
    """The same of what they are to do with its owner, who is somebody else: it is on their day too."""
    through: Any = Activity.collaborators.through
    pairs = through._default_manager.filter(user__in=people, activity__done_at=None, activity__deleted_at=None)
    helpers = list(pairs.values_list("user_id", "activity_id"))
    if not helpers:
        return {}
    rows = seen.filter(done_at=None, pk__in={activity for _person, activity in helpers}).order_by()
    late, due = (ExpressionWrapper(fits, BooleanField()) for fits in (overdue(clock), due_within(clock, 0, 0)))
    told = {pk: (owner, *flags) for pk, owner, *flags in rows.values_list("pk", "owner_id", late, due)}
    found: dict[int, Counter[str]] = {}
    for person, activity in helpers:
        owner, is_late, is_due = told.get(activity, (person, False, False))
        if owner != person:
            numbers = (1, bool(is_late), bool(is_due and not is_late))
            found.setdefault(person, Counter()).update(dict(zip(FIGURES, numbers, strict=True)))
    return found


class _Near:
    """The UTC days in which an hour may be today's, or may have passed or not: there the tally cannot say."""

    def __init__(self, clock: Clock) -> None:
        first, last = min(clock.now, clock.begins(0)), max(clock.now, clock.begins(1) - INSTANT)
        self.clock, self.day = clock, first.astimezone(dt.UTC).date()
        self.start = day_start(self.day, dt.UTC)
        self.end = day_start(last.astimezone(dt.UTC).date() + DAY, dt.UTC)


def _tallied(people: Collection[int], viewer: User, near: _Near) -> Any:
    today = near.clock.today
    late = Q(kind=PLANNED, day__lt=today) | Q(kind=TIMED, day__lt=near.day)
    rows = WorkTally.objects.filter(sees_work(viewer), person__in=people, kind__in=(PLANNED, TIMED), is_month=False)
    return (
        rows.order_by()
        .values_list("person_id")
        .annotate(
            open=Sum("n"),
            late=Sum("n", filter=late, default=0),
            due=Sum("n", filter=Q(kind=PLANNED, day=today), default=0),
        )
    )


def _gone(people: Collection[int], near: _Near) -> Any:
    """What the tally counts about customers who are deleted, to be taken out again."""
    today, gone = near.clock.today, Customer.everything.exclude(deleted_at=None)
    rows = Activity.objects.filter(customer__in=gone.values("pk"), deal=None, lead=None)
    rows = rows.filter(done_at=None, owner__in=people)
    late = Q(due_at=None, due_on__lt=today) | Q(due_at__lt=near.start)
    return _counted(rows, Q(), late, Q(due_at=None, due_on=today), sign=-1)


def _around(people: Collection[int], seen: QuerySet[Activity], near: _Near) -> Any:
    """Hours near now: whether they have passed, and whether they are today's."""
    rows = seen.filter(done_at=None, owner__in=people, due_at__gte=near.start, due_at__lt=near.end)
    late = overdue(near.clock)
    return _counted(rows, Q(pk=None), late, due_within(near.clock, 0, 0) & ~late)


def _counted(rows: Any, *conditions: Q, sign: int = 1) -> Any:
    counts = {name: Count("pk", filter=fits) * Value(sign) for name, fits in zip(FIGURES, conditions, strict=True)}
    return rows.order_by().annotate(person_id=F("owner_id")).values_list("person_id").annotate(**counts)
