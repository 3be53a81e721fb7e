"""The notification centre: what one person was told, in words made of what they may see now, newest first by day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import User
from activities import entries
from activities.models import Activity
from activities.timeline import day_text
from crm import moments, topics
from crm.errors import BadInput
from crm.keyset import Position, beyond, moment_position
from crm.models import Event, Record
from crm.related import Related
from notifications.choosing import Attending
from notifications.delivering import seen_rows
from notifications.forms import CentreFilter
from notifications.models import Attention, Notification, NotificationQuerySet, Subscription
from notifications.notices import BY_KIND

PAGE = 30
#: so many at once, where somebody has come far down
MOST = 300
MOST_FOLLOWED = 100
#: where records are that somebody was told of together
_LISTS = {"leads.lead": "leads:index", "deals.deal": "deals:list", "procrastinate.procrastinatejob": "queue:index"}


@dataclass(frozen=True)
class Line:
    """A notification for the screen. `url` is empty where one may not go, or there is nowhere to go to; `by` is who
    did it, where the text does not say so."""

    row: Notification
    text: str
    icon: str
    by: str
    shown: moments.Shown
    url: str
    is_seen: bool
    #: a reminder of what is done, deleted, or due at another time by now
    is_over: bool

    @property
    def is_unread(self) -> bool:
        return self.row.read_at is None


@dataclass(frozen=True)
class Day:
    label: str
    lines: list[Line]


class Centre:
    """A page of somebody's notifications."""

    def __init__(self, user: User, query: QueryDict) -> None:
        form = CentreFilter(query)
        if not form.is_valid():
            raise BadInput(_("These notifications cannot be shown. Go to the newest ones."))
        self.user = user
        self.show: str = form.cleaned_data["show"]
        self.position = moment_position(form.cleaned_data["before"])
        self.upto = moment_position(form.cleaned_data["upto"])
        self.url = reverse("notifications:index")

    @property
    def rows(self) -> NotificationQuerySet:
        rows = Notification.objects.visible_to(self.user)
        return rows.unread() if self.show == "unread" else rows

    @cached_property
    def _page(self) -> list[Notification]:
        rows = self.rows.order_by("-at", "-pk")
        if self.position:
            rows = rows.filter(beyond(self.position, "at"))
        return list(rows[: self._size + 1])

    @cached_property
    def _size(self) -> int:
        """As many as there were, where older ones had been loaded."""
        if not self.upto:
            return PAGE
        newer = self.rows.filter(beyond(self.upto, "at", back=True))[:MOST].count()
        return min(max(PAGE, newer + 1), MOST)

    @cached_property
    def days(self) -> list[Day]:
        """The first label is empty where the page before ended on the same day."""
        before = timezone.localtime(self.position.value).date() if self.position else None
        lines = lines_of(self._page[: self._size], self.user)
        found = groupby(lines, key=lambda line: timezone.localtime(line.row.at).date())
        return [Day("" if day == before else day_text(day), list(rows)) for day, rows in found]

    @cached_property
    def older_url(self) -> str:
        return self.url_with(before=self.last) if len(self._page) > self._size else ""

    @property
    def last(self) -> str:
        """The place of the last one on this page."""
        rows = self._page[: self._size]
        return Position(rows[-1].at, rows[-1].pk, 0).encode() if rows else ""

    def url_with(self, **changes: str) -> str:
        given = {"show": self.show} | changes
        query = urlencode({name: value for name, value in given.items() if value})
        return f"{self.url}?{query}" if query else self.url

    @property
    def here_url(self) -> str:
        return self.url_with()

    @property
    def filters(self) -> list[tuple[Any, str, bool]]:
        """Label, URL and whether it is the present one."""
        names = [("", _("All")), ("unread", _("Unread"))]
        return [(label, self.url_with(show=name), name == self.show) for name, label in names]

    @property
    def topic(self) -> str:
        return topics.of_user(self.user.pk)

    @property
    def unread(self) -> int:
        """Counted with the user of the session."""
        return self.user.unread

    @property
    def is_filtered(self) -> bool:
        return bool(self.show)


# Words


def lines_of(rows: Sequence[Notification], user: User) -> list[Line]:
    """What they say to `user` now: of a record that they no longer see, only that there was something."""
    records = _records(rows, user)
    Related(user).give((rows, ["event", "actor"]))
    return [_line(row, records.get((row.subject_type, row.subject_id)), user) for row in rows]


def _records(rows: Iterable[Notification | Subscription], user: User) -> dict[tuple[str, int], Any]:
    """The records that the user sees, by type and id: a query for each type."""
    asked: defaultdict[str, set[int]] = defaultdict(set)
    for row in rows:
        asked[row.subject_type].add(row.subject_id)
    return {(label, row.pk): row for label, ids in asked.items() for row in seen_rows(user, label, ids)}


def _line(row: Notification, record: Any, user: User) -> Line:
    notice = BY_KIND.get(row.kind)
    entry = _entry(row, record, user)
    icon = entry.icon if entry else notice.icon if notice else "info"
    says_who = notice is None or notice.names_actor or bool(row.data.get("count"))
    by = str(row.actor or "") if record is not None and not says_who else ""
    text, url = text_of(row, record, entry), _url(row, record)
    seen, over = record is not None, _is_over(row, record)
    return Line(row, text, icon, by, moments.shown(row.at), url, seen, over)


