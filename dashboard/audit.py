"""Who did what: the stream of events, for those who answer for others.

Admins see every event. Managers see what happened to records that they may see, deleted ones included, whoever did it.
They do not see what somebody of their team did to a record that is another team's by now, for its sentence would tell
of that record; nor anything of records that are no longer there, or of kinds of which they see none (jobs, imports).
Of the fields that changed nobody sees those hidden from them; an event of hidden fields alone is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import formats, timezone

from activities.entries import Told, told
from crm import bulk, moments
from crm.access import AccessQuerySet
from crm.deleted import all_rows
from crm.keyset import Position, beyond
from crm.models import Event, Record
from crm.queue_words import task_text
from crm.related import Related
from dashboard.audit_words import model_of, type_text

if TYPE_CHECKING:
    from accounts.models import User

READERS = frozenset({"admin", "manager"})
RESTORED_ON_THEIR_PAGE = frozenset(
    {"customers.customer", "customers.company", "customers.order", "leads.lead", "deals.deal"}
)
#: events are looked through in ever longer runs, so many of them for one page: then it is for the reader to go on
FIRST_RUN, LONGEST_RUN, MOST = 100, 2_000, 10_000


@dataclass(frozen=True)
class Line:
    """An event that the reader sees, in words. `subject` is the record, where it is there and may be seen."""

    event: Event
    said: Told
    subject: models.Model | None
    #: what an event tells of a record that is gone
    was: str = ""
    #: somebody's own: that something happened is all that is told
    is_hidden: bool = False

    @property
    def is_gone(self) -> bool:
        """Deleted, restorable or not."""
        return not self.is_hidden and (self.subject is None or getattr(self.subject, "deleted_at", None) is not None)

    @property
    def around(self) -> tuple[str, str] | None:
        """What stands before and behind the name, in a sentence that has it."""
        before, name, behind = self.said.title.partition(self.name or "\0")
        return (before, behind) if name else None

    @property
    def shown(self) -> moments.Shown:
        return moments.shown(self.event.at)

    @property
    def clock(self) -> str:
        return str(formats.time_format(timezone.localtime(self.event.at).time()))

    @property
    def url(self) -> str:
        """The page of the record, or what its event opens; of a deleted one, where it is restored on its page."""
        if self.subject is None or (self.is_gone and self.event.subject_type not in RESTORED_ON_THEIR_PAGE):
            return ""
        if isinstance(self.subject, Record) and hasattr(self.subject, "get_absolute_url"):
            return str(self.subject.get_absolute_url())
        page = self.said.words.page
        return reverse(page, args=[self.subject.pk]) if page else ""

    @property
    def name(self) -> str:
        return self.was if self.subject is None else _name(self.subject)


@dataclass(frozen=True)
class Found:
    """A page: its lines, the last event looked at, and whether there are more behind it."""

    lines: list[Line]
    last: Event | None
    more: bool


def events_for(user: User) -> QuerySet[Event]:
    """What is looked through for `user`: all of it, or what is about kinds of records that they see some of."""
    if user.effective_role not in READERS:
        return Event.objects.none()
    if user.effective_role == "admin":
        return Event.objects.all()
    return Event.objects.filter(subject_type__in=[label for label in types() if sees_some(label, user)])


def types() -> list[str]:
    """What there are events about."""
    return _distinct("subject_type")


def kinds() -> list[str]:
    return _distinct("kind")


def _distinct(column: str) -> list[str]:
    """The few values of a column with an index, from one to the next: a million events are not read for them."""
    query = """
        WITH RECURSIVE found AS (
            (SELECT {0} FROM crm_event ORDER BY {0} LIMIT 1)
            UNION ALL
            SELECT (SELECT {0} FROM crm_event WHERE {0} > found.{0} ORDER BY {0} LIMIT 1) FROM found
            WHERE found.{0} IS NOT NULL
        )
        SELECT {0} FROM found WHERE {0} IS NOT NULL"""
    return [value for (value,) in bulk.fetch(query.format(column))]


def sees_some(label: str, user: User) -> bool:
    """Whether events about this kind of record can be for `user`."""
    if user.effective_role == "admin":
        return True
    rows = _rows(model_of(label))
    return isinstance(rows, AccessQuerySet) and not rows.visible_to(user).query.is_empty()


def _rows(model: Any) -> Any:
    return None if model is None else all_rows(model)


def look(rows: QuerySet[Event], user: User, *, position: Position | None, back: bool, size: int) -> Found:
    """The next `size` lines behind (or before) a position, newest first."""
    lines: list[Line] = []
    last, looked, run = None, 0, max(FIRST_RUN, size + 1)
    while True:
        events = list(_behind(rows, position, back=back)[:run])
        for event, line in zip(events, seen(events, user), strict=True):
            if len(lines) == size and line:
                return Found(_in_order(lines, back=back), last, more=True)
            last = event
            lines += [line] if line else []
        looked += len(events)
        if len(events) < run:
            return Found(_in_order(lines, back=back), last, more=False)
        if looked >= MOST:
            return Found(_in_order(lines, back=back), last, more=True)
        position, run = place(events[-1]), min(run * 4, LONGEST_RUN)


def _in_order(lines: list[Line], *, back: bool) -> list[Line]:
    return lines[::-1] if back else lines


def place(event: Event) -> Position:
    return Position(event.at, event.pk, 0)


def _behind(rows: QuerySet[Event], position: Position | None, *, back: bool) -> QuerySet[Event]:
    if position:
        rows = rows.filter(beyond(position, "at", back=back))
    return rows.order_by("at", "pk") if back else rows.order_by("-at", "-pk")


def walk(rows: QuerySet[Event], user: User) -> Iterator[Line]:
    """All lines, newest first."""
    position: Position | None = None
    while events := list(_behind(rows, position, back=False)[:LONGEST_RUN]):
        yield from (line for line in seen(events, user) if line)
        position = place(events[-1])


def seen(events: Sequence[Event], user: User) -> list[Line | None]:
    """Each event in words, or None where `user` is not to see it: a query for each kind of record."""
    by_type: defaultdict[str, set[int]] = defaultdict(set)
    for event in events:
        by_type[event.subject_type].add(event.subject_id)
    subjects = {label: _subjects(label, ids, user) for label, ids in by_type.items()}
    lines = [_line(event, subjects[event.subject_type], user) for event in events]
    Related(user).give(([line.event for line in lines if line], ["actor"]))
    return lines


@dataclass(frozen=True)
class Subjects:
    """Of some records of one kind: those that are seen, and those that are there but not to be seen."""

    seen: dict[int, Any]
    hidden: set[int]


def _subjects(label: str, ids: set[int], user: User) -> Subjects:
    model: Any = model_of(label)
    rows = _rows(model)
    if rows is None:
        return Subjects({}, set())
    if not isinstance(rows, AccessQuerySet):
        return Subjects(rows.in_bulk(ids) if user.effective_role == "admin" else {}, set())
    visible = rows.visible_to(user)
    found: dict[int, Any] = visible.in_bulk(ids)
    missing = ids - found.keys() if visible.query.where else set()
    hidden = model._base_manager.filter(pk__in=missing).values_list("pk", flat=True) if missing else ()
    return Subjects(found, set(hidden))


def _line(event: Event, subjects: Subjects, user: User) -> Line | None:
    subject = subjects.seen.get(event.subject_id)
    if subject is None and user.effective_role != "admin":
        return None
    if subject is None and event.subject_id in subjects.hidden:
        # Somebody's own plans are nobody else's to read: that something happened is all that is told.
        event.data = {}
        said = told(event, user)
        return Line(event, said, None, is_hidden=True) if said else None
    said = _said(event, user)
    return Line(event, said, subject, "" if subject else _was(event)) if said else None


def _said(event: Event, user: User) -> Told | None:
    if model_of(event.subject_type) is None:
        event.data = {name: value for name, value in event.data.items() if name not in {"fields", "changes"}}
    return told(event, user)


def _was(event: Event) -> str:
    """The name of a record that is gone, as far as its events tell it."""
    names = (event.data.get(name) for name in ("title", "name", "number", "what", "file", "email"))
    return next((str(name) for name in names if name), "")


def name_of(about: str, user: User) -> str:
    """The record that an address names, such as "deals.deal:17", as far as `user` sees it."""
    label, _colon, pk = about.partition(":")
    found = _subjects(label, {int(pk)}, user).seen.get(int(pk))
    if found is None:
        return f"{type_text(label, one=True)} {pk}"
    return _name(found)


def _name(subject: models.Model) -> str:
    task = getattr(subject, "task_name", "")  # a job's own text has its arguments
    return task_text(task) if task else str(subject)
