"""Deals are created, edited, shared, put away and taken back; their history."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from crm import editing as kernel
from crm import htmx
from crm.access import get_writable, require, visible
from crm.deleted import find
from crm.errors import BadInput
from crm.http import UserRequest
from crm.navigation import WRITERS
from customers.views import editing
from deals.deal_forms import DealForm
from deals.kind import DEALS
from deals.line_fields import SumsForm
from deals.models import Deal, Product
from deals.new_forms import DealFor, NewDealForm

#: Columns that follow from others: their history would say the same twice.
UNSAID = frozenset({"status", "base_amount", "stage_entered_at"})


@require_http_methods(["GET", "POST"])
def create(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in WRITERS)
    given = DealFor(request.GET, user=request.user)
    form = NewDealForm(request.POST or None, user=request.user, initial=given.initial_values)
    return kernel.answer(
        request,
        form,
        page="deals/create.html",
        fragment="deals/_create.html",
        context={
            "title": _("New deal"),
            "back_url": reverse("deals:board"),
            "back_label": _("Deals"),
            "cancel_url": reverse("deals:board"),
        },
        done=lambda row: htmx.go(request, row, say=_("%(name)s was added.") % {"name": row}),
    )


@require_http_methods(["GET", "POST"])
def edit(request: UserRequest, pk: int) -> HttpResponse:
    """The full form; with ?field= that of a fact, or of the products."""
    deal = get_writable(Deal, request.user, pk)
    if request.GET.get("field") != "lines":
        return editing.edit(request, DEALS, deal)
    return kernel.answer(
        request,
        ProductsForm(request.POST or None, user=request.user, instance=deal),
        page="customers/form.html",
        fragment="forms/_form.html",
        context=editing.back_to(deal) | {"title": _("Products of %(name)s") % {"name": deal}},
        done=lambda row: htmx.go(request, row, say=_("Saved.")),
    )


class ProductsForm(DealForm):
    """The products, and whether the amount follows them."""

    def tailor(self, user: User) -> None:
        super().tailor(user)
        self.fields = {name: self.fields[name] for name in ("lines", "amount_from_lines", "base")}

    @property
    def sections(self) -> list[Any]:
        return []


@require_POST
def sums(request: UserRequest) -> HttpResponse:
    """What the products that somebody is typing come to; nothing is written."""
    require(request.user.effective_role in WRITERS)
    form = SumsForm({"currency": request.POST.get("currency") or request.GET.get("currency", "")})
    if not form.is_valid():
        raise BadInput(form.errors["currency"][0])
    sums = form.sums(request.POST, visible(Product, request.user))
    return render(request, "deals/_line_sums.html", {"name": "lines", "sums": sums})


@require_POST
def delete(request: UserRequest, pk: int) -> HttpResponse:
    return editing.delete(request, DEALS, pk)


@require_POST
def restore(request: UserRequest, pk: int) -> HttpResponse:
    return editing.restore(request, DEALS, pk)


@require_safe
def history(request: UserRequest, pk: int) -> HttpResponse:
    """Without the columns that only follow from others."""
    return editing.show_history(request, DEALS, find(Deal, request.user, pk), unsaid=UNSAID)


@require_POST
def restore_value(request: UserRequest, pk: int) -> HttpResponse:
    return editing.restore_value(request, DEALS, get_writable(Deal, request.user, pk))
