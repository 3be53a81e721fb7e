"""One place decides between page and fragment, and speaks to the toasts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from crm.http import UserRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


def wants_fragment(request: HttpRequest) -> bool:
    """True when htmx asked for a part, not for a page (boosted, or restored from the history)."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def answer(
    request: HttpRequest, page: str, fragment: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The fragment to htmx, the whole page (which includes the fragment) to everybody else."""
    return render(request, fragment if wants_fragment(request) else page, context, status=status)


def messages_stay(request: HttpRequest) -> dict[str, Any]:
    """For templates, after Django's own: a part of a page that is fetched again shows no messages and uses none up.
    Those of a verb are for the page that the browser is on its way to."""
    return {"messages": ()} if wants_fragment(request) else {}


def go(request: UserRequest, to: Any, *, say: str = "", undo: str = "") -> HttpResponse:
    """After a verb: to the page `to`, with a toast there; `undo` is the URL that takes the verb back by POST."""
    if say:
        messages.success(request, say, extra_tags=undo)
    url = resolve_url(to)
    if wants_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def came_from(request: UserRequest) -> str:
    """The page on which a verb was sent, if that is here; a form says it as `next`, the one of Undo always does."""
    sent = request.POST.get("next", "") or request.GET.get("next", "")
    wanted: str = sent or request.htmx.current_url_abs_path or ""
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else ""


def toast(response: HttpResponse, text: str, *, undo: str = "") -> HttpResponse:
    """Add a toast to a fragment's answer."""
    return trigger(response, toast={"text": str(text), "undo": undo})


def trigger(response: HttpResponse, **events: Any) -> HttpResponse:
    """Add events to the answer's HX-Trigger."""
    already = json.loads(response.get("HX-Trigger", "{}"))
    response["HX-Trigger"] = json.dumps(already | events)
    return response
