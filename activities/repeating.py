"""On which day a repeating activity comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from dateutil.rrule import MONTHLY, WEEKLY, YEARLY, rrule

from accounts.working_time import Schedule
from activities.models.kinds import Repeats

DAY = dt.timedelta(days=1)
LAST = dt.date(2199, 12, 31)
#: every month has the days up to this one
SHORTEST = 28
#: where nobody works for so many days, a repetition on working days ends
HORIZON = 366


def next_day(repeats: str, anchor: dt.date, after: dt.date, *, until: dt.date | None = None) -> dt.date | None:
    """The first day behind `after` on the rhythm that began at `anchor`; None when it has ended."""
    day = RHYTHMS[Repeats(repeats)](anchor, after)
    return day if day and day <= min(until or LAST, LAST) else None


def _daily(anchor: dt.date, after: dt.date) -> dt.date | None:
    return after + DAY


def _workdays(anchor: dt.date, after: dt.date) -> dt.date | None:
    schedule = Schedule.load()
    days = (after + DAY * number for number in range(1, HORIZON + 1))
    return next((day for day in days if day.weekday() in schedule.hours and day not in schedule.holidays), None)


def _weekly(anchor: dt.date, after: dt.date) -> dt.date | None:
    return _after(rrule(WEEKLY, dtstart=_noon(anchor)), after)


def _fortnightly(anchor: dt.date, after: dt.date) -> dt.date | None:
    return _after(rrule(WEEKLY, interval=2, dtstart=_noon(anchor)), after)


def _monthly(anchor: dt.date, after: dt.date) -> dt.date | None:
    return _after(rrule(MONTHLY, dtstart=_noon(anchor), bymonthday=_ends(anchor), bysetpos=-1), after)


def _yearly(anchor: dt.date, after: dt.date) -> dt.date | None:
    rule = rrule(YEARLY, dtstart=_noon(anchor), bymonth=anchor.month, bymonthday=_ends(anchor), bysetpos=-1)
    return _after(rule, after)


def _ends(anchor: dt.date) -> list[int]:
    """The day of the month; one that not all months have stands for their last."""
    return list(range(min(anchor.day, SHORTEST), anchor.day + 1))


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12))


def _after(rule: rrule, after: dt.date) -> dt.date | None:
    days: Iterator[dt.datetime] = rule.xafter(_noon(after), count=1)
    found = next(days, None)
    return found.date() if found else None


RHYTHMS: dict[Repeats, Callable[[dt.date, dt.date], dt.date | None]] = {
    Repeats.DAILY: _daily,
    Repeats.WORKDAYS: _workdays,
    Repeats.WEEKLY: _weekly,
    Repeats.FORTNIGHTLY: _fortnightly,
    Repeats.MONTHLY: _monthly,
    Repeats.YEARLY: _yearly,
}
