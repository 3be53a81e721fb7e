"""Lines of a timeline and of a plan, as templates read them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Value, prefetch_related_objects
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from activities.models import FRUITLESS, Activity, ActivityQuerySet, Attachment, Comment, Kind, Linked
from activities.people import highlighted
from activities.subjects import kind_of
from crm import moments
from crm.access import hidden_fields
from crm.addresses import address
from crm.models import Event, Record
from crm.money import MoneyField
from crm.related import Related, Wanted
from crm.templatetags.shell import icon
from crm.words import Words, amount_text, words_for

if TYPE_CHECKING:
    from accounts.models import User

#: what a line or an entry names
PEOPLE = ("owner", "created_by", "done_by")
ABOUT = ("customer", "lead", "deal")
WRITERS = frozenset({"admin", "manager", "sales", "agent"})
ICONS = {
    Kind.CALL: "phone",
    Kind.MEETING: "users",
    Kind.EMAIL: "mail",
    Kind.TASK: "circle-check",
    Kind.NOTE: "sticky-note",
}


def may_write(user: User) -> bool:
    """Whoever works with customers writes about those they see; analysts read."""
    return user.effective_role in WRITERS


def may_edit(row: Activity | Comment | Attachment, user: User) -> bool:
    """What `editable_by` says of a row that `user` sees, without a query (a test compares them); of activities after
    mark_shared()."""
    return getattr(row, "is_shared", False) or may_remove(row, user)


def mark_shared(rows: Iterable[Activity], user: User) -> None:
    """Find out which rows the user is to do with their owner, or has done. Of one's own it is not asked."""
    if not may_write(user):
        return
    mine = (row for row in rows if row.done_at is None or row.done_by_id == user.pk)
    asked = {row.pk: row for row in mine if not may_remove(row, user)}
    if asked:
        through: Any = Activity.collaborators.through
        found = through._default_manager.filter(user_id=user.pk, activity_id__in=list(asked))
        for pk in found.values_list("activity_id", flat=True):
            asked[pk].is_shared = True


def may_remove(row: Activity | Comment | Attachment, user: User) -> bool:
    """What `removable_by` says, likewise."""
    if user.effective_role == "admin":
        return True
    if not may_write(user):
        return False
    own = user.pk in {row.created_by_id, getattr(row, "owner_id", None)}
    if own or not isinstance(row, Activity) or user.effective_role != "manager":
        return own
    return row.done_at is None and row.owner is not None and row.owner.team_id == user.team_id


@dataclass(frozen=True)
class Remark:
    """A comment of a colleague."""

    comment: Comment
    text: SafeString
    shown: moments.Shown
    may_edit: bool

    @property
    def edited(self) -> bool:
        return self.comment.version > 1


@dataclass(frozen=True)
class Paper:
    """A file to be downloaded."""

    row: Attachment
    shown: moments.Shown
    may_remove: bool


@dataclass(frozen=True)
class Tool:
    """What can be done with an entry by a click: a form to be fetched, or a POST that nobody minds being sent twice."""

    url: str
    label: str
    icon: str | SafeString = ""
    target: str = ""
    is_form: bool = False


@dataclass(frozen=True)
class Entry:
    """One line. `activity` when it is somebody's own words, which their author may change."""

    key: str
    icon: str
    title: str
    at: dt.datetime
    shown: moments.Shown
    who: str = ""
    tone: str = ""
    text: str | SafeString = ""
    url: str = ""
    #: label, before, after
    changes: Sequence[tuple[str, str, str]] = ()
    #: the deal or lead, on the page of its customer
    about: str = ""
    about_url: str = ""
    activity: Activity | None = None
    paper: Paper | None = None
    outcome: str = ""
    outcome_tone: str = ""
    minutes: str = ""
    tools: Sequence[Tool] = ()
    #: where something can be said to it
    comment: Tool | None = None
    remarks: list[Remark] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)

    @property
    def people_url(self) -> str:
        """Whom a comment may mention."""
        subject = self.activity.subject if self.activity else None
        return reverse("activities:people", args=[kind_of(subject), subject.pk]) if subject else ""

    @property
    def edited(self) -> bool:
        return self.activity is not None and self.activity.kind == Kind.NOTE and self.activity.version > 1


