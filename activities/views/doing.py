"""What is done with an activity: each a POST to its own URL, in place with htmx, with a redirect without."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from activities import entries
from activities.composer_forms import DueForm, OutcomeForm, SnoozeForm
from activities.models import Activity, Kind
from activities.models.verbs import at_hour
from activities.put_back import PutBackForm, put_back_url
from activities.views import shown
from crm import htmx
from crm.access import require
from crm.errors import BadInput
from crm.events import record
from crm.http import UserRequest


@require_POST
def finish(request: UserRequest, pk: int) -> HttpResponse:
    """Done; then it is asked how it went and what is next. Twice is once."""
    activity = shown.writable(request, pk)
    following = activity.finish(request.user)
    if not htmx.wants_fragment(request):
        return htmx.go(request, reverse("activities:outcome", args=[pk]))
    context = _asking(request, activity, following)
    return htmx.trigger(render(request, "activities/_outcome.html", context), **shown.CHANGED)


@require_http_methods(["GET", "POST"])
def outcome(request: UserRequest, pk: int) -> HttpResponse:
    """How did it go, and what is next?"""
    activity = shown.writable(request, pk)
    form = OutcomeForm(request.POST or None, activity=activity, initial=_known(activity))
    if request.method == "POST" and activity.done_at is None:
        return shown.too_late(request, activity)
    if request.method == "POST" and form.is_valid():
        return _told(request, activity, form.cleaned_data)
    context = _asking(request, activity, None) | {"form": form}
    status = 422 if request.method == "POST" else 200
    return htmx.answer(request, "activities/outcome.html", "activities/_outcome.html", context, status=status)


def _known(activity: Activity) -> dict[str, Any]:
    return {"outcome": activity.outcome, "duration": activity.duration, "next_kind": _kind_after(activity)}


def _kind_after(done: Activity) -> str:
    """What follows is of the same kind; a note cannot be planned."""
    return done.kind if done.kind != Kind.NOTE else Kind.TASK


def _asking(request: UserRequest, activity: Activity, following: Activity | None) -> dict[str, Any]:
    return {
        "activity": activity,
        "form": OutcomeForm(activity=activity, initial=_known(activity)),
        "following": following,
        "home": shown.home_of(activity, request),
    }


def _told(request: UserRequest, activity: Activity, data: dict[str, Any]) -> HttpResponse:
    with transaction.atomic():
        activity.tell_outcome(request.user, data.get("outcome", ""), data["duration"])
        following = _next_step(request, activity, data) if data["next_on"] else None
    say = _("%(title)s is planned.") % {"title": following} if following else _("Saved.")
    if not htmx.wants_fragment(request):
        return htmx.go(request, shown.home_of(activity, request), say=say)
    return htmx.trigger(htmx.toast(HttpResponse(status=204), say), **shown.CHANGED, **{"drawer:close": {}})


def _next_step(request: UserRequest, done: Activity, data: dict[str, Any]) -> Activity:
    """What is next about the same record, for the same person."""
    links = {"customer_id": done.customer_id, "lead_id": done.lead_id, "deal_id": done.deal_id}
    kind = data["next_kind"] or _kind_after(done)
    step = Activity(kind=kind, title=data["next_title"], due_on=data["next_on"], created_by=request.user, **links)
    step.title = step.title or str(step.get_kind_display())
    step.owner = request.user
    step.save(force_insert=True)
    record("activity.created", on=step, by=request.user)
    return step


@require_POST
def reopen(request: UserRequest, pk: int) -> HttpResponse:
    activity = shown.writable(request, pk)
    if not activity.reopen(request.user):
        return shown.too_late(request, activity)
    say = _("%(title)s is planned again.") % {"title": activity}
    if not htmx.wants_fragment(request):
        return htmx.go(request, shown.home_of(activity, request), say=say)
    return htmx.trigger(htmx.toast(HttpResponse(status=204), say), **shown.CHANGED, **{"drawer:close": {}})


@require_POST
def snooze(request: UserRequest, pk: int) -> HttpResponse:
    """To a later day, at the same hour."""
    activity = shown.writable(request, pk)
    form = SnoozeForm(request.POST)
    if not form.is_valid():
        again = DueForm({"due_on": request.POST.get("to", "")})
        again.add_error("due_on", _("Choose a day that is still to come."))
        return _ask_for_day(request, activity, again)
    day, before = form.cleaned_data["to"], activity.plan()
    if not activity.snooze(day, request.user):
        return shown.too_late(request, activity)
    return shown.back(request, activity, _put_off(day), put_back_url(activity, before))


def _put_off(day: dt.date) -> str:
    if day == timezone.localdate() + dt.timedelta(days=1):
        return _("Put off to tomorrow.")
    return _("Put off to %(day)s.") % {"day": formats.date_format(day, "l, j F")}


@require_http_methods(["GET", "POST"])
def reschedule(request: UserRequest, pk: int) -> HttpResponse:
    """To any day and hour, or to none."""
    activity = shown.writable(request, pk)
    if request.method != "POST":
        hour = timezone.localtime(activity.due_at).time() if activity.due_at else None
        return _ask_for_day(request, activity, DueForm(initial={"due_on": activity.due_on, "due_hour": hour}))
    form = DueForm(request.POST)
    if not form.is_valid():
        return _ask_for_day(request, activity, form)
    day, hour = form.cleaned_data["due_on"], form.cleaned_data["due_hour"]
    due_at, before = at_hour(day, dt.time.fromisoformat(hour)) if hour else None, activity.plan()
    if not activity.reschedule(day, request.user, due_at):
        return shown.too_late(request, activity)
    return shown.back(request, activity, _("Moved."), put_back_url(activity, before))


def _ask_for_day(request: UserRequest, activity: Activity, form: DueForm) -> HttpResponse:
    if activity.done_at:
        return shown.too_late(request, activity)
    form.auto_id = f"due_{activity.pk}_%s"
    action = reverse("activities:reschedule", args=[activity.pk])
    context = {"activity": activity, "form": form, "title": _("Move to another day"), "action": action}
    context["cancel_url"] = shown.home_of(activity, request).get_absolute_url()
    status = 422 if form.is_bound else 200
    return htmx.answer(request, "forms/page.html", "activities/_due_form.html", context, status=status)


@require_POST
def put_back(request: UserRequest, pk: int) -> HttpResponse:
    """Undo of putting off and moving."""
    activity = shown.writable(request, pk)
    form = PutBackForm(request.GET, activity=activity)
    if not form.is_valid():
        raise BadInput(form.errors["token"][0])
    before, after = form.cleaned_data["token"]
    if not activity.put_back(before, after, request.user):
        return shown.too_late(request, activity)
    to = htmx.came_from(request) or shown.home_of(activity, request)
    return htmx.go(request, to, say=_back_on(activity))


def _back_on(activity: Activity) -> str:
    if activity.due_on is None:
        return _("%(title)s has no date again.") % {"title": activity}
    day = formats.date_format(activity.due_on, "l, j F")
    return _("%(title)s is due on %(day)s again.") % {"title": activity, "day": day}


@require_POST
def pin(request: UserRequest, pk: int) -> HttpResponse:
    activity = shown.seen(request, pk)
    require(entries.may_write(request.user))
    activity.pin(request.user)
    return shown.back(request, activity, _("Pinned to the top."))


@require_POST
def unpin(request: UserRequest, pk: int) -> HttpResponse:
    activity = shown.seen(request, pk)
    require(entries.may_write(request.user))
    activity.unpin(request.user)
    return shown.back(request, activity, _("No longer pinned."))
