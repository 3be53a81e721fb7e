"""The steps of a lead, each a POST to its own URL."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm import htmx
from crm.access import get_writable
from crm.http import UserRequest
from leads.loss_forms import LoseForm
from leads.models import Lead, LeadStatus
from leads.stale import sentence_about


@require_POST
def contact(request: UserRequest, pk: int) -> HttpResponse:
    lead = get_writable(Lead, request.user, pk)
    return _done(request, lead) if lead.contact(by=request.user) else stale(request, lead)


@require_POST
def qualify(request: UserRequest, pk: int) -> HttpResponse:
    lead = get_writable(Lead, request.user, pk)
    return _done(request, lead) if lead.qualify(by=request.user) else stale(request, lead)


@require_POST
def reopen(request: UserRequest, pk: int) -> HttpResponse:
    lead = get_writable(Lead, request.user, pk)
    return _done(request, lead) if lead.reopen(by=request.user) else stale(request, lead)


@require_http_methods(["GET", "POST"])
def lose(request: UserRequest, pk: int) -> HttpResponse:
    lead = get_writable(Lead, request.user, pk)
    if not lead.is_open:
        return stale(request, lead)
    form = LoseForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        lost = lead.lose(form.cleaned_data["reason"], form.cleaned_data["note"], by=request.user)
        return _done(request, lead) if lost else stale(request, lead)
    status = 422 if request.method == "POST" else 200
    return htmx.answer(request, "boards/move.html", "boards/_ask.html", losing(lead, form), status=status)


def losing(lead: Lead, form: LoseForm) -> dict[str, Any]:
    """What the templates of the form need."""
    url = lead.get_absolute_url()
    return {
        "title": _("Why is %(name)s lost?") % {"name": lead},
        "forms": [form],
        "action": f"{url}lose/",
        "submit_label": _("Mark as lost"),
        "danger": True,
        "back_url": url,
        "back_label": str(lead),
    }


def _done(request: UserRequest, lead: Lead) -> HttpResponse:
    words = {"name": lead, "status": lead.get_status_display()}
    undo = reverse("leads:reopen", args=[lead.pk]) if lead.status == LeadStatus.LOST else ""
    return htmx.go(request, lead, say=_("%(name)s: %(status)s.") % words, undo=undo)


def stale(request: UserRequest, lead: Lead) -> HttpResponse:
    """409: the lead is not where it could have been taken from."""
    context = {"lead": lead, "sentence": sentence_about(lead)}
    return htmx.answer(request, "leads/stale.html", "leads/_stale.html", context, status=409)
