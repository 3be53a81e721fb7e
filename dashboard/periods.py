"""Dates of a board: periods, buckets, presets and what a period is compared with. No clock and no database here."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm import moments

Unit = Literal["day", "week", "month"]
DAY = dt.timedelta(days=1)
WEEKS_OF_A_YEAR = dt.timedelta(weeks=52)
EARLIEST, LATEST = dt.date(1950, 1, 1), dt.date(2150, 12, 31)
MOST_YEARS = 20
MOST_DAYS = 800


class By(models.TextChoices):
    DAY = "day", _("Day")
    WEEK = "week", _("Week")
    MONTH = "month", _("Month")


@dataclass(frozen=True)
class Period:
    """Local dates, both included."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def bounds(self, zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
        """The instants [start, end)."""
        return moments.bounds(self.first, self.last, zone)

    def elapsed(self, today: dt.date) -> int:
        """How many of its days have begun; all of them when it lies in the future: then nothing is cut."""
        return min(self.days, (today - self.first).days + 1) if self.first <= today else self.days

    def head(self, days: int) -> Period:
        """Its first `days` days."""
        return Period(self.first, min(self.last, self.first + (days - 1) * DAY))

    def previous(self) -> Period:
        """As many days, ending the day before."""
        return Period(self.first - self.days * DAY, self.first - DAY)

    def last_year(self) -> Period:
        """The same dates a year earlier."""
        return Period(year_before(self.first), year_before(self.last))

    def is_within(self, other: Period) -> bool:
        return other.first <= self.first and self.last <= other.last

    def each(self) -> Iterator[dt.date]:
        """Its days."""
        return self.starts("day")

    def starts(self, by: Unit) -> Iterator[dt.date]:
        """The first days of all buckets that it touches; the first may lie before it."""
        start = bucket_start(self.first, by)
        while start <= self.last:
            yield start
            start = _next_start(start, by)

    def buckets(self, by: Unit) -> list[Bucket]:
        """All buckets that it touches, the empty ones too."""
        return [
            Bucket(start, Period(max(start, self.first), min(_next_start(start, by) - DAY, self.last)))
            for start in self.starts(by)
        ]


@dataclass(frozen=True)
class Bucket:
    """A day, an ISO week or a month by its first day, and the part of it that lies within the period."""

    start: dt.date
    period: Period

    @classmethod
    def of(cls, start: dt.date, by: Unit) -> Bucket:
        """The whole bucket that begins on `start`."""
        return cls(start, Period(start, _next_start(start, by) - DAY))


class Spanning:
    """What is asked for a period by buckets, and the periods it is compared with: both cut to the days it has had."""

    period: Period
    by: Unit
    today: dt.date

    @property
    def by_label(self) -> str:
        return str(By(self.by).label)

    @cached_property
    def elapsed(self) -> int:
        return self.period.elapsed(self.today)

    @cached_property
    def previous(self) -> Period:
        return self.period.previous().head(self.elapsed)

    @cached_property
    def last_year(self) -> Period:
        return self.period.head(self.elapsed).last_year()


def year_before(day: dt.date) -> dt.date:
    """The same date a year earlier; the 28th for a 29 February."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def counterpart(start: dt.date, by: Unit) -> dt.date:
    """The start of the bucket a year before: 52 weeks earlier for weeks, so that Monday meets Monday."""
    return start - WEEKS_OF_A_YEAR if by == "week" else year_before(start)


def bucket_start(day: dt.date, by: Unit) -> dt.date:
    match by:
        case "day":
            return day
        case "week":
            return day - day.weekday() * DAY
        case "month":
            return day.replace(day=1)


def _next_start(start: dt.date, by: Unit) -> dt.date:
    match by:
        case "day":
            return start + DAY
        case "week":
            return start + 7 * DAY
        case "month":
            return (start + 31 * DAY).replace(day=1)


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day of another month, or its last one where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_of(day: dt.date) -> Period:
    first = day.replace(day=1)
    return Period(first, months_later(first, 1) - DAY)


def _quarter(day: dt.date) -> Period:
    first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return Period(first, months_later(first, 3) - DAY)


def _year(year: int) -> Period:
    return Period(dt.date(year, 1, 1), dt.date(year, 12, 31))


#: name -> label, and the period on a given day; "all" alone must be looked up: it begins with the oldest order
PRESETS: dict[str, tuple[object, Callable[[dt.date], Period]]] = {
    "this-month": (_("This month"), month_of),
    "last-month": (_("Last month"), lambda today: month_of(today.replace(day=1) - DAY)),
    "last-30-days": (_("Last 30 days"), lambda today: Period(today - 29 * DAY, today)),
    "last-90-days": (_("Last 90 days"), lambda today: Period(today - 89 * DAY, today)),
    "this-quarter": (_("This quarter"), _quarter),
    "this-year": (_("This year"), lambda today: _year(today.year)),
    "last-12-months": (_("Last 12 months"), lambda today: Period(months_later(today.replace(day=1), -11), today)),
    "last-year": (_("Last year"), lambda today: _year(today.year - 1)),
    "all": (_("All time"), lambda today: _year(today.year)),
}
DEFAULT = "last-12-months"


def all_time(oldest: dt.date | None, today: dt.date) -> Period:
    """From the oldest order to today; at most as many years as a board may cover."""
    if oldest is None or oldest > today:
        return _year(today.year)
    return Period(max(oldest, months_later(today, -12 * MOST_YEARS) + DAY), today)


def fitting(period: Period) -> Unit:
    """The bucket that shows a period best."""
    if period.days <= 45:
        return "day"
    return "week" if period.days <= 190 else "month"
