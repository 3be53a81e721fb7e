"""Who looks at a record at this moment: each open page says so again and again, and reads who else does."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import connection, transaction

from accounts.models import User
from crm import topics
from notifications.models import Presence

if TYPE_CHECKING:
    from crm.models import Record

#: seconds between two signs of a page, and after how many without one somebody has gone
SIGN_EVERY = 25
GONE_AFTER = dt.timedelta(seconds=40)
KEPT_FOR = dt.timedelta(days=1)


def look_at(record: Record, user: User, now: dt.datetime) -> list[User]:
    """Say that `user` is there; the others who are, by name. Those hear of somebody new at once."""
    label = record._meta.label_lower
    with transaction.atomic():
        if _sign(label, record.pk, user, now):
            topics.publish(topics.of_presence(record))
        there = Presence.objects.filter(subject_type=label, subject_id=record.pk, at__gt=now - GONE_AFTER)
        return list(
            User.objects.active().filter(pk__in=there.values("user")).exclude(pk=user.pk).order_by("name", "pk")
        )


def _sign(label: str, pk: int, user: User, now: dt.datetime) -> bool:
    """Whether the user was not there before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH before AS (SELECT at FROM notifications_presence"
            " WHERE user_id = %(user)s AND subject_type = %(label)s AND subject_id = %(pk)s)"
            " INSERT INTO notifications_presence (user_id, subject_type, subject_id, at)"
            " VALUES (%(user)s, %(label)s, %(pk)s, %(now)s)"
            " ON CONFLICT (user_id, subject_type, subject_id) DO UPDATE SET at = excluded.at"
            " RETURNING coalesce((SELECT at FROM before) < %(gone)s, true)",
            {"user": user.pk, "label": label, "pk": pk, "now": now, "gone": now - GONE_AFTER},
        )
        return bool(cursor.fetchone()[0])


def forget(now: dt.datetime) -> None:
    """Those who have gone long ago."""
    Presence.objects.filter(at__lt=now - KEPT_FOR).delete()
