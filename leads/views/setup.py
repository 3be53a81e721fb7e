"""What admins set up for leads: where they come from, and what their score is made of."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import editing, htmx
from crm.access import get_writable, require
from crm.http import UserRequest
from leads.models import Campaign, ScoreRule, Source
from leads.setup_forms import FORMS

#: by the kind of row that the URL names
MODELS: dict[str, Any] = {"sources": Source, "campaigns": Campaign, "rules": ScoreRule}


@require_safe
def index(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role == "admin")
    context = {
        "sources": Source.objects.visible_to(request.user).order_by("-is_active", "name"),
        "campaigns": Campaign.objects.visible_to(request.user).order_by("-is_active", "name"),
        "rules": ScoreRule.objects.visible_to(request.user),
    }
    return render(request, "leads/setup.html", context)


@require_http_methods(["GET", "POST"])
def create(request: UserRequest, kind: str) -> HttpResponse:
    require(request.user.effective_role == "admin")
    form = FORMS[kind](request.POST or None, user=request.user)
    title = _("New source") if kind == "sources" else _("New campaign")
    return _answer(request, form, title, request.path, _("%(name)s is there."))


@require_http_methods(["GET", "POST"])
def edit(request: UserRequest, kind: str, pk: int) -> HttpResponse:
    row = get_writable(MODELS[kind], request.user, pk)
    form = FORMS[kind](request.POST or None, user=request.user, instance=row)
    title = row.get_rule_display() if isinstance(row, ScoreRule) else str(row)
    return _answer(request, form, title, request.path, _("Saved."))


def _answer(request: UserRequest, form: editing.RecordForm[Any], title: str, action: str, say: str) -> HttpResponse:
    back = reverse("leads:setup")
    context = {
        "title": title,
        "action": action,
        "back_url": back,
        "back_label": _("Set-up of leads"),
        "cancel_url": back,
    }
    return editing.answer(
        request,
        form,
        page="forms/page.html",
        fragment="leads/_setup_form.html" if request.method == "GET" else "forms/_form.html",
        context=context,
        done=lambda row: htmx.go(request, back, say=say % {"name": row}),
    )


@require_POST
def retire(request: UserRequest, kind: str, pk: int) -> HttpResponse:
    """Out of use: offered no more, but still said of the leads that have it."""
    row = get_writable(MODELS[kind], request.user, pk)
    if row.retire(by=request.user):
        undo = reverse(f"leads:resume_{row.NOUN}", args=[pk])
        return htmx.go(request, "leads:setup", say=_("%(name)s is out of use.") % {"name": row}, undo=undo)
    return htmx.go(request, "leads:setup", say=_("%(name)s was out of use already.") % {"name": row})


@require_POST
def resume(request: UserRequest, kind: str, pk: int) -> HttpResponse:
    row = get_writable(MODELS[kind], request.user, pk)
    row.resume(by=request.user)
    return htmx.go(request, "leads:setup", say=_("%(name)s is in use.") % {"name": row})
