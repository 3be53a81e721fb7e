"""Leads: list, create, edit, delete and restore."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import editing as kernel
from crm import export as exports
from crm import htmx, lists
from crm.access import get_writable, require
from crm.deleted import find
from crm.http import UserRequest
from crm.navigation import SELLING, WRITERS
from customers.views import editing
from leads import duplicates as found
from leads.deleted_tables import DeletedLeads
from leads.kind import LEADS
from leads.lead_forms import NewLeadForm
from leads.models import Lead
from leads.tables import LeadList


@require_safe
def index(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in SELLING)
    return lists.answer(request, LeadList, page="leads/index.html")


@require_safe
def deleted(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in WRITERS)
    return lists.answer(request, DeletedLeads, page="customers/index.html")


@require_POST
def export(request: UserRequest) -> HttpResponseBase:
    require(request.user.effective_role in SELLING)
    return exports.answer(request, LeadList)


@require_http_methods(["GET", "POST"])
def create(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in WRITERS)
    form = NewLeadForm(request.POST if request.method == "POST" else None, user=request.user)
    return kernel.answer(
        request,
        form,
        page="leads/new.html",
        fragment="leads/_new_form.html",
        context={"cancel_url": LEADS.url("index")},
        done=lambda row: htmx.go(request, row, say=_("%(name)s was added.") % {"name": row}),
    )


@require_safe
def duplicates(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in WRITERS)
    typed = found.Typed(request.GET)
    matches = found.of_lead(typed, request.user) if typed.is_valid() else []
    return render(request, "leads/_duplicates.html", {"matches": matches})


@require_http_methods(["GET", "POST"])
def edit(request: UserRequest, pk: int) -> HttpResponse:
    return editing.edit(request, LEADS, get_writable(Lead, request.user, pk))


@require_POST
def delete(request: UserRequest, pk: int) -> HttpResponse:
    return editing.delete(request, LEADS, pk)


@require_POST
def restore(request: UserRequest, pk: int) -> HttpResponse:
    return editing.restore(request, LEADS, pk)


@require_safe
def history(request: UserRequest, pk: int) -> HttpResponse:
    return editing.show_history(request, LEADS, find(Lead, request.user, pk))


@require_POST
def restore_value(request: UserRequest, pk: int) -> HttpResponse:
    return editing.restore_value(request, LEADS, get_writable(Lead, request.user, pk))
