"""What a browser shows on the screen: unread, just told, of the kinds that somebody wants to be shown, not at night."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Max

from notifications import centre, delivering, quiet
from notifications.models import Notification
from notifications.notices import BY_KIND
from notifications.ways import ways_of

if TYPE_CHECKING:
    from accounts.models import User
    from notifications.centre import Line
    from notifications.models import NotificationQuerySet

#: what was told longer ago waits in the centre
FRESH_FOR = dt.timedelta(minutes=10)
MOST = 5


def news_of(user: User, after: int | None, now: dt.datetime) -> list[Line]:
    """The oldest first; after None a browser that has shown nothing yet begins with the last minutes."""
    return shown_of(Notification.objects.filter(at__gt=now - FRESH_FOR, pk__gt=after or 0), user, now)


def shown_of(rows: NotificationQuerySet, user: User, now: dt.datetime) -> list[Line]:
    """Those of `rows` that may be on the screen of `user` now, whichever way they get there."""
    ways = ways_of([user])[user.pk]
    if quiet.end_of_quiet(now, ways.delivery, user) > now:
        return []
    kinds = [kind for kind in BY_KIND if ways.of(kind).push]
    found = list(rows.filter(user=user, kind__in=kinds).unread().order_by("-pk")[:MOST])
    muted = delivering.muted_of({(row.subject_type, row.subject_id) for row in found})
    heard = [row for row in found[::-1] if (user.pk, row.subject_type, row.subject_id) not in muted]
    return [line for line in centre.lines_of(heard, user) if line.is_seen and not line.is_over]


def newest_of(user: User) -> int:
    """The number of the last one that the user was told."""
    return Notification.objects.filter(user=user).aggregate(newest=Max("pk"))["newest"] or 0
