"""The page of one deal, and the parts of it that are fetched again when something changes."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.page import Centre
from crm import htmx
from crm.access import visible
from crm.deleted import find, with_deleted
from crm.http import UserRequest
from crm.shares import panels_of
from customers.views import editing
from deals.kind import DEALS
from deals.models import Deal, Stage
from deals.page import figures_of
from deals.states import rotting_mark
from deals.steps import history_of, steps_of, visits_of

JOINED = ("stage__pipeline", "customer", "company", "lead", "source", "campaign", "lost_reason", "owner", "created_by")
#: of what is joined only what the page shows: all of it would be two hundred columns more
READ = (
    *(column.name for column in Deal._meta.concrete_fields),
    *(f"stage__{name}" for name in ("name", "kind", "probability", "rotting_days", "pipeline__name")),
    *(f"customer__{name}" for name in ("name", "reference", "job_title", "deleted_at")),
    *(f"company__{name}" for name in ("name", "industry", "deleted_at")),
    *(f"lead__{name}" for name in ("name", "company_name", "deleted_at")),
    *(f"{person}__{name}" for person in ("owner", "created_by") for name in ("name", "email", "team")),
    *(f"{label}__name" for label in ("source", "campaign", "lost_reason")),
)


def _in_full(request: UserRequest, pk: int) -> Deal:
    """The deal with all that its head and its facts show."""
    rows = with_deleted(Deal).select_related(*JOINED).only(*READ).prefetch_related("shared_with")
    return find(rows, request.user, pk)


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    deal = _in_full(request, pk)
    rights, centre = editing.rights(deal, request.user), _centre(request, deal)
    context = {
        **_head(request, deal, rights),
        **_facts(request, deal, writable=rights["may_edit"]),
        **_lines(deal),
        "centre": centre,
        "files": centre.files,
        "panels": panels_of(deal, request.user),
        "sees_lead": _sees_lead(request, deal),
    }
    return render(request, "deals/detail.html", context)


def _sees_lead(request: UserRequest, deal: Deal) -> bool:
    lead = deal.lead
    return lead is not None and visible(type(lead), request.user).filter(pk=lead.pk).exists()


@require_safe
def head(request: UserRequest, pk: int) -> HttpResponse:
    deal = _in_full(request, pk)
    return render(request, "deals/_head.html", _head(request, deal, editing.rights(deal, request.user)))


def _head(request: UserRequest, deal: Deal, rights: dict[str, bool]) -> dict[str, Any]:
    today, now = timezone.localdate(), timezone.now()
    stages = list(visible(Stage, request.user).filter(pipeline=deal.stage.pipeline_id).order_by("position"))
    visits = visits_of(deal)
    return {
        "deal": deal,
        "steps": steps_of(deal, stages, visits, now),
        "visits": history_of(visits, now),
        "figures": figures_of(deal, today),
        "rotting": rotting_mark(deal, today),
        **rights,
    }


@require_safe
def facts(request: UserRequest, pk: int) -> HttpResponse:
    deal = _in_full(request, pk)
    writable = editing.may_edit(deal, request.user)
    return render(request, "deals/_facts.html", _facts(request, deal, writable=writable))


def _facts(request: UserRequest, deal: Deal, *, writable: bool) -> dict[str, Any]:
    return {"deal": deal, **editing.facts_card(DEALS, deal, request.user, writable=writable)}


@require_safe
def lines(request: UserRequest, pk: int) -> HttpResponse:
    deal = find(Deal, request.user, pk)
    context = {"deal": deal, "may_edit": editing.may_edit(deal, request.user), **_lines(deal)}
    return render(request, "deals/_lines.html", context)


def _lines(deal: Deal) -> dict[str, Any]:
    rows = list(deal.lines.select_related("product"))
    return {"lines": rows, "lines_total": sum(line.amount for line in rows)}


@require_safe
def stages(request: UserRequest, pk: int) -> HttpResponse:
    """The history of stages."""
    deal = find(Deal, request.user, pk)
    return render(request, "deals/_visits.html", {"deal": deal, "visits": history_of(visits_of(deal), timezone.now())})


@require_safe
def timeline(request: UserRequest, pk: int) -> HttpResponse:
    deal = find(Deal, request.user, pk)
    shown = _centre(request, deal).timeline
    return htmx.answer(request, "deals/timeline.html", shown.fragment, {"deal": deal, "timeline": shown})


def _centre(request: UserRequest, deal: Deal) -> Centre:
    return Centre(deal, request.user, request.GET, url=reverse("deals:timeline", args=[deal.pk]))