def _entry(row: Notification, record: Any, user: User) -> entries.Entry | None:
    """The event as the timeline shows it, of a notice that says it in the same words."""
    notice = BY_KIND.get(row.kind)
    if notice is None or record is None or row.event is None or not notice.says_what:
        return None
    return entries.event_entry(row.event, user, record)


def _is_over(row: Notification, record: Any) -> bool:
    if row.kind != "reminder" or not isinstance(record, Activity):
        return False
    return bool(record.done_at or record.deleted_at) or record.due_at != parse_datetime(row.data["due"])


def _url(row: Notification, record: Any) -> str:
    if record is not None and row.data.get("count"):
        return reverse(_LISTS[row.subject_type])
    if isinstance(record, ProcrastinateJob):
        return reverse("queue:detail", args=[record.pk])
    if record is None or getattr(record, "deleted_at", None) or not hasattr(record, "get_absolute_url"):
        return ""
    return str(record.get_absolute_url())


def text_of(row: Notification, record: Any, entry: entries.Entry | None) -> str:
    """The sentence; `record` is None when the user does not see it."""
    notice = BY_KIND.get(row.kind)
    if record is None or notice is None:
        return _("Something about a record that you no longer see")
    if count := int(row.data.get("count", 0)):
        return _many(row, count)
    if row.event and row.event.kind == "user.deactivated":
        return _taken_over(row.event, row.actor, record)
    facts = {
        "actor": str(row.actor or _("Somebody")),
        "record": named(record),
        "what": _what(entry, record) if row.event else "",
        "due": _due(row.data.get("due", "")),
        "task": (row.event.data if row.event else {}).get("task", ""),
    }
    return capfirst(str(notice.says) % facts)


def named(record: Any) -> str:
    """Such as: deal “Forty lanterns”, or call “Ask for the size”."""
    noun = record.get_kind_display() if isinstance(record, Activity) else record._meta.verbose_name
    return _("%(noun)s “%(name)s”") % {"noun": str(noun).lower(), "name": record}


def _many(row: Notification, count: int) -> str:
    """Of records to which something happened together."""
    match row.event.kind if row.event else "":
        case "deal.won":
            says = ngettext("%(actor)s won %(count)s deal", "%(actor)s won %(count)s deals", count)
        case "deal.lost":
            says = ngettext("%(actor)s lost %(count)s deal", "%(actor)s lost %(count)s deals", count)
        case "deal.assigned":
            says = ngettext("%(actor)s gave you %(count)s deal", "%(actor)s gave you %(count)s deals", count)
        case "job.died":
            one, many = "A background job has stopped for good", "%(count)s background jobs have stopped for good"
            says = ngettext(one, many, count)
        case _:
            says = ngettext("%(actor)s gave you %(count)s lead", "%(actor)s gave you %(count)s leads", count)
    return says % {"actor": row.actor or _("Somebody"), "count": count}


def _taken_over(event: Event, actor: User | None, leaver: User) -> str:
    """Such as: Ada Admin gave you what Alice Owner had: 1 deal, 3 leads."""
    models = {apps.get_model(label): count for label, count in event.data["moved"].items()}
    found = ((model._meta, count) for model, count in models.items() if issubclass(model, Record))
    what = sorted(f"{count} {meta.verbose_name if count == 1 else meta.verbose_name_plural}" for meta, count in found)
    facts = {"actor": actor or _("Somebody"), "name": leaver, "what": ", ".join(what)}
    return _("%(actor)s gave you what %(name)s had: %(what)s") % facts


def _what(entry: entries.Entry | None, record: Any) -> str:
    """In the words of the timeline, which is about one record and so does not always name it."""
    what = entry.title if entry else _("Changed")
    return what if str(record) in what else _("%(what)s (%(record)s)") % {"what": what, "record": named(record)}


def _due(text: str) -> str:
    """The hour alone when it is today."""
    at = parse_datetime(text) if text else None
    if at is None:
        return text
    local = timezone.localtime(at)
    return str(formats.time_format(local.time())) if local.date() == timezone.localdate() else moments.shown(at).when


# Reading


def read(rows: NotificationQuerySet, user: User, at: dt.datetime) -> int:
    """Mark these as read; how many were not yet. The bell hears of it in every tab."""
    with transaction.atomic():
        count = rows.unread().update(read_at=at)
        topics.publish(topics.of_user(user.pk))
    return count


def unread(rows: NotificationQuerySet, user: User) -> None:
    with transaction.atomic():
        rows.update(read_at=None)
        topics.publish(topics.of_user(user.pk))


@dataclass(frozen=True)
class Followed:
    """A record that somebody follows or has muted, for the screen."""

    name: str
    url: str
    is_muted: bool
    attention_url: str


def followed_by(user: User) -> list[Followed]:
    """The newest first; what one sees no longer is not named, nor what was deleted: its page is gone."""
    rows = list(Subscription.objects.visible_to(user).order_by("-at")[:MOST_FOLLOWED])
    records = _records(rows, user)
    found = ((row, records.get((row.subject_type, row.subject_id))) for row in rows)
    return [
        Followed(
            named(record), record.get_absolute_url(), row.attention == Attention.MUTED, Attending(record, user).url
        )
        for row, record in found
        if record is not None and record.deleted_at is None
    ]


def forget_old(now: dt.datetime, days: int) -> None:
    """Read ones after `days`, unread ones after twice as many."""
    Notification.objects.filter(at__lt=now - dt.timedelta(days=days), read_at__isnull=False).delete()
    Notification.objects.filter(at__lt=now - dt.timedelta(days=2 * days)).delete()
