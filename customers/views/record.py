"""The page of one customer, and the parts of it that are fetched again when something changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.page import Centre, files_url
from crm import htmx, moments
from crm.access import require
from crm.deleted import find, with_deleted
from crm.http import UserRequest
from crm.navigation import ORDERS, WRITERS
from crm.shares import Panel, panels_of
from customers import contacts, purchases
from customers.models import Customer
from customers.views import editing
from customers.views.editing import CUSTOMERS


def _found(request: UserRequest, pk: int) -> Customer:
    return find(Customer, request.user, pk)


def _in_full(request: UserRequest, pk: int) -> Customer:
    """The customer with all that its head and its facts show."""
    rows = with_deleted(Customer).select_related("company", "owner", "created_by")
    return find(rows.prefetch_related(*contacts.FIELDS), request.user, pk)


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    customer = _in_full(request, pk)
    rights = editing.rights(customer, request.user)
    sees_orders, panels = request.user.effective_role in ORDERS, panels_of(customer, request.user)
    context = {
        **_facts(request, customer, writable=rights["may_edit"]),
        **(_bought(request, customer) if sees_orders else {}),
        "figures": purchases.figures_of(customer) if sees_orders else [],
        "sees_orders": sees_orders,
        "centre": _centre(request, customer, panels),
        "files_url": files_url(customer),
        "panels": panels,
        **rights,
    }
    return render(request, "customers/detail.html", context)


@require_safe
def head(request: UserRequest, pk: int) -> HttpResponse:
    customer = _in_full(request, pk)
    context = {"customer": customer, **editing.rights(customer, request.user)}
    return render(request, "customers/_head.html", context)


@require_safe
def facts(request: UserRequest, pk: int) -> HttpResponse:
    customer = _in_full(request, pk)
    writable = editing.may_edit(customer, request.user)
    return render(request, "customers/_facts.html", _facts(request, customer, writable=writable))


def _facts(request: UserRequest, customer: Customer, *, writable: bool) -> dict[str, Any]:
    card = editing.facts_card(CUSTOMERS, customer, request.user, writable=writable)
    return {"customer": customer, **card}


@require_safe
def figures(request: UserRequest, pk: int) -> HttpResponse:
    customer = _found(request, pk)
    require(request.user.effective_role in ORDERS)
    context = {"customer": customer, "figures": purchases.figures_of(customer)}
    return render(request, "customers/_figures.html", context)


@require_safe
def orders(request: UserRequest, pk: int) -> HttpResponse:
    customer = _found(request, pk)
    require(request.user.effective_role in ORDERS)
    return render(request, "customers/_orders.html", {"customer": customer, **_bought(request, customer)})


def _bought(request: UserRequest, customer: Customer) -> dict[str, Any]:
    return {
        "orders": purchases.latest(customer, request.user),
        "months": purchases.months(customer, request.user, today=moments.today()),
        "may_order": request.user.effective_role in WRITERS and not customer.deleted_at,
    }


@require_safe
def timeline(request: UserRequest, pk: int) -> HttpResponse:
    customer = _found(request, pk)
    timeline = _centre(request, customer).timeline
    context = {"customer": customer, "timeline": timeline}
    return htmx.answer(request, "customers/timeline.html", timeline.fragment, context)


def _centre(request: UserRequest, customer: Customer, panels: Sequence[Panel] = ()) -> Centre:
    return Centre(customer, request.user, request.GET, url=CUSTOMERS.url("timeline", customer.pk), panels=panels)
