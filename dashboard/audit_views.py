"""Who did what, for admins and managers."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from crm import export as exports
from crm import htmx
from crm.access import require
from crm.http import UserRequest
from dashboard.audit import READERS
from dashboard.audit_tables import NEWS, AuditLog


@require_safe
def index(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in READERS)
    listing = AuditLog(request.user, request.GET)
    fragment = "lists/_filters.html" if listing.panel_open else "dashboard/_audit.html"
    return htmx.answer(request, "dashboard/audit.html", fragment, {"listing": listing})


@require_safe
def news(request: UserRequest) -> HttpResponse:
    """How much has happened since a page was made; asked again and again while somebody looks."""
    require(request.user.effective_role in READERS)
    listing = AuditLog(request.user, request.GET)
    context = {"count": listing.news, "most": NEWS, "url": listing.url_with()}
    return render(request, "dashboard/_audit_news.html", context)


@require_POST
def export(request: UserRequest) -> HttpResponseBase:
    require(request.user.effective_role in READERS)
    return exports.answer(request, AuditLog)
