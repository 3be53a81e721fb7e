"""When work is done and who is away: read by everybody, hours and holidays changed by admins."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.calendar_forms import AbsenceForm, HolidayForm, HoursForm
from accounts.hours import Weekday
from accounts.models import Absence, Holiday, Role, WorkingHours
from accounts.tables import LEADERS
from crm import editing, htmx
from crm.access import editable, get_writable, require
from crm.http import UserRequest
from crm.moments import today

#: so long an absence that is over is still shown
RECENT = dt.timedelta(days=30)
MODELS: dict[str, Any] = {"hours": WorkingHours, "holiday": Holiday, "absence": Absence}
FORMS: dict[str, Any] = {"hours": HoursForm, "holiday": HolidayForm, "absence": AbsenceForm}


@dataclass(frozen=True)
class Day:
    """A weekday with its hours, if it has any."""

    number: int
    name: Any
    hours: Any


@require_safe
def working_time(request: UserRequest) -> HttpResponse:
    user, day = request.user, today()
    require(bool(user.effective_role))
    rows: Any = WorkingHours.objects.visible_to(user)
    hours = {row.weekday: row for row in rows}
    holidays = Holiday.objects.visible_to(user).filter(day__gte=day.replace(month=1, day=1))
    absences = Absence.objects.visible_to(user).filter(last_day__gte=day - RECENT)
    context = {
        "week": [Day(number, label, hours.get(number)) for number, label in Weekday.choices],
        "holidays": holidays[:200],
        "absences": absences.select_related("person").order_by("first_day", "pk")[:200],
        "may_set": user.effective_role == Role.ADMIN,
        "leads_people": user.effective_role in LEADERS,
        "today": day,
        "zone": settings.TIME_ZONE,
    }
    return render(request, "accounts/working_time.html", context)


@require_http_methods(["GET", "POST"])
def add(request: UserRequest, kind: str) -> HttpResponse:
    allowed = bool(request.user.effective_role) if kind == "absence" else request.user.effective_role == Role.ADMIN
    require(allowed)
    weekday = request.GET.get("weekday", "")
    initial = {"weekday": weekday} if weekday in {str(number) for number in range(7)} else {}
    form = FORMS[kind](request.POST or None, user=request.user, initial=initial)
    title = {"hours": _("Working hours"), "holiday": _("New holiday"), "absence": _("New absence")}[kind]
    return _answer(request, form, title)


@require_http_methods(["GET", "POST"])
def edit(request: UserRequest, kind: str, pk: int) -> HttpResponse:
    row = get_writable(MODELS[kind], request.user, pk)
    return _answer(request, FORMS[kind](request.POST or None, user=request.user, instance=row), str(row))


def _answer(request: UserRequest, form: editing.RecordForm[Any], title: str) -> HttpResponse:
    back = reverse("accounts:working_time")
    context = {
        "title": title,
        "action": request.path,
        "back_url": back,
        "back_label": _("Working time"),
        "cancel_url": back,
    }
    return editing.answer(
        request,
        form,
        page="forms/page.html",
        fragment="accounts/_drawer_form.html" if request.method == "GET" else "forms/_form.html",
        context=context,
        done=lambda _row: htmx.go(request, back, say=_("Saved.")),
    )


@require_POST
def remove(request: UserRequest, kind: str, pk: int) -> HttpResponse:
    row = get_writable(MODELS[kind], request.user, pk)
    token = _token(request, kind, row)
    words = {"name": capfirst(str(row))}
    if not row.remove(by=request.user):
        return htmx.go(request, "accounts:working_time", say=_("%(name)s was removed already.") % words)
    undo = reverse("accounts:put_back", args=[token])
    return htmx.go(request, "accounts:working_time", say=_("%(name)s was removed.") % words, undo=undo)


def _token(request: UserRequest, kind: str, row: Any) -> str:
    """What was removed, signed for whoever removed it."""
    names = [name for name in FORMS[kind].Meta.fields if name != "person"]
    values = {name: row.serializable_value(name) for name in names}
    sent = {name: f"{value:%H:%M}" if isinstance(value, dt.time) else str(value) for name, value in values.items()}
    if kind == "absence":
        sent["person"] = str(row.person_id)
    return signing.dumps([kind, sent], salt=f"put-back:{request.user.pk}", compress=True)


@require_POST
def put_back(request: UserRequest, token: str) -> HttpResponse:
    """Undo a removal: the same form is sent again."""
    try:
        kind, sent = signing.loads(token, salt=f"put-back:{request.user.pk}", max_age=60 * 60)
    except signing.BadSignature as error:
        raise Http404 from error
    require(kind == "absence" or request.user.effective_role == Role.ADMIN)
    form = FORMS[kind](sent, user=request.user)
    try:
        done = form.is_valid() and bool(form.apply(by=request.user))
    except ValidationError:
        done = False
    say = _("It is back.") if done else _("It cannot come back: something else is in its place by now.")
    return htmx.go(request, "accounts:working_time", say=say)


def own_absences(request: UserRequest) -> Any:
    """For one's own profile: those that are not over."""
    rows = editable(Absence, request.user).filter(person=request.user, last_day__gte=today())
    return rows.order_by("first_day")[:20]
