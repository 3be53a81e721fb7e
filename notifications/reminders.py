"""Reminders: so long before something is due, once, by the clock on the wall of whoever is reminded.

One mechanism for all that has an hour: a source gives what is due in a span of time, and for whom.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from activities.models import Activity, ActivityQuerySet, Reminder
from notifications import delivering, quiet
from notifications.delivering import News
from notifications.models import Reminded
from notifications.ways import ways_of

#: what came due while nothing ran is told when it runs again, unless it is as old as this
MADE_UP = dt.timedelta(days=1)
#: a plan may be committed some moments after the clock has passed its reminder
OVERLAP = dt.timedelta(minutes=2)
#: nobody is reminded longer before; clock changes move a day by less than the slack
EARLIEST = dt.timedelta(days=7)
SLACK = dt.timedelta(hours=3)
DAY = 24 * 60


@dataclass(frozen=True)
class Due:
    """Something that somebody has to do at a moment. `offsets` are minutes before, None for their usual ones."""

    user_id: int
    subject_type: str
    subject_id: int
    at: dt.datetime
    offsets: tuple[int, ...] | None = None


Source = Callable[[dt.datetime, dt.datetime], Iterable[Due]]
_sources: dict[str, Source] = {}


def remindable(label: str) -> Callable[[Source], Source]:
    """Register what gives the things of one kind that are due between two moments."""

    def register(source: Source) -> Source:
        _sources[label] = source
        return source

    return register


def remind(now: dt.datetime) -> int:
    """Tell of all that is due soon; how many were told. Two at once, or one after a crash, tell nobody twice."""
    return sum(_remind_of(label, now) for label in _sources)


def _remind_of(label: str, now: dt.datetime) -> int:
    with transaction.atomic():
        Reminded.objects.get_or_create(label=label, defaults={"until": now - OVERLAP})
        ran = Reminded.objects.select_for_update().get(label=label)
        since = max(ran.until - OVERLAP, now - MADE_UP)
        dues = list(_sources[label](since - SLACK, now + EARLIEST + SLACK))
        told = delivering.deliver(delivering.of_those_who_see(list(_news(dues, since, now))), now)
        Reminded.objects.filter(pk=label, until__lt=now).update(until=now)
    return told


def _news(dues: Iterable[Due], since: dt.datetime, now: dt.datetime) -> Iterator[News]:
    """Of the moments between `since` and `now`; of several for one thing only the last, when all are late."""
    found = list(dues)
    users = User.objects.active().in_bulk({due.user_id for due in found})
    ways = ways_of(users.values())
    for due in found:
        user = users.get(due.user_id)
        if user is None:
            continue
        zone = quiet.zone_of(user)
        offsets = ways[user.pk].delivery.remind_before if due.offsets is None else due.offsets
        passed = [minutes for minutes in offsets if since < moment_of(due.at, minutes, zone) <= now]
        if passed:
            yield _reminder(due, min(passed))


def moment_of(due: dt.datetime, minutes: int, zone: dt.tzinfo) -> dt.datetime:
    """So long before `due`: whole days by the clock on the wall (a day before ten o'clock is ten o'clock, also when
    the clocks change in between), less than that by the time that passes."""
    if minutes and minutes % DAY == 0:
        local = due.astimezone(zone)
        return quiet.on_the_wall(local.date() - dt.timedelta(days=minutes // DAY), local.time(), zone)
    return due - dt.timedelta(minutes=minutes)


def _reminder(due: Due, minutes: int) -> News:
    at = due.at.astimezone(dt.UTC).isoformat()
    source = f"reminder:{due.subject_type}:{due.subject_id}:{at}:{minutes}"
    return News(due.user_id, "reminder", source, due.subject_type, due.subject_id, data={"due": at})


@remindable("activities.activity")
def activities_due(first: dt.datetime, last: dt.datetime) -> Iterator[Due]:
    """Planned activities with an hour: their owner and those who help are reminded."""
    rows = ActivityQuerySet(Activity).alive().planned().filter(due_at__gt=first, due_at__lte=last)
    for row in rows.prefetch_related("collaborators").only("pk", "owner_id", "due_at", "remind_before"):
        people = {row.owner_id, *(person.pk for person in row.collaborators.all())}
        for person in sorted(pk for pk in people if pk):
            if row.due_at:
                yield Due(person, "activities.activity", row.pk, row.due_at, _offsets(row.remind_before))


def _offsets(chosen: int | None) -> tuple[int, ...] | None:
    if chosen is None:
        return None
    return () if chosen == Reminder.NEVER else (chosen,)
