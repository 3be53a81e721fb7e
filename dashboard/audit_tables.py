"""The list of who did what: filters as chips, pages by position, export; its rows are grouped by day."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from activities.timeline import day_text
from crm import moments
from crm.errors import BadInput
from crm.fields import DateField
from crm.keyset import Position, Sort, moment_position
from crm.lists import Empty, ListFilter, Listing
from crm.models import Event
from crm.words import all_words
from customers.owners import NOBODY
from dashboard import audit
from dashboard.audit import READERS, Line
from dashboard.audit_words import grouped, kind_text, model_of, noun_of, type_text

ABOUT = RegexValidator(r"\A[a-z_]{1,30}\.[a-z_]{1,30}:[1-9][0-9]{0,17}\Z", gettext_lazy("This record is not known."))
#: so many new ones are counted
NEWS = 99


class AuditFilter(ListFilter):
    by = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("What happened"), required=False)
    record = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    about = forms.CharField(label=gettext_lazy("About"), required=False, validators=[ABOUT], widget=forms.HiddenInput())
    since = DateField(gettext_lazy("From"))
    until = DateField(gettext_lazy("Up to"))

    def tailor(self, user: User) -> None:
        self.offer("by", self._people)
        self.offer("kind", self._kinds)
        self.offer("record", lambda: [("", _("Anything")), *((label, type_text(label)) for label in self._types)])

    def _people(self) -> list[tuple[str, str]]:
        rows = User.objects.visible_to(self.user).order_by("name", "pk").values_list("pk", "name", "email")
        people = [(str(pk), name or mail) for pk, name, mail in rows]
        return [("", _("Anybody")), (NOBODY, _("Rapport itself")), *people]

    @cached_property
    def _types(self) -> list[str]:
        given = str(self.data.get("record", ""))
        labels = {*audit.types(), *([given] if model_of(given) else [])}
        return sorted((label for label in labels if audit.sees_some(label, self.user)), key=type_text)

    def _kinds(self) -> list[Any]:
        """Those there are, under what they are about; not what the reader sees nothing of."""
        given, nouns = str(self.data.get("kind", "")), {noun_of(label) for label in self._types}
        found = {kind for kind in audit.kinds() if kind.partition(".")[0] in nouns}
        return [("", _("Anything")), *grouped(found | ({given} & all_words().keys()), self._types)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("since"), data.get("until")
        if first and last and last < first:
            self.add_error("until", _("The last day lies before the first."))
        return data

    def narrow(self, rows: QuerySet[Any], data: dict[str, Any]) -> QuerySet[Any]:
        fits, zone = Q(), zoneinfo.ZoneInfo(self.user.time_zone or settings.TIME_ZONE)
        if by := data.get("by"):
            fits &= Q(actor=None) if by == NOBODY else Q(actor_id=int(by))
        if kind := data.get("kind"):
            fits &= Q(kind=kind)
        if record := data.get("record"):
            fits &= Q(subject_type=record)
        if about := data.get("about"):
            label, _colon, pk = about.partition(":")
            fits &= Q(subject_type=label, subject_id=int(pk))
        if first := data.get("since"):
            fits &= Q(at__gte=moments.day_start(first, zone))
        if last := data.get("until"):
            fits &= Q(at__lt=moments.day_start(last + dt.timedelta(days=1), zone))
        return rows.filter(fits)

    def shown(self, name: str) -> str:
        value = self.cleaned_data[name]
        match name:
            case "kind":
                return kind_text(value, self._types)
            case "about":
                return audit.name_of(value, self.user)
        return super().shown(name)


@dataclass(frozen=True)
class Day:
    label: str
    lines: list[Line]


class AuditLog(Listing[Event]):
    name = "audit"
    model = Event
    title = gettext_lazy("Activity")
    url_name = "audit"
    export_url_name = "audit_export"
    export_roles = READERS
    filter_class = AuditFilter
    sorts = {"at": Sort("at")}
    default_sort = "-at"

    def __init__(self, user: User, query: QueryDict) -> None:
        super().__init__(user, query)
        if self.sort_name != self.default_sort:
            raise BadInput(_("This list cannot be sorted by that."))

    @cached_property
    def branches(self) -> list[QuerySet[Event]]:
        return [self._narrow(audit.events_for(self.user))]

    @cached_property
    def rows_in_scope(self) -> QuerySet[Event]:
        return self.branches[0]

    # Pages

    @property
    def _token(self) -> tuple[str, bool]:
        after, before = self.given.get("after", ""), self.given.get("before", "")
        return before or after, bool(before)

    @cached_property
    def _found(self) -> audit.Found:
        token, back = self._token
        return self._look(moment_position(token), back=back, size=self.size)

    def _look(self, position: Position | None, *, back: bool, size: int) -> audit.Found:
        return audit.look(self.rows_in_scope, self.user, position=position, back=back, size=size)

    @property
    def lines(self) -> list[Line]:
        return self._found.lines

    @cached_property
    def days(self) -> list[Day]:
        days = groupby(self.lines, key=lambda line: timezone.localtime(line.event.at).date())
        return [Day(day_text(day), list(lines)) for day, lines in days]

    @cached_property
    def next_url(self) -> str:
        if self._token[1]:
            return self.url_with(after=audit.place(self.lines[-1].event).encode()) if self.lines else ""
        found = self._found
        return self.url_with(after=audit.place(found.last).encode()) if found.more and found.last else ""

    @cached_property
    def previous_url(self) -> str:
        token, back = self._token
        found = self._found
        if back:
            return self.url_with(before=audit.place(found.last).encode()) if found.more and found.last else ""
        return self.url_with(before=audit.place(self.lines[0].event).encode()) if token and self.lines else ""

    @property
    def first_url(self) -> str:
        return self.url_with() if self._token[0] else ""

    # What came since

    @cached_property
    def news_url(self) -> str:
        """Where to ask what has happened since this page was made; nothing on older pages."""
        if self._token[0]:
            return ""
        kept = self.url_with(before=audit.place(self.lines[0].event).encode() if self.lines else "")
        return kept.replace(self.url, reverse("audit_news"), 1)

    @property
    def news(self) -> int:
        token, _back = self._token
        return len(self._look(moment_position(token), back=bool(token), size=NEWS).lines)

    def empty(self) -> Empty:
        text = _("As soon as somebody adds or changes a record, it is told here.")
        return Empty(_("Nothing has happened yet"), text, icon="history")

    # For the export

    def exported(self) -> Iterator[list[Any]]:
        yield [_("When"), _("Who"), _("What happened"), _("Kind"), _("Record"), _("Number"), _("Changes"), _("Deleted")]
        for line in audit.walk(self.rows_in_scope, self.user):
            event, said = line.event, line.said
            changes = "; ".join(f"{label}: {before} → {after}" for label, before, after in said.changes) or said.text
            where = [type_text(event.subject_type, one=True), line.name, event.subject_id]
            gone = _("Yes") if line.is_gone else ""
            yield [event.at, str(event.actor or "Rapport"), said.title, *where, changes, gone]
