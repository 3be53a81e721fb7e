"""One activity with everything, and the parts of a record's page that activities bring."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from activities import entries
from activities.models import Activity
from activities.page import Plan, files_panel, line_of
from activities.subjects import find_subject, subject_seen
from activities.views import shown
from crm import htmx
from crm.deleted import may_remove
from crm.http import UserRequest


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """The activity on a page of its own; htmx gets its line or entry."""
    activity = shown.seen(request, pk)
    if htmx.wants_fragment(request):
        return shown.fragment(request, activity)
    return render(request, "activities/detail.html", _context(request, activity))


def _context(request: UserRequest, activity: Activity) -> dict[str, Any]:
    subject = subject_seen(activity, request.user)
    return {
        "activity": activity,
        "line": line_of(activity, request.user),
        "entry": entries.activity_entry(entries.prepare([activity])[0], request.user),
        "collaborators": activity.collaborators.all(),
        "subject": subject,
        "may_edit": entries.may_edit(activity, request.user),
        "may_remove": may_remove(activity, request.user),
        "back_url": subject.get_absolute_url() if subject else reverse("home"),
        "back_label": str(subject) if subject else _("Today"),
    }


@require_safe
def planned(request: UserRequest, kind: str, pk: int) -> HttpResponse:
    """What is planned about a record."""
    subject = find_subject(request.user, kind, pk)
    context = {"plan": Plan(subject, request.user), "subject": subject}
    return htmx.answer(request, "activities/planned.html", "activities/_planned.html", context)


@require_safe
def files(request: UserRequest, kind: str, pk: int) -> HttpResponse:
    subject = find_subject(request.user, kind, pk)
    context = {"files": files_panel(subject, request.user), "subject": subject}
    return htmx.answer(request, "activities/files.html", "activities/_files.html", context)
