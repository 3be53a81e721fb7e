"""The list of deals, the deleted ones, the export; suggestions for boxes that choose a deal."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from crm import export as exports
from crm import lists
from crm.access import require
from crm.http import UserRequest
from crm.navigation import SELLING, WRITERS
from customers import lookup
from customers.duplicates import Question
from deals.deleted_tables import DeletedDeals
from deals.models import Deal
from deals.tables import DealList
from deals.ways import ways

SUGGESTED = 8


@require_safe
def index(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in SELLING)
    return lists.answer(request, DealList, page="deals/list.html", ways=ways(request.GET))


@require_safe
def deleted(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in WRITERS)
    return lists.answer(request, DeletedDeals, page="customers/index.html")


@require_POST
def export(request: UserRequest) -> HttpResponseBase:
    return exports.answer(request, DealList)


@require_safe
def suggest(request: UserRequest) -> HttpResponse:
    """Deals whose title has what was typed."""
    require(request.user.effective_role in SELLING)
    typed = lookup.tidy(Question(request.GET).text)
    rows = Deal.objects.visible_to(request.user).select_related("customer").order_by("sort_key", "pk")
    found = rows.filter(lookup.named(typed))[:SUGGESTED] if typed else []
    return render(request, "deals/_options.html", {"deals": found})
