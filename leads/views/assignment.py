"""Leads are handed out, and taken back; what came of it; those that wait for somebody."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import htmx, lists
from crm.access import get_visible, get_writable, require
from crm.http import UserRequest
from crm.jobs_pages import STOP_POLLING
from crm.navigation import LEADERS, SELLING
from leads import assignment, handouts
from leads.assignment_forms import AssignForm, ShareOutForm
from leads.models import Handout, Lead
from leads.unattended import UnattendedLeads


@require_http_methods(["GET", "POST"])
def assign(request: UserRequest) -> HttpResponse:
    """The people with how busy they are; sent, the leads go to one of them."""
    require(request.user.effective_role in LEADERS)
    if request.method != "POST":
        return _choose(request, AssignForm(request.GET, user=request.user))
    form = AssignForm(request.POST, user=request.user)
    if not form.is_valid():
        return _choose(request, form, status=422)
    to = form.cleaned_data["to"]
    try:
        handout = assignment.assign(form.pks, to, request.user, expected=form.expected)
    except assignment.Refused as refusal:
        form.add_error("to", str(refusal))
        return _choose(request, form, status=422)
    if [entry["why"] for entry in handout.left] == [assignment.TAKEN]:
        return _taken(request, handout)
    return _done(request, handout, htmx.came_from(request) or _only_page(handout))


def _choose(request: UserRequest, form: AssignForm, *, status: int = 200) -> HttpResponse:
    """Opened by a link, only what is wrong with the leads matters: nobody was chosen yet."""
    form.is_valid()
    if status == 200:
        form.errors.pop("to", None)
    context = {"form": form, "pks": getattr(form, "pks", []), "next": htmx.came_from(request)}
    return htmx.answer(request, "leads/assign.html", "leads/_assign.html", context, status=status)


def _taken(request: UserRequest, handout: Handout) -> HttpResponse:
    lead = get_visible(Lead, request.user, handout.left[0]["lead"])
    owner = lead.owner or _("nobody")
    sentence = _("“%(name)s” has been given to %(owner)s in the meantime.") % {"name": lead, "owner": owner}
    context = {"lead": lead, "sentence": sentence}
    return htmx.answer(request, "leads/stale.html", "leads/_stale.html", context, status=409)


@require_POST
def share_out(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in LEADERS)
    form = ShareOutForm(request.POST, user=request.user)
    if not form.is_valid():
        return _choose(request, AssignForm(request.POST, user=request.user), status=422)
    handout = assignment.share_out(form.pks, request.user, form.cleaned_data["among"] or None)
    return _done(request, handout, handout)


def _done(request: UserRequest, handout: Handout, to: Any) -> HttpResponse:
    undo = reverse("leads:handout_undo", args=[handout.pk]) if handout.given else ""
    return htmx.go(request, handout if handout.job_id else to, say=handouts.sentence(handout), undo=undo)


def _only_page(handout: Handout) -> str:
    """The record of a single lead, or the list."""
    if len(handout.leads) == 1:
        return reverse("leads:detail", args=handout.leads)
    return reverse("leads:index")


@require_safe
def handout(request: UserRequest, pk: int) -> HttpResponse:
    """What came of it; asked again and again while the worker hands out."""
    shown = get_visible(Handout, request.user, pk)
    context = {
        "handout": shown,
        "job": shown.job,
        "shares": handouts.shares(shown),
        "skipped": handouts.skipped(shown),
        "rests": handouts.rests(shown),
        "stopped": bool(shown.job and shown.job.state in {"failed", "cancelled"}),
    }
    if htmx.wants_fragment(request):
        status = STOP_POLLING if shown.is_over or context["stopped"] else 200
        return render(request, "leads/_assigned.html", context, status=status)
    return render(request, "leads/assigned.html", context)


@require_POST
def handout_undo(request: UserRequest, pk: int) -> HttpResponse:
    undone = get_writable(Handout, request.user, pk)
    if assignment.undo(undone):
        say = _("Taken back: the leads are where they were, but for those that changed hands or were closed since.")
    else:
        say = _("That was taken back already.")
    return htmx.go(request, htmx.came_from(request) or reverse("leads:index"), say=say)


@require_safe
def unattended(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in SELLING)
    return lists.answer(request, UnattendedLeads, page="leads/unattended.html")
