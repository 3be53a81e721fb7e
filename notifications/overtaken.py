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
    reopened = {event.subject_id: event.pk for event in events if event.kind == "deal.reopened"}
    if not reopened:
        return
    rows = Notification.objects.filter(
        event__kind__in=CLOSED, event__subject_type="deals.deal", event__subject_id__in=reopened, read_at=None
    ).exclude(data__has_key="count")
    found = rows.order_by("user", "pk").values_list("pk", "user", "event", "event__subject_id")
    _read([(pk, user) for pk, user, event, deal in found if event < reopened[deal]], now)


def _read(rows: list[tuple[int, int]], now: dt.datetime) -> None:
    """The bells hear of it."""
    if rows:
        with transaction.atomic():
            Notification.objects.filter(pk__in=[pk for pk, _user in rows], read_at=None).update(read_at=now)
            topics.publish(*{topics.of_user(user) for _pk, user in rows})
