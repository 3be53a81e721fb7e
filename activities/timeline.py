"""What happened with a customer: notes and events in one line of time, newest first, a page at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import F, Q, QuerySet, Value
from django.http import QueryDict
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from activities.forms import TimelineFilter
from activities.models import Activity
from activities.words import words_for
from crm import moments
from crm.access import AccessQuerySet, hidden_fields, visible
from crm.errors import BadInput
from crm.keyset import Position, RowComparison
from crm.models import Event

if TYPE_CHECKING:
    from accounts.models import User

PAGE = 20
#: The notes themselves tell what these would.
_TOLD_BY_NOTES = ("activity.created", "activity.changed")
WRITERS = frozenset({"admin", "manager", "sales", "agent"})


def may_write(user: User) -> bool:
    """Whoever works with customers writes notes about those they see; analysts read."""
    return user.effective_role in WRITERS


@dataclass(frozen=True)
class Entry:
    """One line. `note` when it is somebody's own words, which their author may change."""

    key: str
    icon: str
    title: str
    at: dt.datetime
    shown: moments.Shown
    who: str = ""
    tone: str = ""
    text: str = ""
    url: str = ""
    note: Activity | None = None
    may_edit: bool = False
    edited: bool = False


@dataclass(frozen=True)
class Day:
    label: str
    entries: list[Entry]


class Timeline:
    """The timeline of one customer, for a user who may see that customer. The caller has checked that."""

    def __init__(self, customer_id: int, user: User, query: QueryDict, *, url: str, topic: str) -> None:
        self.customer_id, self.user, self.url, self.topic = customer_id, user, url, topic
        form = TimelineFilter(query)
        if not form.is_valid():
            raise BadInput(_("This part of the timeline is not known."))
        self.show: str = form.cleaned_data["show"]
        self.position = _read(form.cleaned_data["before"])

    @property
    def filters(self) -> list[tuple[str, str, bool]]:
        """Label, URL and whether it is the present one."""
        names = (("", _("All")), ("notes", _("Notes")), ("changes", _("Changes")))
        return [(label, self._url(show=name), name == self.show) for name, label in names]

    @property
    def here_url(self) -> str:
        """The newest page of what is shown."""
        return self._url(show=self.show)

    def _url(self, **query: str) -> str:
        given = {name: value for name, value in query.items() if value}
        return f"{self.url}?{urlencode(given)}" if given else self.url

    @cached_property
    def days(self) -> list[Day]:
        """The entries by local day; the first label is empty where the page before ended on the same day."""
        shown = timezone.localtime(self.position[0].value).date() if self.position else None
        found = []
        for day, entries in groupby(self._entries, key=lambda entry: timezone.localtime(entry.at).date()):
            found.append(Day("" if day == shown else _day(day), list(entries)))
        return found

    @cached_property
    def older_url(self) -> str:
        rows, more = self._page
        if not more:
            return ""
        at, rank, pk = _place(rows[-1])
        return self._url(show=self.show, before=f"{rank}{Position(at, pk, 0).encode()}")

    @cached_property
    def _entries(self) -> list[Entry]:
        return [entry for row in self._page[0] if (entry := self._entry(row))]

    @cached_property
    def _page(self) -> tuple[list[Activity | Event], bool]:
        rows: list[Activity | Event] = []
        if self.show != "changes":
            rows += self._before(self._notes(), "done_at", rank=1)[: PAGE + 1]
        if self.show != "notes":
            rows += self._before(self._events(), "at", rank=0)[: PAGE + 1]
        rows.sort(key=_place, reverse=True)
        return rows[:PAGE], len(rows) > PAGE

    def _notes(self) -> QuerySet[Activity]:
        return Activity.objects.filter(customer=self.customer_id).select_related("created_by")

    def _events(self) -> QuerySet[Event]:
        rows = Event.objects.filter(customer=self.customer_id, subject_type__in=subjects_seen_by(self.user))
        return rows.exclude(kind__in=_TOLD_BY_NOTES).select_related("actor")

    def _before(self, rows: QuerySet[Any], moment: str, *, rank: int) -> QuerySet[Any]:
        """Rows behind the position in the order (moment, rank, id), newest first."""
        if self.position:
            place, ranked = self.position
            at = Value(place.value, models.DateTimeField())
            if rank == ranked:
                right = [at, Value(place.pk, models.BigIntegerField())]
                rows = rows.filter(RowComparison([F(moment), F("pk")], "<", right))
            else:
                rows = rows.filter(Q(**{f"{moment}__lte" if rank < ranked else f"{moment}__lt": place.value}))
        return rows.order_by(f"-{moment}", "-pk")

    # Entries

    def _entry(self, row: Activity | Event) -> Entry | None:
        return note_entry(row, self.user) if isinstance(row, Activity) else self._event_entry(row)

    def _event_entry(self, event: Event) -> Entry | None:
        words = words_for(event.kind)
        changed = event.data.get("fields")
        labels = list(_labels(event, changed, self.user)) if changed else []
        if changed and not labels:
            return None  # all that changed is hidden from this user
        return Entry(
            key=f"event-{event.pk}",
            icon=words.icon,
            title=words.say(event.data.get("number", ""), labels),
            at=event.at,
            who=str(event.actor or ""),
            tone=words.tone,
            text=", ".join(labels) if not words.names_fields else "",
            url=reverse(words.page, args=[event.subject_id]) if words.page else "",
            shown=moments.shown(event.at),
        )


