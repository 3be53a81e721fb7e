"""A person's plan by section, and what they did today. The moment is an argument: no clock in here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Count, DateField, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber, TruncDate
from django.utils.translation import gettext_lazy as _

from activities.entries import mark_shared
from activities.models import Activity, Kind
from crm.access import AccessQuerySet, editable, visible
from crm.moments import day_start

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Lazy

    from accounts.models import User

FIRST, MOST = 50, 500
AHEAD = 7
DAY = dt.timedelta(days=1)
#: what is read of an activity, and of its records, for its line
SHOWN = (
    *("kind", "title", "body", "due_on", "due_at", "done_at", "repeats", "outcome", "created_by_id"),
    *("owner__name", "owner__email", "owner__team_id"),
    *("deal__title", "deal__amount", "deal__currency", "deal__deleted_at", "deal__stage__name"),
    *("lead__name", "lead__company_name", "lead__external_id", "lead__status", "lead__value", "lead__currency"),
    *("lead__phone", "lead__email", "lead__deleted_at"),
    *("customer__name", "customer__reference", "customer__deleted_at"),
)
#: in the order in which they are shown
TITLES: dict[str, Lazy] = {
    "overdue": _("Overdue"),
    "today": _("Today"),
    "tomorrow": _("Tomorrow"),
    "undated": _("Undated"),
    "later": _("Within a week"),
    "done": _("Done today"),
}


@dataclass(frozen=True)
class Clock:
    """The present moment as one person reads it."""

    now: dt.datetime
    zone: dt.tzinfo

    @cached_property
    def today(self) -> dt.date:
        return self.now.astimezone(self.zone).date()

    def day(self, ahead: int) -> dt.date:
        return self.today + ahead * DAY

    def begins(self, ahead: int) -> dt.datetime:
        """The first instant of a day."""
        return day_start(self.day(ahead), self.zone)


@dataclass(frozen=True)
class Section:
    """Its first rows, and how many there are."""

    name: str
    count: int
    rows: list[Activity]

    @property
    def title(self) -> str:
        return str(TITLES[self.name])

    @property
    def rest(self) -> int:
        return self.count - len(self.rows)


def overdue(clock: Clock) -> Q:
    """What has an hour is late from that instant on, wherever its owner was; a day is late when it is over."""
    return Q(due_at__lt=clock.now) | Q(due_at=None, due_on__lt=clock.today)


def due_within(clock: Clock, first: int, last: int) -> Q:
    """Due on the days first..last from today, both included: an hour counts where the clock stands."""
    hours = Q(due_at__gte=clock.begins(first), due_at__lt=clock.begins(last + 1))
    return hours | Q(due_at=None, due_on__range=(clock.day(first), clock.day(last)))


def planned_by(person: User, viewer: User) -> AccessQuerySet[Activity]:
    """What a person has to do, alone or with colleagues, as far as `viewer` sees it."""
    return visible(Activity, viewer).filter(done_at=None, pk__in=_keys(person))


def to_work(person: User, clock: Clock) -> QuerySet[Activity]:
    """What the person can work through: overdue and today's, in the order of the page."""
    mine = editable(Activity, person).filter(done_at=None, pk__in=_keys(person))
    return in_order(mine.filter(overdue(clock) | due_within(clock, 0, 0)), clock)


def _keys(person: User) -> QuerySet[Any, Any]:
    """Each part walks its own index."""
    own = Activity.objects.filter(owner_id=person.pk, done_at=None)
    with_others: Any = Activity.collaborators.through
    shared = with_others._default_manager.filter(user_id=person.pk, activity__done_at=None)
    keys: QuerySet[Any, Any] = own.values("pk").union(shared.values("activity_id"))
    return keys


def in_order(rows: QuerySet[Activity], clock: Clock) -> QuerySet[Activity]:
    """By day, then by hour, what has none at the end of its day."""
    return rows.annotate(day=_day_of(clock)).order_by(*_ORDER)


_ORDER = (F("day").asc(nulls_last=True), F("due_at").asc(nulls_last=True), F("pk").asc())


def _day_of(clock: Clock) -> Coalesce:
    return Coalesce(TruncDate("due_at", tzinfo=clock.zone), F("due_on"), output_field=DateField())


def _section_of(clock: Clock) -> Case:
    cases = {
        "undated": Q(due_on=None),
        "overdue": overdue(clock),
        "today": due_within(clock, 0, 0),
        "tomorrow": due_within(clock, 1, 1),
    }
    whens = [When(condition, then=Value(name)) for name, condition in cases.items()]
    return Case(*whens, default=Value("later"), output_field=CharField())


def plan_of(person: User, viewer: User, clock: Clock, limits: Mapping[str, int]) -> dict[str, Section]:
    """All sections in one query: the first rows of each, and how many each has."""
    soon = Q(due_on=None) | overdue(clock) | due_within(clock, 0, AHEAD)
    cut = planned_by(person, viewer).filter(soon).annotate(section=_section_of(clock), day=_day_of(clock))
    place = Window(RowNumber(), partition_by=[F("section")], order_by=_ORDER)
    rows: Any = cut.annotate(place=place, of=Window(Count("*"), partition_by=[F("section")]))
    wanted = Q()
    for name in TITLES:
        wanted |= Q(section=name, place__lte=limits.get(name, FIRST))
    found: dict[str, list[Activity]] = {name: [] for name in TITLES if name != "done"}
    first: list[Any] = list(with_records(rows.filter(wanted)).only(*SHOWN).order_by(*_ORDER))
    mark_shared(first, viewer)
    for row in first:
        found[row.section].append(row)
    return {name: _section(name, rows) for name, rows in found.items()}


def done_of(person: User, viewer: User, clock: Clock, limit: int) -> Section:
    """What the person finished today, the latest first. Notes are words, not work."""
    rows = visible(Activity, viewer).filter(done_by=person, done_at__gte=clock.begins(0), done_at__lt=clock.begins(1))
    counted = rows.exclude(kind=Kind.NOTE).annotate(of=Window(Count("*")))
    return _section("done", list(with_subjects(counted).only(*SHOWN).order_by("-done_at", "-pk")[:limit]))


def with_records(rows: QuerySet[Activity]) -> QuerySet[Activity]:
    """With everything a line shows."""
    return with_subjects(rows).prefetch_related("customer__phones", "customer__emails")


def with_subjects(rows: QuerySet[Activity]) -> QuerySet[Activity]:
    return rows.select_related("deal__stage", "lead", "customer", "owner")


def _section(name: str, rows: list[Activity]) -> Section:
    return Section(name, rows[0].of if rows else 0, rows)  # type: ignore[attr-defined]  # annotated
