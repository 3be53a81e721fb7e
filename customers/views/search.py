"""One box for everything: the page of results, and the records of the palette."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm import htmx
from crm.finding import Beside, Hit, beside, find, kinds
from crm.http import UserRequest
from crm.navigation import NEW, links
from customers.duplicates import Question

if TYPE_CHECKING:
    from accounts.models import User

ON_THE_PAGE, IN_THE_PALETTE = 20, 5


@dataclass
class Group:
    """The hits of one kind."""

    label: str
    options: list[Option] = field(default_factory=list)


@dataclass(frozen=True)
class Option:
    """A hit as the palette and the page show it."""

    url: str
    label: str
    icon: str
    detail: str
    badge: str
    beside: Beside | None


def groups(hits: list[Hit], user: User) -> list[Group]:
    found: dict[str, Group] = {}
    others = beside(hits, user)
    for hit in hits:
        option = Option(hit.url, hit.title, hit.icon, hit.detail, hit.reason, others.get((hit.kind, hit.pk)))
        found.setdefault(hit.kind, Group(str(kinds()[hit.kind].label))).options.append(option)
    return list(found.values())


@require_safe
def index(request: UserRequest) -> HttpResponse:
    """Results by kind. The one exact hit is where the searcher wants to be; with ?stay=1 the results all the same."""
    typed = Question(request.GET).text
    hits = find(typed, request.user, ON_THE_PAGE)
    exact = [hit for hit in hits if hit.exact]
    if len(exact) == 1 and "stay" not in request.GET and not htmx.wants_fragment(request):
        return _straight_to(exact[0], request, typed)
    context = {"query": typed, "groups": groups(hits, request.user), "new": links(NEW, request.user.effective_role)}
    return htmx.answer(request, "search/index.html", "search/_results.html", context)


def _straight_to(hit: Hit, request: UserRequest, typed: str) -> HttpResponse:
    back = f"{reverse('search')}?{urlencode({'q': typed, 'stay': 1})}"
    found = _("Found by %(reason)s.") % {"reason": hit.reason}
    return htmx.go(request, hit.url, say=format_html('{} <a href="{}">{}</a>', found, back, _("All results")))


@require_safe
def palette(request: UserRequest) -> HttpResponse:
    hits = find(Question(request.GET).text, request.user, IN_THE_PALETTE)
    return render(request, "palette/_results.html", {"groups": groups(hits, request.user)})