def note_entry(note: Activity, user: User) -> Entry:
    """One note, as its timeline shows it."""
    return Entry(
        key=f"note-{note.pk}",
        icon="sticky-note",
        title=_("Note"),
        at=note.done_at or note.created_at,
        who=str(note.created_by),
        tone="accent",
        text=note.body,
        note=note,
        may_edit=user.effective_role == "admin" or (note.created_by_id == user.pk and may_write(user)),
        edited=note.version > 1,
        shown=moments.shown(note.done_at or note.created_at),
    )


def subjects_seen_by(user: User) -> list[str]:
    """The kinds of records whose events may be told to `user`: those of which they see any."""
    if not user.effective_role:
        return []
    return [model._meta.label_lower for model in _models_of_customers() if _sees(model, user)]


@cache
def _models_of_customers() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if _of_customers(model)]


def _of_customers(model: type[models.Model]) -> bool:
    if not isinstance(model._default_manager.all(), AccessQuerySet):
        return False
    if model._meta.label == "customers.Customer":
        return True
    try:
        return bool(model._meta.get_field("customer"))
    except FieldDoesNotExist:
        return False


def _sees(model: type[models.Model], user: User) -> bool:
    return not visible(model, user).query.is_empty()


def _labels(event: Event, names: list[str], user: User) -> Iterator[str]:
    """The changed fields in words, without those that are hidden from the user."""
    model = apps.get_model(event.subject_type)
    hidden = hidden_fields(model, user)
    for name in names:
        if name in hidden:
            continue
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        plural = field.related_model._meta.verbose_name_plural if field.auto_created and field.related_model else ""
        words = str(plural or getattr(field, "verbose_name", name))
        yield words[:1].upper() + words[1:]


def _place(row: Activity | Event) -> tuple[dt.datetime, int, int]:
    return (row.done_at or row.created_at, 1, row.pk) if isinstance(row, Activity) else (row.at, 0, row.pk)


def _read(token: str) -> tuple[Position, int] | None:
    """A position and the rank of its row: "0…" an event, "1…" a note."""
    if not token:
        return None
    position = Position.decode(token[1:], models.DateTimeField())
    at = position.value
    if (
        token[0] not in "01"
        or not isinstance(at, dt.datetime)
        or timezone.is_naive(at)
        or not moments.is_of_this_era(at)
    ):
        raise BadInput(_("This part of the timeline is not known."))
    return position, int(token[0])


def _day(day: dt.date) -> str:
    today = timezone.localdate()
    if day == today:
        return _("Today")
    if day == today - dt.timedelta(days=1):
        return _("Yesterday")
    return formats.date_format(day, "l, j F" if day.year == today.year else "j F Y")
