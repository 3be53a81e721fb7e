"""Won, lost, open again, into another pipeline: each its own URL, all of them moves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm import boards, htmx
from crm.access import get_writable
from crm.http import UserRequest
from deals.board_forms import Moves, is_stale
from deals.models import Deal, StageKind
from deals.moves import Stale, stage_of_kind
from deals.new_forms import StageField, beginnings
from deals.views import moving


@require_POST
def win(request: UserRequest, pk: int) -> HttpResponse:
    return _close(request, pk, StageKind.WON)


@require_http_methods(["GET", "POST"])
def lose(request: UserRequest, pk: int) -> HttpResponse:
    """GET asks for the reason, in the drawer or on a page."""
    return _close(request, pk, StageKind.LOST)


def _close(request: UserRequest, pk: int, kind: StageKind) -> HttpResponse:
    """As if the deal had been dragged there; what the stage asks for is asked."""
    deal = get_writable(Deal, request.user, pk)
    data = request.POST.copy()
    try:
        data["to"] = str(stage_of_kind(deal.stage.pipeline_id, kind).pk)
    except ValidationError as problem:
        return refused(request, deal, " ".join(problem.messages))
    data.setdefault("moves", str(deal.moves))
    if "reason" in data:
        data["asked"] = "1"
    answer = moving.go(request, deal, data)
    if request.method == "GET" and answer.status_code == 422:
        answer.status_code = 200  # asking is no mistake of whoever opens the form
    return answer


@require_POST
def reopen(request: UserRequest, pk: int) -> HttpResponse:
    deal = get_writable(Deal, request.user, pk)
    if is_stale(deal, request.POST):
        return refused(request, deal, Stale(deal).sentence, status=409)
    try:
        deal.reopen(by=request.user, moves=Moves(request.POST).value)
    except Stale as problem:
        return refused(request, deal, problem.sentence, status=409)
    except ValidationError as problem:
        return refused(request, deal, " ".join(problem.messages))
    said = _("“%(deal)s” is open again, in “%(stage)s”.") % {"deal": deal, "stage": deal.stage}
    return htmx.go(request, moving.undone_from(request) or deal, say=said)


def refused(request: UserRequest, deal: Deal, sentence: str, *, status: int = 422) -> HttpResponse:
    """What cannot be done, in a sentence: as a toast, or on a page of its own."""
    if htmx.wants_fragment(request):
        return htmx.trigger(HttpResponse(status=status), toast={"text": sentence, "level": "error"})
    context = {"title": deal.title, "text": sentence, "back_url": deal.get_absolute_url(), "back_label": deal.title}
    return render(request, "deals/refused.html", context, status=status)


class PipelineForm(forms.Form):
    """An open stage of another pipeline."""

    to = StageField(None, empty_label=None)
    moves = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, user: Any, deal: Deal) -> None:
        super().__init__(data, initial={"moves": deal.moves})
        to = self.fields["to"]
        assert isinstance(to, StageField)  # noqa: S101 - declared above
        to.label, to.several = _("Stage"), True
        to.queryset = beginnings(user).exclude(pipeline=deal.stage.pipeline_id)


@require_http_methods(["GET", "POST"])
def change_pipeline(request: UserRequest, pk: int) -> HttpResponse:
    deal = get_writable(Deal, request.user, pk)
    form = PipelineForm(request.POST if request.method == "POST" else None, user=request.user, deal=deal)
    status = 200
    if is_stale(deal, request.POST):
        return refused(request, deal, Stale(deal).sentence, status=409)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                deal.change_pipeline(form.cleaned_data["to"], by=request.user, moves=form.cleaned_data["moves"])
                say = _("“%(deal)s” is in “%(stage)s” now.") % {"deal": deal, "stage": deal.stage}
                return htmx.go(request, deal, say=say)
            except Stale as problem:
                return refused(request, deal, problem.sentence, status=409)
            except ValidationError as problem:
                form.add_error(None, problem)
    context = {
        "title": _("“%(deal)s” goes to another pipeline") % {"deal": deal},
        "forms": [form],
        "hidden": [],
        "action": request.path,
        "submit_label": _("Move"),
        "back_url": deal.get_absolute_url(),
        "back_label": deal.title,
    }
    if htmx.wants_fragment(request):
        return boards.ask(request, context) if status == 422 else render(request, "boards/_ask.html", context)
    return render(request, "boards/move.html", context, status=status)
