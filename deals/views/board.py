"""The board of deals: the page, and a column of it."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm import boards, htmx
from crm.access import get_visible, require
from crm.http import UserRequest
from crm.navigation import SELLING
from deals.board import ORDERS, DealBoard, board_of
from deals.models import Stage
from deals.ways import ways


@require_safe
def board(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in SELLING)
    shown = DealBoard(request.user, request.GET, today=timezone.localdate())
    cards = shown.cards
    if htmx.wants_fragment(request) and cards.panel_open:
        return render(request, "lists/_filters.html", {"listing": cards})
    context = {
        "shown": shown,
        "ways": ways(request.GET),
        "listing": cards,
        "board": None if shown.is_empty and not cards.is_filtered else shown.board,
        "orders": [(words, cards.url_with(sort=name), name == cards.sort_name) for name, words in ORDERS],
        "pipelines": [(row, cards.url_with(pipeline=str(row.pk)), row == shown.pipeline) for row in shown.pipelines],
    }
    return render(request, "deals/board.html", context)


@require_safe
def column(request: UserRequest, pk: int) -> HttpResponse:
    """A column again, or its next cards; without scripts the list of its deals."""
    require(request.user.effective_role in SELLING)
    stage = get_visible(Stage, request.user, pk)
    shown = board_of(stage, request.user, request.GET, today=timezone.localdate())
    if after := request.GET.get("after"):
        return boards.show_more(request, shown.more(stage, after))
    if not htmx.wants_fragment(request):
        return HttpResponseRedirect(f"{reverse('deals:list')}?stage={stage.pk}")
    return boards.show_column(request, shown.columns([stage])[0])
