"""What was news until something took it back: whoever has not read it yet need not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from crm import topics
from crm.models import Event
from notifications.models import Notification

CLOSED = ("deal.won", "deal.lost")


def read_overtaken(events: Iterable[Event], now: dt.datetime) -> None:
    """Mark as read what was told of deals that were closed and are open again. What tells of many together stays."""
    for event in events:
        if event.kind == "deal.reopened":
            closed = Event.objects.filter(
                subject_type=event.subject_type, subject_id=event.subject_id, kind__in=CLOSED, pk__lt=event.pk
            )
            rows = Notification.objects.filter(event__in=closed, read_at=None).exclude(data__has_key="count")
            _read(list(rows.order_by("user", "pk").values_list("pk", "user")), now)


def _read(rows: list[tuple[int, int]], now: dt.datetime) -> None:
    """The bells hear of it."""
    if rows:
        with transaction.atomic():
            Notification.objects.filter(pk__in=[pk for pk, _user in rows], read_at=None).update(read_at=now)
            topics.publish(*{topics.of_user(user) for _pk, user in rows})
