"""What happened with a record: activities and events in one line of time, newest first, a page at a time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from activities import entries
from activities.composer_forms import TimelineFilter
from activities.entries import Entry
from activities.models import Activity, ActivityQuerySet, Attachment, Kind
from activities.story import Story
from crm import topics
from crm.errors import BadInput
from crm.keyset import Position, beyond, moment_position
from crm.models import Event

if TYPE_CHECKING:
    pass

PAGE = 20
#: so many pinned activities are on top
PINS = 10
KINDS = {
    "notes": Kind.NOTE,
    "calls": Kind.CALL,
    "meetings": Kind.MEETING,
    "emails": Kind.EMAIL,
    "tasks": Kind.TASK,
}
#: the order of rows of one moment
EVENT, FILE, ACTIVITY = range(3)
Row = Activity | Attachment | Event


@dataclass(frozen=True)
class Day:
    label: str
    entries: list[Entry]


class Timeline:
    """The timeline of one record, for a user who may see that record. The caller has checked that."""

    def __init__(self, story: Story, query: QueryDict, *, url: str, planned: ActivityQuerySet | None = None) -> None:
        """`planned` are rows to be fetched by the way, for `planned_rows`: a page asks for all activities at once."""
        self.story, self.subject, self.user = story, story.subject, story.user
        self.url, self.topic, self._planned = url, topics.topic(self.subject), planned
        form = TimelineFilter(query)
        form.fields["show"].choices = [(name, name) for name, _label in self._names()]  # type: ignore[attr-defined]  # a choice field
        if not form.is_valid():
            raise BadInput(_("This part of the timeline is not known."))
        self.show: str = form.cleaned_data["show"]
        self.position = _read(form.cleaned_data["before"])

    def _names(self) -> list[tuple[str, str]]:
        return [
            ("", _("All")),
            ("notes", _("Notes")),
            ("calls", _("Calls")),
            ("meetings", _("Meetings")),
            ("emails", _("E-mails")),
            ("tasks", _("Tasks")),
            ("changes", _("Changes")),
            ("files", _("Files")),
        ]

    @property
    def filters(self) -> list[tuple[str, str, bool]]:
        """Label, URL and whether it is the present one."""
        return [(label, self._url(show=name), name == self.show) for name, label in self._names()]

    @property
    def here_url(self) -> str:
        """The newest page of what is shown."""
        return self._url(show=self.show)

    def _url(self, **query: str) -> str:
        given = {name: value for name, value in query.items() if value}
        return f"{self.url}?{urlencode(given)}" if given else self.url

    @property
    def fragment(self) -> str:
        """The template that answers at `url`: an older page, or all of it."""
        return "activities/_days.html" if self.position else "activities/_timeline.html"

    @cached_property
    def pinned(self) -> list[Entry]:
        """On top of the first page."""
        self._prepared  # noqa: B018  what they show is fetched with the rest
        return [self._activity(row) for row in self._pinned_rows]

    @property
    def _pinned_rows(self) -> list[Activity]:
        rows = [row for row in self._activity_rows if row.pinned_at and row.done_at]
        return sorted(rows, key=lambda row: (row.pinned_at, row.pk), reverse=True)

    @property
    def planned_rows(self) -> list[Activity]:
        self._prepared  # noqa: B018  likewise
        return [row for row in self._activity_rows if row.done_at is None]

    @cached_property
    def days(self) -> list[Day]:
        """The entries by local day; the first label is empty where the page before ended on the same day."""
        shown = timezone.localtime(self.position[0].value).date() if self.position else None
        found = []
        for day, rows in groupby(self._entries, key=lambda entry: timezone.localtime(entry.at).date()):
            found.append(Day("" if day == shown else day_text(day), list(rows)))
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
        return [entry for row in self._prepared if (entry := self._entry(row))]

    @cached_property
    def _page(self) -> tuple[list[Row], bool]:
        rows: list[Row] = [row for row in self._activity_rows if row.done_at and not row.pinned_at]
        rows += self._files() + self._events()
        rows.sort(key=_place, reverse=True)
        return rows[:PAGE], len(rows) > PAGE

    @cached_property
    def _prepared(self) -> list[Row]:
        """The rows of the page with all they show, for the pinned and the planned ones too at once."""
        rows, related = self._page[0], self.story.known()
        planned = [row for row in self._activity_rows if row.done_at is None]
        done = [row for row in rows if isinstance(row, Activity)]
        events = [row for row in rows if isinstance(row, Event)]
        files = [row for row in rows if isinstance(row, Attachment)]
        acts = planned + done + self._pinned_rows
        about = entries.nearest([*acts, *files])
        related.give(*about, (acts, entries.PEOPLE), (events, ["actor"]), (files, ["created_by"]))
        entries.mark_shared(acts, self.user)
        entries.prepare(done + self._pinned_rows, related)
        return rows

    @cached_property
    def _activity_rows(self) -> list[Activity]:
        """Of this page, the pinned ones, and those planned: in one query."""
        done = self._activities()
        parts = (
            [] if done is None else [self._before(done.filter(pinned_at=None), "done_at", rank=ACTIVITY)[: PAGE + 1]]
        )
        if done is not None and not self.position:
            parts.append(done.filter(pinned_at__isnull=False).order_by("-pinned_at", "-pk")[:PINS])
        if self._planned is not None:
            parts.append(self._planned)
        return list(parts[0].union(*parts[1:], all=True)) if parts else []

    def _activities(self) -> QuerySet[Activity] | None:
        """Those that are done, of the kind that is asked for."""
        if self.show in {"changes", "files"}:
            return None
        rows = self.story.activities().done()
        return rows.filter(kind=KINDS[self.show]) if self.show else rows

    def _files(self) -> list[Row]:
        if self.show != "files":
            return []
        return list(self._before(self.story.files(), "created_at", rank=FILE)[: PAGE + 1])

    def _events(self) -> list[Row]:
        if self.show not in {"", "changes"}:
            return []
        parts = self.story.events(quiet=bool(self.show))
        found: list[Row] = []
        if self.story.has_unseen_events:
            found += self._seen(self._before(parts.pop(0), "at", rank=EVENT))
        parts = [self._before(part, "at", rank=EVENT)[: PAGE + 1] for part in parts]
        return found + list(parts[0].union(*parts[1:], all=True)) if parts else found

    def _seen(self, events: QuerySet[Event]) -> list[Event]:
        """The first that the user sees. They are read in ever longer runs: most people see most of them."""
        size = 2 * PAGE
        while True:
            run = list(events[:size])
            seen = self.story.seen_of(run)
            found = [event for event in run if event.pk in seen][: PAGE + 1]
            if len(found) > PAGE or len(run) < size:
                return found
            size *= 8

    def _before(self, rows: QuerySet[Any], moment: str, *, rank: int) -> QuerySet[Any]:
        """Rows behind the position in the order (moment, rank, id), newest first."""
        if self.position:
            place, ranked = self.position
            if rank == ranked:
                rows = rows.filter(beyond(place, moment))
            else:
                rows = rows.filter(Q(**{f"{moment}__lte" if rank < ranked else f"{moment}__lt": place.value}))
        return rows.order_by(f"-{moment}", "-pk")

    def _entry(self, row: Row) -> Entry | None:
        if isinstance(row, Activity):
            return self._activity(row)
        if isinstance(row, Attachment):
            return entries.file_entry(row, self.user, self.subject)
        return entries.event_entry(row, self.user, self.subject)

    def _activity(self, row: Activity) -> Entry:
        return entries.activity_entry(row, self.user, self.subject)


def _place(row: Row) -> tuple[dt.datetime, int, int]:
    if isinstance(row, Activity):
        return row.done_at or row.created_at, ACTIVITY, row.pk
    return (row.created_at, FILE, row.pk) if isinstance(row, Attachment) else (row.at, EVENT, row.pk)


def _read(token: str) -> tuple[Position, int] | None:
    """A position and the rank of its row: "0…" an event, "1…" a file, "2…" an activity."""
    if not token:
        return None
    position = moment_position(token[1:])
    if position is None or token[0] not in "012":
        raise BadInput(_("This part of the timeline is not known."))
    return position, int(token[0])


def day_text(day: dt.date) -> str:
    """“Today”, “Yesterday”, or the day in full."""
    return _day_text(day, timezone.localdate(), get_language())


@lru_cache(maxsize=4096)
def _day_text(day: dt.date, today: dt.date, language: str | None) -> str:
    if day == today:
        return _("Today")
    if day == today - dt.timedelta(days=1):
        return _("Yesterday")
    return formats.date_format(day, "l, j F" if day.year == today.year else "j F Y")
