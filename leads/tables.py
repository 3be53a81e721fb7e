"""The list of leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Team, User, UserQuerySet
from activities.next_state import STATES, state_is
from crm import moments
from crm.fields import DateField
from crm.keyset import Sort
from crm.lists import Column, Empty, ListFilter, Listing, View
from crm.navigation import LEADERS, WRITERS
from customers import owners
from customers.tables import NAME, OWNER, OwnerFilter, nothing_for
from leads import lookup
from leads.cells import LeadCells
from leads.models import OPEN_STATUSES, Campaign, Lead, LeadStatus, Source
from leads.models.lead import CLOCK, NEXT_DUE, VALUE

OPEN = "open"
#: the columns whose cells leads/cells.py writes
CELLS = frozenset({"status", "score", "value", "owner", "clock", "next", "age"})
ANSWERS = (
    ("in_time", gettext_lazy("In time")),
    ("late", gettext_lazy("Too late, or overdue")),
    ("waiting", gettext_lazy("Still awaited")),
)


def _amount(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, max_digits=18, decimal_places=4)


class LeadFilter(OwnerFilter):
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=[("", "–"), (OPEN, gettext_lazy("All open ones")), *LeadStatus.choices],
    )
    source = forms.ModelChoiceField[Any](None, label=gettext_lazy("Source"), required=False, empty_label="–")
    campaign = forms.ModelChoiceField[Any](None, label=gettext_lazy("Campaign"), required=False, empty_label="–")
    team = forms.ModelChoiceField[Any](None, label=gettext_lazy("Team"), required=False, empty_label="–")
    attention = forms.ChoiceField(
        label=gettext_lazy("Attention"),
        required=False,
        choices=[
            ("", "–"),
            ("unattended", gettext_lazy("Nobody's, or not answered in time")),
            ("late", gettext_lazy("Not answered in time")),
            ("waiting", gettext_lazy("Not answered yet")),
        ],
    )
    next = forms.ChoiceField(label=gettext_lazy("Next activity"), required=False, choices=[("", "–"), *STATES])
    score_from = forms.IntegerField(label=gettext_lazy("Score from"), required=False, min_value=0, max_value=100)
    score_to = forms.IntegerField(label=gettext_lazy("Score up to"), required=False, min_value=0, max_value=100)
    value_from = _amount(gettext_lazy("Value from"))
    value_to = _amount(gettext_lazy("Value up to"))
    created_from = DateField(gettext_lazy("Created from"))
    created_to = DateField(gettext_lazy("Created up to"))
    closed_from = DateField(gettext_lazy("Lost or converted from"))
    closed_to = DateField(gettext_lazy("Lost or converted up to"))
    answer = forms.ChoiceField(label=gettext_lazy("First answer"), required=False, choices=[("", "–"), *ANSWERS])
    without = forms.ChoiceField(
        label=gettext_lazy("Without"), required=False, choices=[("", "–"), ("source", gettext_lazy("Source"))]
    )
    field_order = ["q", "status", "owner", "team", "source", "campaign"]

    def tailor(self, user: User) -> None:
        super().tailor(user)
        self.offer("source", lambda: Source.objects.visible_to(user))
        self.offer("campaign", lambda: Campaign.objects.visible_to(user))
        self.offer("team", lambda: Team.objects.visible_to(user))
        if user.effective_role == "sales":
            self.fields.pop("team", None)

    def narrow(self, rows: QuerySet[Lead], data: dict[str, Any]) -> QuerySet[Lead]:
        fits = Q()
        if status := data.get("status"):
            fits &= Q(status__in=OPEN_STATUSES) if status == OPEN else Q(status=status)
        for name in ("source", "campaign"):
            if name in data:
                fits &= Q(**{name: data[name]})
        if "team" in data:
            fits &= Q(owner__team=data["team"])
        if "next" in data:
            fits &= Q(status__in=OPEN_STATUSES) & state_is(data["next"], timezone.localdate())
        for field, name in (("score", "score"), ("base_value", "value")):
            fits &= _between(field, data.get(f"{name}_from"), data.get(f"{name}_to"))
        fits &= _days("created_at", data.get("created_from"), data.get("created_to"))
        fits &= _days("closed_at", data.get("closed_from"), data.get("closed_to"))
        fits &= _answered(data.get("answer", ""))
        if "without" in data:
            fits &= Q(source=None)
        return super().narrow(self._attention(rows.filter(fits), data.get("attention", "")), data)

    def _attention(self, rows: Any, wanted: str) -> Any:
        at = now()
        waiting = Q(status__in=OPEN_STATUSES, responded_at=None)
        match wanted:
            case "unattended":
                return rows.unattended(at)
            case "late":
                return rows.filter(waiting, response_due_at__lt=at)
            case "waiting":
                return rows.filter(waiting)
        return rows

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return lookup.narrow(rows, text)


def _between(field: str, low: Any, high: Any) -> Q:
    fits = Q()
    if low is not None:
        fits &= Q(**{f"{field}__gte": low})
    if high is not None:
        fits &= Q(**{f"{field}__lte": high})
    return fits


def _days(field: str, first: dt.date | None, last: dt.date | None) -> Q:
    """Between two days of the organisation, as in reports; both included, either open."""
    zone = moments.organisation_zone()
    fits = Q()
    if first:
        fits &= Q(**{f"{field}__gte": moments.day_start(first, zone)})
    if last:
        fits &= Q(**{f"{field}__lt": moments.day_start(last + dt.timedelta(days=1), zone)})
    return fits


def _answered(how: str) -> Q:
    """Of the leads that were due a first answer, whatever became of them since."""
    match how:
        case "in_time":
            return Q(responded_at__lte=F("response_due_at"))
        case "late":
            return Q(responded_at__gt=F("response_due_at")) | Q(responded_at=None, response_due_at__lt=now())
        case "waiting":
            return Q(responded_at=None, response_due_at__gte=now())
    return Q()


def _only_exported(name: str, label: Any, value: Callable[[Lead], Any] | None = None) -> Column:
    return Column(name, label, value or (lambda row: getattr(row, name)), screen=False)


EXPORTED = (
    _only_exported("phone", gettext_lazy("Phone")),
    _only_exported("email", gettext_lazy("E-mail")),
    _only_exported("created_at", gettext_lazy("Created")),
    _only_exported("id", gettext_lazy("Our number")),
    _only_exported("job_title", gettext_lazy("Job title")),
    _only_exported("industry", gettext_lazy("Industry")),
    _only_exported("website", gettext_lazy("Website")),
    _only_exported("city", gettext_lazy("City")),
    _only_exported("country", gettext_lazy("Country")),
    _only_exported("campaign", gettext_lazy("Campaign"), lambda row: str(row.campaign or "")),
    _only_exported("estimate", gettext_lazy("Estimated value"), lambda row: row.value),
    _only_exported("currency", gettext_lazy("Currency")),
    _only_exported("responded_at", gettext_lazy("Answered")),
    _only_exported("last_contact_at", gettext_lazy("Last contact")),
    _only_exported("lost_reason", gettext_lazy("Reason for losing"), lambda row: str(row.lost_reason or "")),
    _only_exported("lost_note", gettext_lazy("Why it was lost")),
    _only_exported("closed_at", gettext_lazy("Closed")),
)


class LeadList(Listing[Lead]):
    name = "leads"
    model = Lead
    title = gettext_lazy("Leads")
    url_name = "leads:index"
    create_url_name, create_label, create_roles = "leads:create", gettext_lazy("Lead"), WRITERS
    export_url_name = "leads:export"
    filter_class: type[ListFilter] = LeadFilter
    sorts = {
        "name": Sort("sort_key"),
        "score": Sort("score"),
        "value": Sort(VALUE),
        "clock": Sort(CLOCK),
        "next": Sort(NEXT_DUE),
        "created": Sort("created_at"),
    }
    default_sort = "-created"
    read: Sequence[str] = (
        *("name", "company_name", "external_id", "status", "score", "base_value", "created_at"),
        *("next_due_on", "open_activities", "response_due_at", "responded_at"),
        *("source__name", "owner__name", "owner__email"),
    )
    columns: Sequence[Column] = (
        NAME,
        Column("company", gettext_lazy("Company"), lambda row: row.company_name),
        Column("status", gettext_lazy("Status"), lambda row: LeadStatus(row.status).label),
        Column("source", gettext_lazy("Source"), lambda row: str(row.source or "")),
        Column("score", gettext_lazy("Score"), lambda row: row.score, sort="score"),
        Column("value", gettext_lazy("Value"), lambda row: row.base_value, "money", "value"),
        OWNER,
        Column("clock", gettext_lazy("First answer"), lambda row: row.response_due_at, sort="clock"),
        Column("next", gettext_lazy("Next activity"), lambda row: row.next_due_on or "", sort="next"),
        Column("age", gettext_lazy("Age"), lambda row: (now() - row.created_at).days, sort="created"),
        *EXPORTED,
    )

    def __init__(self, user: User, query: QueryDict) -> None:
        super().__init__(user, query)
        self.bulk = "leads/_bulk.html" if user.effective_role in LEADERS else ""

    @cached_property
    def shown_columns(self) -> list[Column]:
        return [self._told(column) for column in super().shown_columns]

    def _told(self, column: Column) -> Column:
        return replace(column, cell=getattr(self.cells, column.name)) if column.name in CELLS else column

    @cached_property
    def cells(self) -> LeadCells:
        return LeadCells(now())

    def prepare(self, rows: QuerySet[Lead]) -> QuerySet[Lead]:
        return rows.select_related("source", "campaign", "owner", "lost_reason")

    def exportable(self, rows: QuerySet[Lead]) -> QuerySet[Lead]:
        return rows.filter(owner_id=self.user.pk) if self.user.effective_role == "sales" else rows

    def empty(self) -> Empty:
        if self.user.effective_role not in WRITERS:
            return nothing_for(self.user, _("No leads yet"))
        text = _("People who may become customers: answered in time, followed up, converted. Begin with one.")
        return Empty(_("No leads yet"), text, reverse("leads:create"), _("Lead"), icon="user-round-plus")

    @property
    def assignable(self) -> UserQuerySet:
        """To whom the chosen leads may be given."""
        return User.objects.assignable_by(self.user).order_by("name", "pk")

    @property
    def query_text(self) -> str:
        """The filters, for what is done to all that the list holds."""
        query = self.given.copy()
        for name in ("after", "before", "panel"):
            query.pop(name, None)
        return query.urlencode()

    @property
    def views(self) -> list[View]:
        return views_of(self.user, self.filters)


def views_of(user: User, filters: dict[str, Any]) -> list[View]:
    """The lists one click away; the one that is shown now is marked when nothing else narrows it."""
    url, role = reverse("leads:index"), user.effective_role
    given = {name: str(value) for name, value in filters.items()}
    wanted: list[tuple[Any, dict[str, str]]] = [(_("All"), {}), (_("Open"), {"status": OPEN})]
    if role in WRITERS:
        wanted.append((_("Mine"), {"owner": owners.MINE, "status": OPEN}))
    if role in LEADERS:
        wanted.append((_("Nobody's"), {"owner": owners.NOBODY, "status": OPEN}))
    if role in WRITERS:
        wanted.append((_("To be answered"), {"attention": "waiting", "sort": "clock"}))
        wanted.append((_("No next activity"), {"next": "none"}))
    views = [_view(label, url, query, given) for label, query in wanted]
    return [*views, View(_("Deleted"), reverse("leads:deleted"), False)] if role in WRITERS else views


def _view(label: Any, url: str, query: dict[str, str], given: dict[str, str]) -> View:
    narrowed = {name: value for name, value in query.items() if name != "sort"}
    return View(label, f"{url}?{urlencode(query)}" if query else url, given == narrowed)
