"""Moving a deal to another stage, or to another place in its own: by drag, keys, menu, and without scripts."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from crm import boards, htmx
from crm.access import get_writable
from crm.editing import Conflict
from crm.errors import BadInput
from crm.http import UserRequest
from deals.board import DealBoard, board_of
from deals.board_forms import Further, MoveForm, is_stale, query_of
from deals.models import Deal, Stage, StageKind
from deals.moves import Stale


@require_http_methods(["GET", "POST"])
def move(request: UserRequest, pk: int) -> HttpResponse:
    deal = get_writable(Deal, request.user, pk)
    if request.method == "GET":
        return render(request, "boards/move.html", _asking(deal, [MoveForm(None, deal=deal, user=request.user)]))
    return go(request, deal, request.POST)


def go(request: UserRequest, deal: Deal, data: QueryDict) -> HttpResponse:
    """Move as `data` says: 409 when somebody was quicker, 422 with a form when the stage asks for more."""
    form = MoveForm(data, deal=deal, user=request.user)
    is_valid = form.is_valid()
    if is_stale(deal, data):
        return _stale(request, deal, form, Stale(deal))
    if not is_valid:
        return _ask(request, deal, [form])
    try:
        further = _move(request.user, deal, form)
    except (Stale, Conflict) as problem:
        return _stale(request, deal, form, problem)
    except ValidationError as problem:
        form.add_error(None, problem)
        return _ask(request, deal, [form])
    if further.wants:
        return _ask(request, deal, further.forms, form)
    return _moved(request, deal, form, whole=bool(further.forms))


def _move(user: User, deal: Deal, form: MoveForm) -> Further:
    """Ask for what is lacking, or write that and move."""
    data = form.cleaned_data
    further = Further(deal, data["to"], user, form.data)
    if not further.wants:
        with transaction.atomic():
            further.apply(by=user)
            places = {name: data[name] for name in ("moves", "before", "after")}
            deal.move(data["to"], by=user, today=timezone.localdate(), **places, **further.loss)
    return further


# What is asked


def _asking(deal: Deal, forms: list[Any], first: MoveForm | None = None) -> dict[str, Any]:
    """`first` is sent again with the answer to `forms`."""
    to: Stage | None = first.cleaned_data["to"] if first else None
    lost = to is not None and to.kind == StageKind.LOST
    title = _("“%(deal)s” goes to “%(stage)s”") if to else _("Move “%(deal)s”")
    if lost:
        title = _("“%(deal)s” is lost")
    return {
        "title": title % {"deal": deal, "stage": to},
        "text": _("The stage asks for this before the deal enters it.") if to and not lost else "",
        "forms": forms,
        "hidden": [*first.repeated, ("asked", "1")] if first else [],
        "action": reverse("deals:move", args=[deal.pk]),
        "submit_label": _("Mark as lost") if lost else _("Move"),
        "danger": lost,
        "back_url": deal.get_absolute_url(),
        "back_label": deal.title,
    }


def _ask(request: UserRequest, deal: Deal, forms: list[Any], first: MoveForm | None = None) -> HttpResponse:
    context = _asking(deal, forms, first)
    if htmx.wants_fragment(request):
        return boards.ask(request, context)
    return render(request, "boards/move.html", context, status=422)


# What is answered


def _board(request: UserRequest, stage: Stage) -> DealBoard:
    """The board that the card was moved on, with its filters."""
    today, current = timezone.localdate(), query_of(request.htmx.current_url)
    try:
        return board_of(stage, request.user, current, today=today)
    except BadInput:
        return board_of(stage, request.user, QueryDict(), today=today)


def _touched(shown: DealBoard, *stages: int | None) -> list[Stage]:
    return [stage for stage in shown.shown_stages if stage.pk in stages]


def _on_board(request: UserRequest, form: MoveForm) -> bool:
    return htmx.wants_fragment(request) and bool(form.cleaned_data.get("left"))


def _moved(request: UserRequest, deal: Deal, form: MoveForm, *, whole: bool) -> HttpResponse:
    """On a board the parts that have changed: `whole` columns after a form; elsewhere to the deal."""
    to: Stage = form.cleaned_data["to"]
    said = {StageKind.WON: _("“%(deal)s” is won."), StageKind.LOST: _("“%(deal)s” is lost.")}.get(
        StageKind(to.kind), ""
    )
    undo = reverse("deals:reopen", args=[deal.pk]) if said else ""
    if not _on_board(request, form):
        say = said or _("“%(deal)s” is in “%(stage)s” now.")
        return htmx.go(request, came_from(request) or deal, say=say % {"deal": deal, "stage": to}, undo=undo)
    shown = _board(request, to)
    stages = _touched(shown, form.cleaned_data["left"], to.pk)
    parts: dict[str, Any] = {"shown": shown, "extra": "deals/_board_total.html"}
    if whole:
        response = boards.fresh(request, columns=shown.columns(stages), **parts)
    else:
        card = shown.card(deal.pk) if to in stages else None
        response = boards.moved(
            request, heads=[shown.head(stage) for stage in stages], card=card, gone=deal.pk, **parts
        )
    return htmx.toast(response, said % {"deal": deal}, undo=undo) if said else response


def came_from(request: UserRequest) -> str:
    """The list, when the form that a move asked for was opened there."""
    here = request.htmx.current_url_abs_path if htmx.wants_fragment(request) else ""
    return here if here and here.split("?")[0] == reverse("deals:list") else ""


def undone_from(request: UserRequest) -> str:
    """The board or the list, when what was done there is taken back by its toast."""
    here = request.POST.get("next", "")
    return here if here.split("?")[0] in {reverse("deals:board"), reverse("deals:list")} else ""


def _stale(request: UserRequest, deal: Deal, form: MoveForm, problem: Stale | Conflict) -> HttpResponse:
    """409: who has moved it where; the board gets the columns as they are."""
    deal.refresh_from_db()
    changed = _("Somebody has changed “%(deal)s” in the meantime. Look again and repeat the move.") % {"deal": deal}
    sentence = problem.sentence if isinstance(problem, Stale) else changed
    if not _on_board(request, form):
        if htmx.wants_fragment(request):
            return htmx.trigger(HttpResponse(status=409), toast={"text": sentence, "level": "error"})
        again = MoveForm(None, deal=deal, user=request.user)
        context = _asking(deal, [again]) | {"text": sentence}
        return render(request, "boards/move.html", context, status=409)
    shown = _board(request, deal.stage)
    to = form.cleaned_data.get("to")
    stages = _touched(shown, form.cleaned_data["left"], to and to.pk, deal.stage_id)
    parts: dict[str, Any] = {"shown": shown, "extra": "deals/_board_total.html"}
    response = boards.fresh(request, columns=shown.columns(stages), status=409, **parts)
    return htmx.trigger(response, toast={"text": sentence, "level": "error"})
