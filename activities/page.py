"""What activities add to the page of a customer, a lead or a deal, and to lists of what is planned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from activities import entries
from activities.composer_forms import ComposerForm, FilesForm
from activities.entries import Paper
from activities.models import Activity, ActivityQuerySet, Kind
from activities.next_state import next_badge, state_of
from activities.story import Story
from activities.subjects import kind_of, wants_a_next_step
from activities.timeline import Timeline
from crm import topics
from crm.addresses import address
from crm.models import Record
from crm.related import Related
from crm.shares import Panel

if TYPE_CHECKING:
    from accounts.models import User

#: so many planned activities are shown on a record
MOST_PLANNED = 50
#: and so many files
MOST_FILES = 50
MONDAY = 7
#: what one can do with a planned activity
VERBS = ("detail", "finish", "snooze", "reschedule", "edit", "delete")


@dataclass(frozen=True)
class Line:
    """A planned activity with what can be done about it."""

    activity: Activity
    state: str
    #: "Overdue 3 days", "Today, 14:00"
    due: str
    icon: str
    tone: str
    may_edit: bool
    may_remove: bool
    #: the record it is about, where that is not the page itself
    about: str
    about_url: str
    today: dt.date

    @property
    def title(self) -> str:
        return str(self.activity)

    @property
    def place(self) -> str:
        return f"#plan-{self.activity.pk}"

    @cached_property
    def urls(self) -> dict[str, str]:
        return {verb: address(f"activities:{verb}", self.activity.pk) for verb in VERBS}


def puts_off(today: dt.date) -> list[tuple[str, str, str, str]]:
    """Day for the form, icon, label, and the day in words."""
    monday = today + dt.timedelta(days=MONDAY - today.weekday())
    days = [(today + dt.timedelta(days=1), "sun", _("Tomorrow")), (monday, "calendar", _("Next Monday"))]
    return [(day.isoformat(), icon, label, formats.date_format(day, "D j M")) for day, icon, label in days]


def line_of(activity: Activity, user: User, today: dt.date | None = None, subject: Record | None = None) -> Line:
    """For templates/activities/_line.html; the row was fetched by with_subjects(). `subject` is whose page it is on."""
    today = today or timezone.localdate()
    state, text, tone = _state(activity.due_on, today, get_language())
    nearest = activity.subject if activity.subject != subject else None
    return Line(
        activity=activity,
        state=state,
        due=text if state == "overdue" else text + _hour(activity),
        icon=entries.ICONS[Kind(activity.kind)],
        tone=tone,
        may_edit=entries.may_edit(activity, user),
        may_remove=entries.may_remove(activity, user),
        about=str(nearest or ""),
        about_url=entries.page_of(nearest),
        today=today,
    )


@lru_cache(maxsize=2048)
def _state(day: dt.date | None, today: dt.date, language: str | None) -> tuple[str, str, str]:
    """Of a planned activity: its state, the words for it, and their tone."""
    return state_of(day, 1, today), *next_badge(day, 1, today)


def _hour(activity: Activity) -> str:
    return f", {formats.time_format(timezone.localtime(activity.due_at).time())}" if activity.due_at else ""


class Plan:
    """What is planned about a record, and what to do when nothing is."""

    def __init__(self, subject: Record, user: User, shown: Iterable[models.Model] = ()) -> None:
        self.subject, self.user, self.story = subject, user, Story(subject, user, shown)
        self.kind, self.pk, self.topic = kind_of(subject), subject.pk, topics.topic(subject)
        self.may_write = subject.deleted_at is None and entries.may_write(user)

    def _url(self, verb: str) -> str:
        return reverse(f"activities:{verb}", args=[self.kind, self.pk])

    @property
    def planned_url(self) -> str:
        return self._url("planned")

    @property
    def action(self) -> str:
        return self._url("create")

    @property
    def choices_url(self) -> str:
        return self._url("choices")

    @property
    def people_url(self) -> str:
        return self._url("people")

    @cached_property
    def planned(self) -> list[Line]:
        today = timezone.localdate()
        return [line_of(row, self.user, today, self.subject) for row in self._planned_rows()]

    def _planned(self) -> ActivityQuerySet:
        return self.story.activities().planned().by_due()[:MOST_PLANNED]

    def _planned_rows(self) -> list[Activity]:
        rows = list(self._planned())
        self.story.known().give(*entries.nearest(rows), (rows, entries.PEOPLE))
        entries.mark_shared(rows, self.user)
        return rows

    @property
    def is_lacking(self) -> bool:
        """Nothing is planned, and something should be."""
        return not self.planned and wants_a_next_step(self.subject)

    @property
    def tomorrow(self) -> dt.date:
        return timezone.localdate() + dt.timedelta(days=1)


class Centre(Plan):
    """Planned activities, composer and timeline of one record. The caller has checked that `user` may see it.

    `url` is the address at which the record's app answers with the timeline alone: `centre.timeline` in the template
    `centre.timeline.fragment`. What the `panels` beside it show is not fetched again to be named.
    """

    def __init__(
        self, subject: Record, user: User, query: QueryDict, *, url: str, panels: Sequence[Panel] = ()
    ) -> None:
        super().__init__(subject, user, [row for panel in panels for row in panel.rows])
        self.timeline = Timeline(self.story, query, url=url, planned=self._planned())

    def _planned_rows(self) -> list[Activity]:
        return sorted(self.timeline.planned_rows, key=_urgency)

    @cached_property
    def files(self) -> FilesPanel:
        return files_panel(self.subject, self.user, story=self.story)

    @cached_property
    def composer(self) -> ComposerForm:
        return ComposerForm(subject=self.subject, user=self.user, brief=True)


def _urgency(row: Activity) -> tuple[dt.date, bool, dt.datetime, int]:
    """As by_due() orders them."""
    return row.due_on or dt.date.max, row.due_at is None, row.due_at or row.created_at, row.pk


@dataclass(frozen=True)
class FilesPanel:
    """The files of a record."""

    papers: list[Paper]
    form: FilesForm
    may_write: bool
    action: str
    url: str
    topic: str
    most_mb: int


def files_panel(
    subject: Record, user: User, form: FilesForm | None = None, *, story: Story | None = None
) -> FilesPanel:
    """The files of a record, for templates/activities/_files.html."""
    rows = list((story or Story(subject, user)).files().order_by("-created_at", "-pk")[:MOST_FILES])
    Related(user).give((rows, ["created_by"]))
    where = [kind_of(subject), subject.pk]
    return FilesPanel(
        papers=[entries.paper_of(row, user) for row in rows],
        form=form or FilesForm(auto_id="files_%s"),
        may_write=subject.deleted_at is None and entries.may_write(user),
        action=reverse("activities:upload", args=where),
        url=reverse("activities:files", args=where),
        topic=topics.topic(subject),
        most_mb=settings.ATTACHMENT_MAX_MB,
    )


def files_url(subject: Record) -> str:
    """Where the files of a record are, for templates/activities/_files_later.html: fetched after the page."""
    return reverse("activities:files", args=[kind_of(subject), subject.pk])
