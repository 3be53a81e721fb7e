"""The browsers that show somebody's notifications while no page of Rapport is open in them.

Each belongs to the session in which it was allowed, and goes with it: whoever signs out, is signed out from elsewhere,
changes their password or is deactivated is shown nothing any more, in a browser that may be somebody else's by then.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from crm import webpush
from crm.live_session import signed_in
from notifications import jobs
from notifications.models import PushSubscription

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.sessions.backends.base import SessionBase

    from notifications.models import Notification, PushSubscriptionQuerySet

#: of one person; of more, those that were kept longest ago go
MOST = 10
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Vivaldi/": "Vivaldi",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrome/": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def is_service(host: str) -> bool:
    """Whether it is one of the push services that may be asked."""
    return any(host == name or (name[:1] == "." and host.endswith(name)) for name in settings.WEBPUSH_SERVICES)


def named(user_agent: str) -> str:
    """Such as "Firefox on Linux": by which a person knows one of their browsers."""
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), _("A browser"))
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), "")
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system} if system else browser


def of(user: User) -> PushSubscriptionQuerySet:
    """All of one person, the newest first."""
    return PushSubscription.objects.visible_to(user).newest()


def keep(user: User, session: SessionBase, *, endpoint: str, p256dh: str, auth: str, browser: str) -> None:
    """This browser shows what `user` is told, and nobody else's any more. Kept again, nothing changes."""
    values = {"p256dh": p256dh, "auth": auth, "browser": browser, "server_key": webpush.public_key()}
    here, same = Q(session=session.session_key), Q(endpoint=endpoint, user=user)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        PushSubscription.objects.filter(here | Q(endpoint=endpoint)).exclude(same).delete()
        PushSubscription.objects.update_or_create(
            endpoint=endpoint, user=user, defaults=values | {"session_id": session.session_key}
        )
        PushSubscription.objects.filter(pk__in=[row.pk for row in of(user)[MOST:]]).delete()


def leave(user: User, endpoint: str) -> None:
    """What `user` is told is no longer shown there."""
    PushSubscription.objects.visible_to(user).filter(endpoint=endpoint).delete()


def reader_of(kept: PushSubscription) -> User | None:
    """Who would read there now; None when nobody may, and then it is forgotten."""
    user = signed_in(kept.session_id) if kept.server_key == webpush.public_key() else None
    if user is not None and user.pk == kept.user_id:
        return user
    kept.delete()
    return None


def push_later(told: Sequence[Notification]) -> None:
    """Have these shown in all browsers of their users, once the caller's transaction is committed."""
    kept = PushSubscription.objects.filter(user__in={row.user_id for row in told}).order_by("pk")
    mine = defaultdict(list)
    for user, pk in kept.values_list("user", "pk"):
        mine[user].append(pk)
    jobs.push_later([(row.pk, pk) for row in told for pk in mine[row.user_id]])


def forget_unused(now: dt.datetime) -> None:
    """Those of sessions that have run out, and of people who have left."""
    PushSubscription.objects.filter(Q(session__expire_date__lt=now) | Q(user__is_active=False)).delete()