def rows() -> ActivityQuerySet:
    """With all that is shown of one, to be narrowed to what somebody sees."""
    return ActivityQuerySet(Activity).filter(deleted_at=None).select_related(*PEOPLE, *ABOUT)


def nearest(found: Sequence[Linked]) -> list[Wanted]:
    """The column of each row that names the nearest record: of the others nothing is shown."""
    columns: dict[str, list[Linked]] = {"deal": [], "lead": [], "customer": []}
    for row in found:
        columns["deal" if row.deal_id else "lead" if row.lead_id else "customer"].append(row)
    return [(rows, [name]) for name, rows in columns.items()]


def prepare(activities: Sequence[Activity], related: Related | None = None) -> Sequence[Activity]:
    """Fetch what their entries show besides PEOPLE and ABOUT, for all of them at once."""
    some = _commented(activities)
    comments, files = (_of_each(model, some[model]) for model in (Comment, Attachment))
    said = [comment for found in comments.values() for comment in found]
    enclosed = [file for found in files.values() for file in found]
    (related or Related()).give((said, ["created_by"]), (enclosed, ["created_by"]))
    for spoken in (activities, said):
        prefetch_related_objects([row for row in spoken if "@" in row.body], "mentioned")
    for row in activities:
        row.said, row.enclosed = comments.get(row.pk, []), files.get(row.pk, [])
    return activities


def _commented(activities: Sequence[Activity]) -> dict[Any, set[int]]:
    """Model -> the activities that have comments or files: few have, so this alone is asked first."""
    some: dict[Any, set[int]] = {Comment: set(), Attachment: set()}
    pks = [row.pk for row in activities]
    parts = [
        model._default_manager.filter(activity__in=pks).order_by().values_list("activity_id", Value(place))
        for place, model in enumerate(some)
    ]
    for pk, place in parts[0].union(parts[1]):
        some[list(some)[place]].add(pk)
    return some


def _of_each(model: type[Any], pks: set[int]) -> dict[int, list[Any]]:
    """The comments or files of each activity, the oldest first."""
    found: defaultdict[int, list[Any]] = defaultdict(list)
    if pks:
        for row in model._default_manager.filter(activity__in=pks).order_by("created_at", "pk"):
            found[row.activity_id].append(row)
    return found


def activity_entry(row: Activity, user: User, subject: Record | None = None) -> Entry:
    """One that is done, as its timeline shows it; `prepare` has been called for it."""
    at, title, words = row.done_at or row.created_at, _title(row), _words(get_language())
    nearest = row.subject if row.subject != subject else None
    return Entry(
        key=f"activity-{row.pk}",
        icon=ICONS[Kind(row.kind)],
        title=title,
        at=at,
        who=str(row.done_by or row.created_by),
        tone="accent",
        text=highlighted(row.body, row.mentioned.all() if "@" in row.body else []),
        url="" if row.kind == Kind.NOTE else row.get_absolute_url(),
        about=str(nearest or ""),
        about_url=page_of(nearest),
        activity=row,
        outcome=str(row.get_outcome_display()) if row.outcome else "",
        outcome_tone="warn" if row.outcome in FRUITLESS else "good",
        minutes=_minutes(row.duration),
        tools=_tools(row, user, title, words),
        comment=Tool(address("activities:comment", row.pk), words.answer if row.said else words.comment)
        if may_write(user)
        else None,
        remarks=[remark_of(comment, user) for comment in row.said],
        papers=[paper_of(file, user) for file in row.enclosed],
        shown=moments.shown(at),
    )


class ToolWords(NamedTuple):
    """What the tools are called, found once for each language."""

    pin: str
    unpin: str
    edit: str
    delete: str
    comment: str
    answer: str


@cache
def _words(language: str | None) -> ToolWords:
    return ToolWords(_("Pin to the top"), _("Unpin"), _("Edit"), _("Delete"), _("Comment"), _("Answer"))


def _tools(row: Activity, user: User, title: str, words: ToolWords) -> list[Tool]:
    """Pin, edit, delete."""
    if not may_write(user):
        return []
    key = f"activity-{row.pk}"
    name, label, image = ("unpin", words.unpin, "pin-off") if row.pinned_at else ("pin", words.pin, "pin")
    tools = [Tool(address(f"activities:{name}", row.pk), label, icon(image, "s"), f"body-{key}")]
    if may_edit(row, user):
        edit = address("activities:edit", row.pk)
        tools.append(Tool(edit, f"{words.edit}: {title}", icon("pencil", "s"), is_form=True))
    if may_remove(row, user):
        delete = address("activities:delete", row.pk)
        tools.append(Tool(delete, f"{words.delete}: {title}", icon("trash-2", "s"), key))
    return tools


