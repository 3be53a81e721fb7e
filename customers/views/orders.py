"""Orders: list, page, create, edit, delete and restore. Agents are refused everything here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import editing as kernel
from crm import export as exports
from crm import htmx, lists
from crm.access import get_writable, require
from crm.deleted import find, with_deleted
from crm.http import UserRequest
from crm.navigation import ORDERS, WRITERS
from customers import lookup
from customers.duplicates import Question
from customers.models import Customer, Order, OrderKind
from customers.order_forms import OrderForm
from customers.order_tables import DeletedOrders, OrderList
from customers.prefilled import OrderFor
from customers.views import editing

KIND = editing.Kind("orders", Order, OrderForm)
SUGGESTED = 8
SHOWN_LINES = 200
View = Callable[..., HttpResponseBase]


def for_those_who_see_orders(view: View) -> View:
    @wraps(view)
    def guarded(request: UserRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require(request.user.effective_role in ORDERS)
        return view(request, *args, **kwargs)

    return guarded


def _found(request: UserRequest, pk: int) -> Order:
    rows = with_deleted(Order).select_related("customer__company", "customer__owner", "returns_order", "created_by")
    return find(rows, request.user, pk)


@require_safe
@for_those_who_see_orders
def index(request: UserRequest) -> HttpResponse:
    return lists.answer(request, OrderList, page="customers/index.html")


@require_safe
@for_those_who_see_orders
def deleted(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in WRITERS)
    return lists.answer(request, DeletedOrders, page="customers/index.html")


@require_POST
@for_those_who_see_orders
def export(request: UserRequest) -> HttpResponseBase:
    return exports.answer(request, OrderList)


@require_http_methods(["GET", "POST"])
@for_those_who_see_orders
def create(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in WRITERS)
    given = OrderFor(request.GET, user=request.user)
    return editing.create(request, KIND, title=given.title, initial=given.initial_values)


@require_safe
@for_those_who_see_orders
def detail(request: UserRequest, pk: int) -> HttpResponse:
    order = _found(request, pk)
    rights = editing.rights(order, request.user)
    context = {
        **_lines(order),
        **rights,
        "order": order,
        "facts": editing.facts(KIND, order, request.user, writable=rights["may_edit"]),
        "returns": Order.objects.visible_to(request.user).filter(returns_order=order).order_by("placed_at", "pk"),
        "may_return": rights["may_edit"] and order.kind == OrderKind.SALE,
    }
    return render(request, "orders/detail.html", context)


@require_safe
@for_those_who_see_orders
def facts(request: UserRequest, pk: int) -> HttpResponse:
    order = _found(request, pk)
    writable = editing.may_edit(order, request.user)
    shown = editing.facts(KIND, order, request.user, writable=writable)
    return render(request, "orders/_facts.html", {"order": order, "facts": shown})


@require_safe
@for_those_who_see_orders
def lines(request: UserRequest, pk: int) -> HttpResponse:
    order = _found(request, pk)
    context = {"order": order, "may_edit": editing.may_edit(order, request.user), **_lines(order)}
    return render(request, "orders/_lines.html", context)


def _lines(order: Order) -> dict[str, Any]:
    rows = list(order.lines.all()[: SHOWN_LINES + 1])
    return {"lines": rows[:SHOWN_LINES], "more_lines": len(rows) > SHOWN_LINES}


@require_http_methods(["GET", "POST"])
@for_those_who_see_orders
def edit(request: UserRequest, pk: int) -> HttpResponse:
    order = get_writable(Order, request.user, pk)
    if request.GET.get("field") != "lines":
        return editing.edit(request, KIND, order)
    return kernel.answer(
        request,
        OrderForm(request.POST or None, user=request.user, instance=order, only="lines"),
        page="customers/form.html",
        fragment="forms/_form.html",
        context=editing.back_to(order),
        done=lambda row: htmx.go(request, row, say=_("Saved.")),
    )


@require_POST
@for_those_who_see_orders
def delete(request: UserRequest, pk: int) -> HttpResponse:
    return editing.delete(request, KIND, pk)


@require_POST
@for_those_who_see_orders
def restore(request: UserRequest, pk: int) -> HttpResponse:
    return editing.restore(request, KIND, pk)


@require_safe
@for_those_who_see_orders
def history(request: UserRequest, pk: int) -> HttpResponse:
    return editing.show_history(request, KIND, find(Order, request.user, pk))


@require_POST
@for_those_who_see_orders
def restore_value(request: UserRequest, pk: int) -> HttpResponse:
    return editing.restore_value(request, KIND, get_writable(Order, request.user, pk))


# Suggestions for boxes that choose


@require_safe
@for_those_who_see_orders
def suggest(request: UserRequest) -> HttpResponse:
    """Sales whose number begins with what was typed."""
    typed = Question(request.GET).text
    rows = Order.objects.visible_to(request.user).filter(kind=OrderKind.SALE, number__gte=typed)
    found = rows.filter(number__startswith=typed).select_related("customer").order_by("number", "pk")
    return render(request, "orders/_options.html", {"orders": found[:SUGGESTED] if typed else []})


@require_safe
@for_those_who_see_orders
def customers(request: UserRequest) -> HttpResponse:
    """Customers whom the typed text finds."""
    typed = Question(request.GET).text
    seen = Customer.objects.visible_to(request.user)
    found = lookup.narrow(seen, typed).select_related("company").order_by("sort_key", "pk")
    return render(request, "orders/_options.html", {"customers": found[:SUGGESTED] if typed else []})
