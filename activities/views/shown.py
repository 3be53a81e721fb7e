"""What several views answer with: the activity as its line or its entry, and where to go without script."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from activities import entries
from activities.models import Activity
from activities.page import line_of
from activities.subjects import subject_seen
from crm import htmx
from crm.access import get_visible, get_writable
from crm.http import UserRequest

CHANGED: dict[str, Any] = {"record:changed": {}}


def seen(request: UserRequest, pk: int) -> Activity:
    return _marked(request, get_visible(entries.rows(), request.user, pk))


def writable(request: UserRequest, pk: int) -> Activity:
    return _marked(request, get_writable(entries.rows(), request.user, pk))


def _marked(request: UserRequest, activity: Activity) -> Activity:
    entries.mark_shared([activity], request.user)
    return activity


def fragment(request: UserRequest, activity: Activity, *, status: int = 200) -> HttpResponse:
    """The line of a planned one, the body of the entry of one that is done."""
    if activity.done_at is None:
        context: dict[str, Any] = {"line": line_of(activity, request.user)}
        return render(request, "activities/_line.html", context, status=status)
    entry = entries.activity_entry(entries.prepare([activity])[0], request.user)
    return render(request, "activities/_entry.html", {"entry": entry}, status=status)


def home_of(activity: Activity, request: UserRequest) -> Any:
    """The page of the record it is about; its own when there is none."""
    return subject_seen(activity, request.user) or activity


def back(request: UserRequest, activity: Activity, say: str, undo: str = "") -> HttpResponse:
    """After a verb: htmx gets the fragment and tells the page; others go to the record."""
    if not htmx.wants_fragment(request):
        return htmx.go(request, home_of(activity, request), say=say, undo=undo)
    return htmx.trigger(htmx.toast(fragment(request, activity), say, undo=undo), **CHANGED)


def too_late(request: UserRequest, activity: Activity) -> HttpResponse:
    """409: somebody was quicker. The fragment shows how it is now."""
    who = activity.done_by
    say = _("%(name)s has done this already.") % {"name": who} if who else _("This has been changed in the meantime.")
    if not htmx.wants_fragment(request):
        return render(request, "activities/too_late.html", {"activity": activity, "text": say}, status=409)
    toast = {"text": str(say), "undo": "", "level": "error"}
    return htmx.trigger(fragment(request, activity, status=409), toast=toast, **CHANGED)
