"""Short answers while somebody types: duplicates, and companies to choose from."""

from __future__ import annotations

from django.db.models import Value
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.access import require
from crm.http import UserRequest
from crm.navigation import WRITERS
from crm.text import folded
from customers import duplicates
from customers.models import Company

MOST = 8


@require_safe
def of_customer(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in WRITERS)
    typed = duplicates.Typed(request.GET)
    matches = duplicates.of_customer(typed, request.user) if typed.is_valid() else []
    return render(request, "customers/_duplicates.html", {"matches": matches})


@require_safe
def of_company(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in WRITERS)
    typed = duplicates.Typed(request.GET)
    matches = duplicates.of_company(typed, request.user) if typed.is_valid() else []
    return render(request, "customers/_duplicates.html", {"matches": matches})


@require_safe
def companies(request: UserRequest) -> HttpResponse:
    """Companies whose name begins with, else holds, what was typed: options for a datalist."""
    typed = duplicates.Question(request.GET)
    wanted = folded(Value(typed.text))
    seen = Company.objects.visible_to(request.user).order_by("sort_key", "pk")
    found = list(seen.filter(sort_key__startswith=wanted)[:MOST]) if typed.text else []
    if typed.text and len(found) < MOST:
        more = seen.filter(sort_key__contains=wanted).exclude(pk__in=[row.pk for row in found])
        found += more[: MOST - len(found)]
    return render(request, "companies/_options.html", {"companies": found})
