"""Stage, amount and close of a deal, edited in the cell of the list."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm import htmx
from crm.access import get_writable
from crm.editing import Conflict
from crm.http import UserRequest
from crm.templatetags.cells import inside
from deals.board_forms import Further, MoveForm, is_stale
from deals.deal_forms import DealForm
from deals.models import Deal
from deals.moves import Stale
from deals.tables import IN_PLACE, editable_cell
from deals.views import moving

#: The cell -> the field of the deal's form.
FIELDS = {"amount": "amount", "close": "expected_close"}
#: what goes into the cell leaves no question in the drawer
CLOSE: dict[str, Any] = {"drawer:close": {}}


@require_http_methods(["GET", "POST"])
def cell(request: UserRequest, name: str, pk: int) -> HttpResponse:
    """The form in the cell; without script the same on a page of its own."""
    if name not in IN_PLACE:
        raise Http404
    deal = get_writable(Deal, request.user, pk)
    if not htmx.wants_fragment(request):
        return HttpResponseRedirect(_page(deal, name))
    if "cancel" in request.GET:
        return _shown(deal, name)
    return _stage(request, deal) if name == "stage" else _field(request, deal, name)


def _page(deal: Deal, name: str) -> str:
    edit, move = reverse("deals:edit", args=[deal.pk]), reverse("deals:move", args=[deal.pk])
    return f"{edit}?field={FIELDS[name]}" if name in FIELDS else move


def _field(request: UserRequest, deal: Deal, name: str) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = DealForm(data, user=request.user, instance=deal, only=FIELDS[name])
    if data is None:
        return _form(request, deal, name, form)
    if form.is_valid():
        try:
            return _saved(form.apply(by=request.user), name)
        except Conflict as conflict:
            return _choose(request, deal, name, conflict)
        except ValidationError as error:
            form.add_error(None, error)
    return _form(request, deal, name, form, status=422)


def _choose(request: UserRequest, deal: Deal, name: str, conflict: Conflict) -> HttpResponse:
    """In the drawer, which sends the choice here again; the answer to that goes into the cell."""
    context = {
        "action": reverse("deals:cell", args=[name, deal.pk]),
        "cell": f"#row-{deal.pk} td:has(.cell-form)",
        "cancel_url": _page(deal, name),
        "conflict": conflict,
        "object": conflict.row,
    }
    response = render(request, "deals/_cell_merge.html", context, status=409)
    response["HX-Retarget"], response["HX-Reswap"] = "#drawer-body", "innerHTML"
    return response


def _stage(request: UserRequest, deal: Deal) -> HttpResponse:
    """A move like any other: what the new stage asks for is asked in the drawer."""
    form = MoveForm(request.POST if request.method == "POST" else None, deal=deal, user=request.user)
    if request.method == "GET":
        return _form(request, deal, "stage", form)
    if is_stale(deal, request.POST):
        return _stale_stage(Stale(deal))
    if not form.is_valid():
        return _form(request, deal, "stage", form, status=422)
    if Further(deal, form.cleaned_data["to"], request.user, request.POST).wants:
        return moving.go(request, deal, request.POST)
    try:
        deal.move(form.cleaned_data["to"], by=request.user, moves=form.cleaned_data["moves"])
    except Stale as problem:
        return _stale_stage(problem)
    except ValidationError as problem:
        form.add_error(None, problem)
        return _form(request, deal, "stage", form, status=422)
    return _saved(deal, "stage")


def _stale_stage(problem: Stale) -> HttpResponse:
    response = HttpResponse(inside(editable_cell(problem.deal, "stage", timezone.localdate())), status=409)
    return htmx.trigger(response, toast={"text": problem.sentence, "level": "error"})


def _form(request: UserRequest, deal: Deal, name: str, form: Any, *, status: int = 200) -> HttpResponse:
    for field in form.visible_fields():
        field.field.widget.attrs["class"] = "input"
    label = _("%(what)s of %(deal)s") % {"what": next(iter(form.visible_fields())).label, "deal": deal}
    context = {"form": form, "action": reverse("deals:cell", args=[name, deal.pk]), "label": label}
    return htmx.trigger(render(request, "deals/_cell_form.html", context, status=status), **CLOSE)


def _shown(deal: Deal, name: str) -> HttpResponse:
    return htmx.trigger(HttpResponse(inside(editable_cell(deal, name, timezone.localdate()))), **CLOSE)


def _saved(deal: Deal, name: str) -> HttpResponse:
    return htmx.trigger(_shown(deal, name), **{"record:changed": {}})