@cache
def _kind_text(kind: str, language: str | None) -> str:
    return str(Kind(kind).label)


def _title(row: Activity) -> str:
    kind = _kind_text(row.kind, get_language())
    return kind if row.title in {"", kind} else f"{kind}: {row.title}"


def _minutes(duration: int | None) -> str:
    return ngettext("%(count)s minute", "%(count)s minutes", duration) % {"count": duration} if duration else ""


def page_of(record: Record | None) -> str:
    return "" if record is None or record.deleted_at else str(record.get_absolute_url())


def remark_of(comment: Comment, user: User) -> Remark:
    text = highlighted(comment.body, comment.mentioned.all() if "@" in comment.body else [])
    return Remark(comment, text, moments.shown(comment.created_at), may_edit(comment, user))


def paper_of(file: Attachment, user: User) -> Paper:
    return Paper(file, moments.shown(file.created_at), may_edit(file, user))


def file_entry(file: Attachment, user: User, subject: Record) -> Entry:
    nearest = file.subject if file.subject != subject else None
    return Entry(
        key=f"file-{file.pk}",
        icon="paperclip",
        title=file.name,
        at=file.created_at,
        who=str(file.created_by),
        about=str(nearest or ""),
        about_url=page_of(nearest),
        paper=paper_of(file, user),
        url=reverse("activities:file", args=[file.pk]),
        shown=moments.shown(file.created_at),
    )


class Told(NamedTuple):
    """An event in words."""

    words: Words
    title: str
    text: str
    #: label, before, after
    changes: list[tuple[str, str, str]]


def told(event: Event, user: User) -> Told | None:
    """What the event says to `user`; None when all that changed is hidden from them."""
    words = words_for(event.kind)
    changed = event.data.get("fields")
    known = dict(_labels(event, changed, user)) if changed else {}
    if changed and not known:
        return None
    labels = list(known.values())
    title = words.say(event.data.get("number", ""), labels, event.data)
    return Told(words, title, _text(event, words, labels), list(_changes(event, known)))


def event_entry(event: Event, user: User, subject: Record) -> Entry | None:
    """None when all that changed is hidden from the user."""
    said = told(event, user)
    if said is None:
        return None
    words, is_other = said.words, (event.subject_type, event.subject_id) != (subject._meta.label_lower, subject.pk)
    return Entry(
        key=f"event-{event.pk}",
        icon=words.icon,
        title=said.title,
        at=event.at,
        who=str(event.actor or ""),
        tone=words.tone,
        text=said.text,
        url=reverse(words.page, args=[event.subject_id]) if words.page and is_other else "",
        changes=said.changes,
        about=str(event.data.get("title", "")) if is_other and "%(title)s" not in str(words.title) else "",
        shown=moments.shown(event.at),
    )


def _text(event: Event, words: Words, labels: list[str]) -> str:
    if labels and not words.names_fields:
        return ", ".join(labels)
    note = event.data.get("note", "")
    return note if isinstance(note, str) and "%(note)s" not in str(words.title) else ""


def _changes(event: Event, known: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Before and after, of the fields of which the event tells it."""
    for name, (before, after) in event.data.get("changes", {}).items():
        if name not in known:
            continue
        model: Any = apps.get_model(event.subject_type)
        values = [before, after]
        if isinstance(model._meta.get_field(name), MoneyField):
            currency = event.data.get("currency")
            values = [amount_text(value, currency) if value != "–" else value for value in values]
        yield known[name], values[0], values[1]


def _labels(event: Event, names: Iterable[str], user: User) -> Iterator[tuple[str, str]]:
    """The changed fields in words, without those that are hidden from the user."""
    model = apps.get_model(event.subject_type)
    hidden = hidden_fields(model, user)
    for name in names:
        if name in hidden:
            continue
        try:
            column = model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        plural = column.related_model._meta.verbose_name_plural if column.auto_created and column.related_model else ""
        words = str(plural or getattr(column, "verbose_name", name))
        yield name, words[:1].upper() + words[1:]
