"""The daily digest: posted once on each local day, at the hour that its reader chose."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from crm import outbox
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
    last = quiet.on_the_wall(today, ways.delivery.digest_at, zone)
    kinds = letters.digested_kinds(ways)
    if now < last or ways.delivery.digest_on == today or not kinds:
        return False
    first = _begins(ways.delivery, today, zone, last)
    with transaction.atomic():
        Delivery.objects.get_or_create(user_id=user.pk)
        if not Delivery.objects.filter(user_id=user.pk).exclude(digest_on=today).update(digest_on=today):
            return False
        if not letters.digested(user, kinds).filter(at__gt=first, at__lte=last).exists():
            return False
        at = quiet.end_of_quiet(now, ways.delivery, user)
        outbox.post("notifications.digest", to=user, at=at, kinds=kinds, last=last, **begins)
    return True


def _begins(delivery: Delivery, today: dt.date, zone: dt.tzinfo, last: dt.datetime) -> dt.datetime:
    """Where the one before ended; a day before when there was none."""
    before = delivery.digest_on or today - quiet.DAY
    return max(quiet.on_the_wall(before, delivery.digest_at, zone), last - REACHES_BACK)
