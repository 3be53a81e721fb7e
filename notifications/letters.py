"""Notifications by e-mail: each at once, or what is unread once a day. What they say is made when they are sent, of
what their reader may see then."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from activities.models import Activity
from crm.deleted import all_rows
from crm.letters import from_templates
from crm.models import Mail
from crm.outbox import Letter, letter
from notifications import centre, quiet
from notifications.models import Mailed, Notification, NotificationQuerySet
from notifications.notices import BY_KIND
from notifications.ways import Ways

UNSUBSCRIBE_SALT = "notifications.unsubscribe"
#: the longest digest; the rest is in the centre
MOST = 50
EXAMPLE = gettext_lazy("Alex Example gave you the deal “Forty lanterns”")


def _no_facts(user: User) -> dict[str, Any]:
    return {}


@letter("notifications.notice", label=gettext_lazy("Notification"), sample=_no_facts)
def notice(mail: Mail) -> Letter | None:
    """None when it has been read meanwhile, its reader does not see the record any more, or nothing is due any more."""
    user = _reader(mail)
    if mail.is_sample:
        return _notice(user, str(EXAMPLE), "")
    row = Notification.objects.filter(pk=mail.arguments["notification"], user=user, read_at=None).first()
    if row is None:
        return None
    with timezone.override(quiet.zone_of(user)):
        (line,) = centre.lines_of([row], user)
    if not line.is_seen or line.is_over:
        return None
    letter = _notice(user, line.text, line.url)
    return replace(letter, listed=str(BY_KIND[row.kind].label)) if _is_personal(row) else letter


def _is_personal(row: Notification) -> bool:
    """About a plan of somebody's own, which admins do not see either."""
    nothing = Q(deal=None, lead=None, customer=None)
    return (
        row.subject_type == Activity._meta.label_lower
        and all_rows(Activity).filter(nothing, pk=row.subject_id).exists()
    )


def _notice(user: User, text: str, url: str) -> Letter:
    link = settings.SITE_URL + (url or reverse("notifications:index"))
    return from_templates("notifications/notice", subject=text, user=user, what=text, link=link, ways=_ways_url())


@letter("notifications.digest", label=gettext_lazy("Daily digest"), sample=_no_facts)
def digest(mail: Mail) -> Letter | None:
    """None when all of it has been read meanwhile."""
    user = _reader(mail)
    if mail.is_sample:
        return _digest(user, [(str(EXAMPLE), "")], 1, way_out="example")
    facts = mail.arguments
    rows = digested(user, facts["kinds"], facts["first"], facts["after"]).filter(pk__lte=facts["upto"])
    with timezone.override(quiet.zone_of(user)):
        found = centre.lines_of(list(rows.order_by("-at", "-pk")[:MOST]), user)
    lines = [
        (line.text, settings.SITE_URL + line.url if line.url else "")
        for line in found
        if line.is_seen and not line.is_over
    ]
    count = rows.count() - len(found) + len(lines)
    return _digest(user, lines, count, way_out=token_of(user)) if lines else None


def _digest(user: User, lines: list[tuple[str, str]], count: int, *, way_out: str) -> Letter:
    one, many = "%(count)s thing happened that you have not seen", "%(count)s things happened that you have not seen"
    says = ngettext(one, many, count)
    leave = f"{settings.SITE_URL}{reverse('notifications:unsubscribe', args=[way_out])}"
    return from_templates(
        "notifications/digest",
        subject=says % {"count": count},
        headers={"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        user=user,
        lines=lines,
        more=count - len(lines),
        link=settings.SITE_URL + reverse("notifications:index"),
        ways=_ways_url(),
        leave=leave,
    )


def digested(user: User, kinds: list[str], first: str, after: int) -> NotificationQuerySet:
    """What is unread, of the kinds that go into the digest, since a moment and behind another notification."""
    rows = NotificationQuerySet(Notification).filter(user=user, kind__in=kinds).unread()
    return rows.filter(at__gt=dt.datetime.fromisoformat(first), pk__gt=after)


def digested_kinds(ways: Ways) -> list[str]:
    return [kind for kind in BY_KIND if ways.of(kind).email == Mailed.DIGEST]


def token_of(user: User) -> str:
    """With which the digest can be left without signing in; it does nothing else."""
    return str(signing.dumps(user.pk, salt=UNSUBSCRIBE_SALT))


def reader_of(token: str) -> User | None:
    """Whose token it is; None when somebody made it up."""
    try:
        pk = signing.loads(token, salt=UNSUBSCRIBE_SALT)
    except signing.BadSignature:
        return None
    return User.objects.get_queryset().filter(pk=pk).first()


def _reader(mail: Mail) -> User:
    user = mail.user
    assert isinstance(user, User)  # noqa: S101 - notifications go to users alone
    return user


def _ways_url() -> str:
    return f"{settings.SITE_URL}{reverse('notifications:settings')}"
