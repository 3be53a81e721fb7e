from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crm.access import require
from crm.errors import BadInput
from crm.htmx import answer
from crm.http import UserRequest
from crm.moments import today
from dashboard.board import Query, read_board
from dashboard.cards import MEANINGS, NAMES, cards
from dashboard.downloads import revenue_csv as board_csv
from dashboard.forms import BoardForm
from dashboard.links import Links
from dashboard.periods import PRESETS, Unit
from dashboard.scope import may_see
from dashboard.top_rows import KINDS, TITLES, top_rows
from dashboard.wording import Numbers, as_of, period_text

CHART_TITLES: dict[Unit, Any] = {
    "day": gettext_lazy("Net revenue by day"),
    "week": gettext_lazy("Net revenue by week"),
    "month": gettext_lazy("Net revenue by month"),
}
PAGE, FRAGMENT = "dashboard/revenue.html", "dashboard/_board.html"


@require_safe
def revenue(request: UserRequest) -> HttpResponse:
    require(may_see(request.user))
    form = BoardForm(request.GET, today=today())
    if not form.is_valid():
        return answer(request, PAGE, FRAGMENT, {"form": form, "presets": _presets(form)}, status=422)
    query = form.query(request.user)
    return answer(request, PAGE, FRAGMENT, _shown(form, query))


@require_safe
def revenue_csv(request: UserRequest) -> HttpResponse:
    require(may_see(request.user))
    form = BoardForm(request.GET, today=today())
    if not form.is_valid():
        return HttpResponse("\n".join(form.sentences()) + "\n", status=422, content_type="text/plain; charset=utf-8")
    return board_csv(form.query(request.user))


@require_safe
def top(request: UserRequest, kind: str) -> HttpResponse:
    """One list of the best, loaded beside the board; a page of its own without scripts."""
    require(may_see(request.user))
    if (chosen := KINDS.get(kind)) is None:
        raise Http404
    form = BoardForm(request.GET, today=today())
    if not form.is_valid():
        raise BadInput(" ".join(form.sentences()))
    query = form.query(request.user)
    context = {
        "kind": kind,
        "title": TITLES[chosen],
        "rows": top_rows(query, chosen),
        "asked": asked(query),
        "period": period_text(query.period),
    }
    return answer(request, "dashboard/top.html", "dashboard/_top.html", context)


def _shown(form: BoardForm, query: Query) -> dict[str, Any]:
    board, links, numbers = read_board(query), Links(query.scope), Numbers.here()
    return {
        "presets": _presets(form),
        "form": form.with_dates(query.period),
        "query": query,
        "board": board,
        "links": links,
        "numbers": numbers,
        "cards": cards(board, links, numbers),
        "meanings": [(NAMES[name], meaning) for name, meaning in MEANINGS.items()],
        "asked": asked(query),
        "tops": TITLES.items(),
        "currency": settings.BASE_CURRENCY,
        "chart_title": CHART_TITLES[query.by],
        "period_shown": period_text(query.period),
        "net_shown": numbers.money(board.total.net),
        "as_of": as_of(board.at),
    }


def asked(query: Query) -> str:
    """The query with its dates: what the download and the lists beside the board are asked for."""
    dates = {"from": query.period.first, "to": query.period.last, "bucket": query.by}
    filters = {name: value for name in ("country", "channel") if (value := getattr(query.scope, name))}
    return urlencode(dates | filters)


def _presets(form: BoardForm) -> list[dict[str, Any]]:
    """Links to the presets, with the filters and the bucket that are set."""
    url, data = reverse("dashboard:revenue"), form.cleaned_data
    kept = {word: data[name] for name, word in (("country", "country"), ("channel", "channel")) if data.get(name)}
    chosen = form.chosen_preset if form.is_valid() else ""
    return [
        {"label": label, "url": f"{url}?{urlencode({'preset': name} | kept)}", "current": name == chosen}
        for name, (label, _period) in PRESETS.items()
    ]
