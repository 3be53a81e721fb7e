"""Time: aware everywhere; reports in the organisation's zone, display in the user's."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils import formats, timezone


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


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """The zones that a person may choose; anything else is refused before it reaches SQL."""
    return frozenset(zoneinfo.available_timezones())


@dataclass(frozen=True)
class Shown:
    """A moment for the screen in the user's zone: for machines, in short, and in full."""

    iso: str
    when: str
    full: str


def shown(at: dt.datetime) -> Shown:
    local = timezone.localtime(at)
    return Shown(
        at.isoformat(),
        f"{formats.date_format(local, 'j M Y')}, {formats.time_format(local)}",
        formats.date_format(local, "DATETIME_FORMAT"),
    )
