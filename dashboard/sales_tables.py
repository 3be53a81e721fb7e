"""The work behind the figures: what is done, by whom, about what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from activities.models import Activity, Kind, Outcome
from crm import moments
from crm.fields import DateField
from crm.keyset import Sort
from crm.lists import Cell, Column, Empty, ListFilter, Listing
from customers.owners import NOBODY
from dashboard.periods import Period
from dashboard.sales_scope import WORK, Selling, workers_of

TONES = {Kind.CALL: "accent", Kind.MEETING: "good", Kind.EMAIL: "", Kind.TASK: "warn"}


class WorkFilter(ListFilter):
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", "–"), *((kind.value, kind.label) for kind in WORK)]
    )
    owner = forms.ChoiceField(label=gettext_lazy("Done by"), required=False)
    team = forms.ChoiceField(label=gettext_lazy("Team"), required=False)
    done_from = DateField(gettext_lazy("Done from"))
    done_to = DateField(gettext_lazy("Done up to"))

    def tailor(self, user: User) -> None:
        people = workers_of(user) if {"owner", "team"} & self.fields.keys() else []
        teams = {person.team: person.team_name for person in people if person.team}
        self.offer(
            "owner", lambda: [("", "–"), *((str(person.pk), person.name) for person in people), (NOBODY, _("Nobody"))]
        )
        self.offer("team", lambda: [("", "–"), *((str(pk), name) for pk, name in teams.items())])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("done_from"), data.get("done_to")
        if first and last and last < first:
            self.add_error("done_to", _("The last day lies before the first."))
        return data

    def narrow(self, rows: QuerySet[Any], data: dict[str, Any]) -> QuerySet[Any]:
        zone, fits = moments.organisation_zone(), Q()
        if first := data.get("done_from"):
            fits &= Q(done_at__gte=Period(first, first).bounds(zone)[0])
        if last := data.get("done_to"):
            fits &= Q(done_at__lt=Period(last, last).bounds(zone)[1])
        if kind := data.get("kind"):
            fits &= Q(kind=kind)
        return rows.filter(fits)


def _about(row: Activity) -> Cell:
    subject: Any = row.subject
    return Cell("link", str(subject), extra=subject.get_absolute_url()) if subject else Cell("text", "")


def _by(row: Activity) -> Cell:
    return Cell("face", str(row.done_by), extra=row.done_by.initials) if row.done_by else Cell("face", "")


class WorkList(Listing[Activity]):
    """Only what is done and counts as work; sales see their own, managers their team's."""

    name = "work"
    model = Activity
    title = gettext_lazy("Activities done")
    url_name = "dashboard:sales_activities"
    export_url_name = "dashboard:sales_activities_export"
    filter_class = WorkFilter
    sorts = {"done": Sort("done_at")}
    default_sort = "-done"
    columns = (
        Column("title", gettext_lazy("What"), str, kind="link"),
        Column(
            "kind",
            gettext_lazy("Kind"),
            lambda row: row.get_kind_display(),
            cell=lambda row: Cell("badge", row.get_kind_display(), extra=TONES[Kind(row.kind)]),
        ),
        Column("about", gettext_lazy("About"), lambda row: str(row.subject or ""), kind="link", cell=_about),
        Column("by", gettext_lazy("Done by"), lambda row: str(row.done_by), kind="face", cell=_by),
        Column("outcome", gettext_lazy("Outcome"), lambda row: Outcome(row.outcome).label if row.outcome else ""),
        Column("duration", gettext_lazy("Minutes"), lambda row: row.duration, kind="number"),
        Column("done", gettext_lazy("Done"), lambda row: row.done_at, kind="time", sort="done"),
    )

    def _narrow(self, rows: QuerySet[Activity]) -> QuerySet[Activity]:
        team, owner = self.filters.get("team", ""), self.filters.get("owner", "")
        person = int(owner) if owner.isdigit() else owner or None
        scope = Selling(self.user, int(team) if team else None, person)
        return super()._narrow(scope.work(rows))

    def prepare(self, rows: QuerySet[Activity]) -> QuerySet[Activity]:
        return rows.select_related("deal", "lead", "customer", "done_by")

    def url_of(self, row: Activity) -> str:
        return row.get_absolute_url()

    def empty(self) -> Empty:
        text = _("Calls, meetings, e-mails and tasks appear here as soon as they are done.")
        return Empty(_("Nothing done yet"), text, reverse("dashboard:sales"), _("Sales"), icon="gauge")
