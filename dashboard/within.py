"""Conditions for days: rows of a period by an instant or a date, and tallies of it by months and by the days left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q

from dashboard.periods import DAY, Period, month_of

Days = tuple[dt.date, dt.date]


def within(field: str, period: Period, zone: dt.tzinfo | None = None) -> Q:
    """A date of the period; with a zone, an instant of its days there."""
    if zone is None:
        return Q(**{f"{field}__range": (period.first, period.last)})
    start, end = period.bounds(zone)
    return Q(**{f"{field}__gte": start, f"{field}__lt": end})


def any_of(periods: Iterable[Period], field: str, zone: dt.tzinfo | None = None) -> Q:
    fits = Q()
    for period in periods:
        fits |= within(field, period, zone)
    return fits


def tallied(period: Period) -> Q:
    """Rows of a tally that add up to the period: its whole months, and the days before and after them."""
    return _rows(_whole_months(period), _edges(period))


def tallied_any(periods: Iterable[Period]) -> Q:
    """Rows that are needed for any of the periods, and a few more: said with few words."""
    periods = list(periods)
    whole = [months for period in periods for months in _whole_months(period)]
    months = [(min(first for first, _last in whole), max(last for _first, last in whole))] if whole else []
    return _rows(months, sorted({edge for period in periods for edge in _edges(period)}))


def tallied_until(day: dt.date) -> Q:
    """Rows of a tally that add up to everything up to `day`."""
    month = day.replace(day=1)
    return Q(is_month=True, day__lt=month) | Q(is_month=False, day__range=(month, day))


def _rows(months: list[Days], days: list[Days]) -> Q:
    fits = Q()
    for is_month, ranges in ((True, months), (False, days)):
        for days_of in ranges:
            fits |= Q(is_month=is_month, day__range=days_of)
    return fits


def _whole_months(period: Period) -> list[Days]:
    """From the first to the last of them; nothing when there is none."""
    months = [start for start in period.starts("month") if month_of(start).is_within(period)]
    return [(months[0], month_of(months[-1]).last)] if months else []


def _edges(period: Period) -> list[Days]:
    """The days that lie in no whole month of the period."""
    edges = [(period.first, period.last)]
    for first, last in _whole_months(period):
        edges = [(period.first, first - DAY), (last + DAY, period.last)]
    return [(first, last) for first, last in edges if first <= last]
