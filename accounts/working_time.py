"""Working time: minutes that count only while the organisation works, in its own zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import DateField, IntegerField, TimeField, Value
from django.utils.translation import gettext_lazy as _

from accounts.hours import Holiday, WorkingHours
from crm.moments import organisation_zone

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
#: where so many days together are free, nobody works any more
HORIZON = 366

Span = tuple[dt.datetime, dt.datetime]


class NoWorkingTime(Exception):
    """No weekday has working hours: nothing can be counted in them."""

    sentence = _("There are no working hours: an admin has to set them first.")


@dataclass(frozen=True)
class Schedule:
    """When work is done: hours by weekday (0 is Monday), holidays, zone. Instants in and out are aware."""

    hours: dict[int, tuple[dt.time, dt.time]]
    holidays: frozenset[dt.date]
    zone: dt.tzinfo
    _openings: dict[dt.date, Span | None] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def load(cls) -> Schedule:
        """As set up now: one query, for any number of questions."""
        hours, holidays = {}, set()
        no_hours = Value(None, IntegerField()), Value(None, TimeField()), Value(None, TimeField())
        free = Holiday.objects.order_by().values_list(*no_hours, "day")
        worked = WorkingHours.objects.order_by().values_list("weekday", "opens", "closes", Value(None, DateField()))
        for weekday, opens, closes, day in worked.union(free, all=True):
            if day:
                holidays.add(day)
            else:
                hours[weekday] = (opens, closes)
        return cls(hours, frozenset(holidays), organisation_zone())

    def opening(self, day: dt.date) -> Span | None:
        """The instants (UTC) between which a local day is worked; None on a free one."""
        if day not in self._openings:
            self._openings[day] = self._reckoned(day)
        return self._openings[day]

    def _reckoned(self, day: dt.date) -> Span | None:
        """Instants, since two readings of a clock may lie nearer together or farther apart than they look."""
        if day in self.holidays or day.weekday() not in self.hours:
            return None
        opens, closes = (dt.datetime.combine(day, t, self.zone).astimezone(dt.UTC) for t in self.hours[day.weekday()])
        # A zone that moved across the date line skipped a whole day; a short one may lie in the hour that was skipped.
        return (opens, closes) if opens < closes and self._day(opens) == day else None

    def is_working(self, at: dt.datetime) -> bool:
        span = self.opening(self._day(at))
        return span is not None and span[0] <= at < span[1]

    def next_opening(self, at: dt.datetime) -> dt.datetime:
        """`at` itself while work is done, else the moment when it begins again; NoWorkingTime when it never does."""
        return next(self._spans(at))[0]

    def add_working_minutes(self, start: dt.datetime, minutes: int) -> dt.datetime:
        """The instant at which so many working minutes have passed since `start`; NoWorkingTime when there is none."""
        left = minutes * MINUTE
        for begin, end in self._spans(start):
            if left <= end - begin:
                return begin + left
            left -= end - begin
        raise NoWorkingTime  # pragma: no cover - the spans never end by themselves

    def working_minutes(self, start: dt.datetime, end: dt.datetime) -> int:
        """Whole working minutes from `start` to `end`; negative when `end` lies before."""
        start, end = start.astimezone(dt.UTC), end.astimezone(dt.UTC)  # Python reckons inside a zone by its clock
        if end < start:
            return -self.working_minutes(end, start)
        day, last, total = self._day(start), self._day(end), dt.timedelta()
        while day <= last:
            if span := self.opening(day):
                total += max(min(span[1], end) - max(span[0], start), dt.timedelta())
            day += DAY
        return total // MINUTE

    @cached_property
    def day_minutes(self) -> int:
        """How long a working day is, on the average of the week."""
        today = dt.date(2000, 1, 1)
        spans = [dt.datetime.combine(today, b) - dt.datetime.combine(today, a) for a, b in self.hours.values()]
        return sum(spans, dt.timedelta()) // MINUTE // len(spans) if spans else 24 * 60

    def _spans(self, start: dt.datetime) -> Iterator[Span]:
        """What is left of the working days from `start` on."""
        start = start.astimezone(dt.UTC)
        day, free = self._day(start), 0
        while free < HORIZON:
            span = self.opening(day)
            if span and span[1] > start:
                free = 0
                yield max(span[0], start), span[1]
            free += 1
            day += DAY
        raise NoWorkingTime

    def _day(self, at: dt.datetime) -> dt.date:
        return at.astimezone(self.zone).date()
