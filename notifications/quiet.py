"""Quiet hours and days, by the clock on the wall of whoever is to be reached."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING

from crm.moments import organisation_zone, zone_names

if TYPE_CHECKING:
    from accounts.models import User
    from notifications.models import Delivery

DAY = dt.timedelta(days=1)


def zone_of(user: User) -> dt.tzinfo:
    """Where the user is, else where the organisation is."""
    return zoneinfo.ZoneInfo(user.time_zone) if user.time_zone in zone_names() else organisation_zone()


def end_of_quiet(now: dt.datetime, delivery: Delivery, user: User) -> dt.datetime:
    """The first moment from `now` on that is not in the quiet hours; they may pass midnight."""
    start, end = delivery.quiet_from, delivery.quiet_to
    if start is None or end is None or start == end:
        return now
    zone = zone_of(user)
    local = now.astimezone(zone)
    hour = local.time().replace(tzinfo=None)
    is_quiet = start <= hour < end if start < end else hour >= start or hour < end
    if not is_quiet:
        return now
    day = local.date() if hour < end else local.date() + DAY
    ends = on_the_wall(day, end, zone)
    return ends if ends > now else on_the_wall(day, end.replace(fold=1), zone)  # an hour that comes twice


def until_quiet(now: dt.datetime, delivery: Delivery, user: User) -> dt.timedelta | None:
    """How long it is until the quiet hours begin; None when there are none."""
    start = delivery.quiet_from
    if start is None or start == delivery.quiet_to:
        return None
    zone = zone_of(user)
    today = now.astimezone(zone).date()
    begins = (on_the_wall(day, start, zone) for day in (today, today + DAY))
    return next(at for at in begins if at > now) - now


def on_the_wall(day: dt.date, hour: dt.time, zone: dt.tzinfo) -> dt.datetime:
    """The instant at which a clock shows this: an hour that a clock change leaves out comes right after it, and of
    one that comes twice it is the first."""
    return dt.datetime.combine(day, hour, tzinfo=zone).astimezone(dt.UTC)
