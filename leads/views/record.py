"""The page of one lead, and the parts of it that are fetched again when something changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from accounts.working_time import Schedule
from activities.page import Centre
from crm import htmx
from crm.deleted import find, with_deleted
from crm.http import UserRequest
from crm.related import Related
from crm.shares import Panel, panels_of
from customers.views import editing
from leads import clock, conversion, duplicates, score
from leads.cells import score_tone
from leads.kind import LEADS
from leads.models import Lead
from leads.steps import steps_of

PEOPLE = ("owner", "created_by")
JOINED = ("source", "campaign", "lost_reason", "customer")


def _in_full(request: UserRequest, pk: int) -> Lead:
    """The lead with all that its head and its facts show."""
    lead = find(with_deleted(Lead).select_related(*JOINED).prefetch_related("shared_with"), request.user, pk)
    Related(request.user).give(([lead], PEOPLE))
    return lead


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    lead = _in_full(request, pk)
    rights, panels = editing.rights(lead, request.user), panels_of(lead, request.user)
    centre = _centre(request, lead, panels)
    context = {
        **_head(request, lead, rights),
        **_facts(request, lead, writable=rights["may_edit"]),
        "centre": centre,
        "files": centre.files,
        "reasons": score.explain(lead) if lead.is_open else [],
        "matches": duplicates.of(lead, request.user) if lead.is_open else [],
        "panels": panels,
        "details": [(name, value) for name, value in lead.details.items() if value not in (None, "")],
    }
    return render(request, "leads/detail.html", context)


@require_safe
def head(request: UserRequest, pk: int) -> HttpResponse:
    lead = _in_full(request, pk)
    return render(request, "leads/_head.html", _head(request, lead, editing.rights(lead, request.user)))


def _head(request: UserRequest, lead: Lead, rights: dict[str, bool]) -> dict[str, Any]:
    return {
        "lead": lead,
        "steps": steps_of(lead, writable=rights["may_edit"]),
        "countdown": clock.countdown(lead, now(), Schedule.load()),
        "score_tone": score_tone(lead.score),
        **rights,
        "conversion": conversion.of(lead, request.user),
    }


@require_safe
def facts(request: UserRequest, pk: int) -> HttpResponse:
    lead = _in_full(request, pk)
    return render(request, "leads/_facts.html", _facts(request, lead, writable=editing.may_edit(lead, request.user)))


def _facts(request: UserRequest, lead: Lead, *, writable: bool) -> dict[str, Any]:
    return {"lead": lead, **editing.facts_card(LEADS, lead, request.user, writable=writable)}


@require_safe
def timeline(request: UserRequest, pk: int) -> HttpResponse:
    lead = find(Lead, request.user, pk)
    shown = _centre(request, lead).timeline
    return htmx.answer(request, "leads/timeline.html", shown.fragment, {"lead": lead, "timeline": shown})


def _centre(request: UserRequest, lead: Lead, panels: Sequence[Panel] = ()) -> Centre:
    return Centre(lead, request.user, request.GET, url=reverse("leads:timeline", args=[lead.pk]), panels=panels)
