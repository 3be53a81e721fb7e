"""The page of one lead, and the parts of it that are fetched again when something changes."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from accounts.working_time import Schedule
from activities.page import Centre, files_panel
from crm import htmx
from crm.deleted import find, may_remove, with_deleted
from crm.http import UserRequest
from crm.shares import panels_of
from customers.views import editing
from leads import clock, conversion, duplicates, score
from leads.kind import LEADS
from leads.models import Lead
from leads.steps import steps_of
from leads.tables import score_tone


def _in_full(request: UserRequest, pk: int) -> Lead:
    """The lead with all that its head and its facts show."""
    rows = with_deleted(Lead).select_related("owner", "source", "campaign", "customer", "lost_reason", "created_by")
    return find(rows.prefetch_related("shared_with"), request.user, pk)


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    lead = _in_full(request, pk)
    context = {
        **_head(request, lead),
        **_facts(request, lead),
        "centre": _centre(request, lead),
        "files": files_panel(lead, request.user),
        "reasons": score.explain(lead) if lead.is_open else [],
        "matches": duplicates.of(lead, request.user) if lead.is_open else [],
        "panels": panels_of(lead, request.user),
        "details": [(name, value) for name, value in lead.details.items() if value not in (None, "")],
    }
    return render(request, "leads/detail.html", context)


@require_safe
def head(request: UserRequest, pk: int) -> HttpResponse:
    return render(request, "leads/_head.html", _head(request, _in_full(request, pk)))


def _head(request: UserRequest, lead: Lead) -> dict[str, Any]:
    writable = editing.may_edit(lead, request.user)
    return {
        "lead": lead,
        "steps": steps_of(lead, writable=writable),
        "countdown": clock.countdown(lead, now(), Schedule.load()),
        "score_tone": score_tone(lead.score),
        "may_edit": writable,
        "may_remove": may_remove(lead, request.user),
        "conversion": conversion.of(lead, request.user),
    }


@require_safe
def facts(request: UserRequest, pk: int) -> HttpResponse:
    return render(request, "leads/_facts.html", _facts(request, _in_full(request, pk)))


def _facts(request: UserRequest, lead: Lead) -> dict[str, Any]:
    writable = editing.may_edit(lead, request.user)
    return {"lead": lead, **editing.facts_card(LEADS, lead, request.user, writable=writable)}


@require_safe
def timeline(request: UserRequest, pk: int) -> HttpResponse:
    lead = find(Lead, request.user, pk)
    shown = _centre(request, lead).timeline
    return htmx.answer(request, "leads/timeline.html", shown.fragment, {"lead": lead, "timeline": shown})


def _centre(request: UserRequest, lead: Lead) -> Centre:
    return Centre(lead, request.user, request.GET, url=reverse("leads:timeline", args=[lead.pk]))
