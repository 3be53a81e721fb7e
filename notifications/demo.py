"""What the people of the demo have heard of the week's work, and the deals that they follow."""

from __future__ import annotations

import datetime as dt
from itertools import groupby

from django.apps import apps
from django.db import models
from django.utils import timezone

from accounts.models import User
from crm.access import visible
from crm.models import Event
from crm.seeding import Plan
from notifications import delivering
from notifications.models import Attention, Notification, Subscription
from notifications.notices import HEARD
from notifications.ways import ways_of

AFTER = "deals"
#: what is older is history, and of a large installation the newest are enough
HEARD_FOR = dt.timedelta(days=14)
MOST = 2_000
#: the newest that wait to be read, at most
UNREAD = 3
FOLLOWED_BY_EACH = 3
DEAL, FOLLOWED = "deals.deal", Attention.FOLLOWED


def seed(plan: Plan) -> None:
    """Written as if each had been told when it happened; nobody gets a letter of it."""
    now = timezone.now()
    plan.say(f"{_follow(plan)} deals followed")
    events = Event.objects.filter(kind__in=HEARD, at__gt=now - HEARD_FOR).order_by("-at")[:MOST]
    users = list(User.objects.active())
    written = delivering.write(delivering.news_of(events), ways_of(users), now)
    Notification.objects.filter(pk__in=_read(written)).update(read_at=models.F("at") + dt.timedelta(minutes=1))
    plan.say(f"{len(written)} notifications written")


def _follow(plan: Plan) -> int:
    """Everybody follows some of the open deals that they see."""
    rows: list[Subscription] = []
    for user in User.objects.owners().order_by("email"):
        deals = visible(apps.get_model(DEAL), user).filter(deleted_at=None, status="open")
        seen = list(deals.order_by("pk").values_list("pk", flat=True)[:MOST])
        chosen = plan.rng.sample(seen, min(FOLLOWED_BY_EACH, len(seen)))
        rows += [
            Subscription(user=user, subject_type=DEAL, subject_id=pk, attention=Attention.FOLLOWED) for pk in chosen
        ]
    return len(Subscription.objects.bulk_create(rows))


def _read(written: list[Notification]) -> list[int]:
    """All but the newest of each person."""
    rows = sorted(written, key=lambda row: (row.user_id, row.at, row.pk))
    each = (list(own) for _user, own in groupby(rows, key=lambda row: row.user_id))
    return [row.pk for own in each for row in own[:-UNREAD]]
