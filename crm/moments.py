"""Time: aware everywhere; reports in the organisation's zone, display in the user's."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import get_language


def organisation_zone() -> zoneinfo.ZoneInfo:
    """The zone in which reports are bucketed."""
    return zoneinfo.ZoneInfo(settings.TIME_ZONE)


def today(zone: dt.tzinfo | None = None) -> dt.date:
    """The date now in `zone` (the organisation's by default). Verbs take it as an argument instead."""
    return timezone.now().astimezone(zone or organisation_zone()).date()


def day_start(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """The first instant of a local day. Where midnight falls into a clock change, the earlier reading."""
    return dt.datetime.combine(day, dt.time(), tzinfo=zone)


def bounds(first: dt.date, last: dt.date, zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
    """Half-open instants [start, end) of the inclusive local dates first..last; ValueError when last < first."""
    if last < first:
        raise ValueError("the last day lies before the first")
    return day_start(first, zone), day_start(last + dt.timedelta(days=1), zone)


def is_of_this_era(moment: dt.datetime) -> bool:
    """Whether every zone has a local time for it: at the ends of the calendar Python has none."""
    return 1900 <= moment.year <= 2200


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """The zones that a person may choose; anything else is refused before it reaches SQL."""
    return frozenset(zoneinfo.available_timezones())


@dataclass(frozen=True)
class Shown:
    """A moment for the screen in the user's zone: for machines, the day alone, in short, and in full."""

    iso: str
    day: str
    when: str
    full: str


def shown(at: dt.datetime) -> Shown:
    local, language = timezone.localtime(at), get_language()
    short, long = _day_texts(local.date(), language)
    time = _time_text(local.hour, local.minute, language)
    return Shown(at.isoformat(), short, f"{short}, {time}", f"{long}, {time}")


def short_day(day: dt.date) -> str:
    return _day_texts(day, get_language())[0]


# A list shows a hundred moments of few days: formatting them was a sixth of its time.
@lru_cache(maxsize=8192)
def _day_texts(day: dt.date, language: str | None) -> tuple[str, str]:
    return formats.date_format(day, "SHORT_DATE_FORMAT"), formats.date_format(day, "DATE_FORMAT")


@lru_cache(maxsize=1440)
def _time_text(hour: int, minute: int, language: str | None) -> str:
    return str(formats.time_format(dt.time(hour, minute)))
