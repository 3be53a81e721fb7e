"""The daily digest: posted once on each local day, at the hour that its reader chose."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from crm import outbox
from crm.models import Mail
from notifications import letters, quiet
from notifications.models import Delivery, Notification
from notifications.ways import Ways, ways_of

#: after a longer pause the rest is in the centre alone
REACHES_BACK = dt.timedelta(days=7)


def post_digests(now: dt.datetime) -> int:
    """Post the digests whose hour has come; how many. Run twice or by two at once, each is posted once."""
    unread = Notification.objects.unread().filter(at__gt=now - REACHES_BACK)
    users = User.objects.active().filter(pk__in=unread.values("user"))
    people = {user.pk: user for user in users}
    ways = ways_of(people.values())
    return sum(_post(people[pk], ways[pk], now) for pk in sorted(people))


def _post(user: User, ways: Ways, now: dt.datetime) -> bool:
    zone = quiet.zone_of(user)
    today = now.astimezone(zone).date()
    kinds = letters.digested_kinds(ways)
    is_early = now < quiet.on_the_wall(today, ways.delivery.digest_at, zone)
    if is_early or ways.delivery.digest_on == today or not kinds:
        return False
    with transaction.atomic():
        Delivery.objects.get_or_create(user_id=user.pk)
        if not Delivery.objects.filter(user_id=user.pk).exclude(digest_on=today).update(digest_on=today):
            return False
        begins: dict[str, Any] = {"first": (now - _reach(ways.delivery)).isoformat(), "after": _told_before(user)}
        upto = letters.digested(user, kinds, **begins).aggregate(last=Max("pk"))["last"]
        if upto is None:
            return False
        at = quiet.end_of_quiet(now, ways.delivery, user)
        outbox.post("notifications.digest", to=user, at=at, kinds=kinds, upto=upto, **begins)
    return True


def _reach(delivery: Delivery) -> dt.timedelta:
    """The first one tells of a day."""
    return REACHES_BACK if delivery.digest_on else quiet.DAY


def _told_before(user: User) -> int:
    """The number of the last notification that was in a digest: their hours may change from day to day, and what a
    busy worker tells late has happened before the last one was posted."""
    before = Mail.objects.filter(user=user, kind="notifications.digest").order_by("-pk").first()
    return int(before.arguments.get("upto", 0)) if before else 0
