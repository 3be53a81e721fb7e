"""The board of leads: the page, a column of it, and the move of a card."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm import boards, htmx
from crm.access import get_writable, require
from crm.errors import BadInput
from crm.http import UserRequest
from crm.navigation import SELLING
from leads.board import NUMBERS, LeadBoard, orders_of
from leads.loss_forms import LoseForm
from leads.models import OPEN_STATUSES, Lead, LeadStatus
from leads.move_forms import MoveForm
from leads.stale import sentence_about
from leads.views.conversion import converting
from leads.views.verbs import losing, stale


@require_safe
def index(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in SELLING)
    shown = LeadBoard(request.user, request.GET, now=now())
    cards = shown.cards
    if htmx.wants_fragment(request) and cards.panel_open:
        return render(request, "lists/_filters.html", {"listing": cards})
    context = {
        "shown": shown,
        "listing": cards,
        "board": None if shown.is_empty and not cards.is_filtered else shown.board,
        "orders": orders_of(cards),
        "list_url": _list_url(request.GET),
    }
    return render(request, "leads/board.html", context)


def _list_url(query: QueryDict) -> str:
    """The list with the same filters."""
    kept = query.copy()
    for name in ("sort", "panel", "after", "before"):
        kept.pop(name, None)
    return f"{reverse('leads:index')}?{kept.urlencode()}" if kept else reverse("leads:index")


@require_safe
def column(request: UserRequest, status: str) -> HttpResponse:
    """A column again, or its next cards; without scripts the list of its leads."""
    require(request.user.effective_role in SELLING)
    if status not in OPEN_STATUSES:
        raise Http404
    if not htmx.wants_fragment(request):
        return HttpResponseRedirect(f"{reverse('leads:index')}?status={status}")
    shown = LeadBoard(request.user, request.GET, now=now())
    if after := request.GET.get("after"):
        return boards.show_more(request, shown.more(status, after))
    return boards.show_column(request, shown.columns([status])[0])


@require_http_methods(["GET", "POST"])
def move(request: UserRequest, pk: int) -> HttpResponse:
    """A card goes to another status. Lost asks for the reason first, converted for what it becomes."""
    lead = get_writable(Lead, request.user, pk)
    if request.method == "GET":
        return _ask_where(request, lead)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _ask(request, _where(request, lead))
    to, seen = form.cleaned_data["to"], form.cleaned_data["moves"]
    if (seen is not None and seen != NUMBERS[lead.status]) or not lead.is_open:
        return _too_late(request, lead)
    special = {LeadStatus.LOST: _lose, LeadStatus.CONVERTED: _to_conversion, LeadStatus.NEW: _no_way_back}
    before = lead.status
    if to != before and to in special:
        return special[to](request, lead)
    done = to == before or {LeadStatus.CONTACTED: lead.contact, LeadStatus.QUALIFIED: lead.qualify}[to](by=request.user)
    return _moved(request, lead, [before, to]) if done else _too_late(request, lead)


# Answers


def _board(request: UserRequest) -> LeadBoard:
    """The board that the card was dragged on: with the filters of its address."""
    shown = urlsplit(request.htmx.current_url_abs_path or "")
    query = QueryDict(shown.query if shown.path == reverse("leads:board") else "")
    try:
        return LeadBoard(request.user, query, now=now())
    except BadInput:
        return LeadBoard(request.user, QueryDict(), now=now())


def _moved(request: UserRequest, lead: Lead, statuses: list[str]) -> HttpResponse:
    if not htmx.wants_fragment(request):
        return htmx.go(request, "leads:board", say=_("%(name)s was moved.") % {"name": lead})
    shown = _board(request)
    heads = [shown.head(status) for status in dict.fromkeys(statuses)]
    parts: dict[str, Any] = {"shown": shown, "extra": "leads/_board_total.html"}
    return boards.moved(request, heads=heads, card=shown.card(lead.pk), **parts)


def _columns_again(
    request: UserRequest, statuses: Iterable[str], say: str, *, status: int = 200, undo: str = ""
) -> HttpResponse:
    shown = _board(request)
    parts: dict[str, Any] = {"shown": shown, "extra": "leads/_board_total.html", "status": status}
    response = boards.fresh(request, columns=shown.columns(statuses), **parts)
    level = "error" if status == 409 else "success"
    return htmx.trigger(response, toast={"text": say, "level": level, "undo": undo})


def _too_late(request: UserRequest, lead: Lead) -> HttpResponse:
    """409: who has taken it where; the board gets its columns as they are."""
    if not htmx.wants_fragment(request):
        return stale(request, lead)
    return _columns_again(request, OPEN_STATUSES, sentence_about(lead), status=409)


def _no_way_back(request: UserRequest, lead: Lead) -> HttpResponse:
    text = _("“%(name)s” was contacted already, so it is not new any more.") % {"name": lead}
    if not htmx.wants_fragment(request):
        return _ask_where(request, lead, text, status=409)
    return _columns_again(request, OPEN_STATUSES, text, status=409)


def _lose(request: UserRequest, lead: Lead) -> HttpResponse:
    """With a reason it is done; without one it is asked for."""
    form = LoseForm(request.POST if "reason" in request.POST else None, user=request.user)
    before = lead.status
    if not (form.is_bound and form.is_valid()):
        return _ask(request, losing(lead, form) | _repeated(lead))
    if not lead.lose(form.cleaned_data["reason"], form.cleaned_data["note"], by=request.user):
        return _too_late(request, lead)
    say = _("%(name)s is lost.") % {"name": lead}
    undo = reverse("leads:reopen", args=[lead.pk])
    if not htmx.wants_fragment(request):
        return htmx.go(request, "leads:board", say=say, undo=undo)
    return _columns_again(request, [before], say, undo=undo)


def _repeated(lead: Lead) -> dict[str, Any]:
    """The move, sent again with the reason."""
    url = reverse("leads:move", args=[lead.pk])
    return {"action": url, "hidden": [("to", LeadStatus.LOST), ("moves", NUMBERS[lead.status])]}


def _ask(request: UserRequest, context: dict[str, Any]) -> HttpResponse:
    if htmx.wants_fragment(request):
        return boards.ask(request, context)
    return render(request, "boards/move.html", context, status=422)


def _to_conversion(request: UserRequest, lead: Lead) -> HttpResponse:
    """The drawer with what the lead becomes; the card waits where it was."""
    if not htmx.wants_fragment(request):
        return htmx.go(request, reverse("leads:convert", args=[lead.pk]))
    return boards.ask(request, converting(request, lead), fragment="leads/_convert.html")


def _where(request: UserRequest, lead: Lead, text: str = "") -> dict[str, Any]:
    return {
        "title": _("Move “%(name)s”") % {"name": lead},
        "forms": [MoveForm.for_page(request.POST or None, lead, NUMBERS[lead.status])],
        "action": reverse("leads:move", args=[lead.pk]),
        "submit_label": _("Move"),
        "back_url": reverse("leads:board"),
        "back_label": _("Leads"),
        "text": text,
    }


def _ask_where(request: UserRequest, lead: Lead, text: str = "", *, status: int = 200) -> HttpResponse:
    return render(request, "boards/move.html", _where(request, lead, text), status=status)
