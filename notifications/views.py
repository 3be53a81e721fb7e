"""The bell, the centre, and how one wants to be told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import htmx
from crm.access import get_visible
from crm.errors import BadInput
from crm.http import UserRequest
from crm.models import Record
from notifications import browsers, centre, choosing, fresh, letters, presence
from notifications.centre import Centre
from notifications.forms import UNDO_SALT, AttentionForm, DeliveryForm, NewsForm, UndoForm
from notifications.models import Notification
from notifications.quiet import zone_of


@require_safe
def index(request: UserRequest) -> HttpResponse:
    """The centre; for the bell, the same in the drawer."""
    shown = Centre(request.user, request.GET)
    fragment = "notifications/_days.html" if shown.position else "notifications/_centre.html"
    return htmx.answer(request, "notifications/index.html", fragment, {"centre": shown})


@require_safe
def bell(request: UserRequest) -> HttpResponse:
    """The bell alone, counted anew."""
    return render(request, "notifications/_bell.html", {"unread": request.user.unread, "rings": True})


@require_safe
def news(request: UserRequest) -> JsonResponse:
    """What is to be shown on the screen, to whoever does not look at Rapport."""
    form = NewsForm(request.GET)
    if not form.is_valid():
        raise BadInput(_("Ask for what comes after a notification by its number."))
    last = fresh.newest_of(request.user)  # first: what is told meanwhile comes the next time
    found = fresh.news_of(request.user, form.cleaned_data["after"], now())
    shown = [
        {"id": line.row.pk, "text": line.text, "url": line.url or reverse("notifications:index")} for line in found
    ]
    return JsonResponse({"last": last, "news": shown})


@require_safe
@login_not_required
def service_worker(request: HttpRequest) -> HttpResponse:
    """Asked for by the browser itself, again and again."""
    script = Path(str(finders.find("js/sw.js")))
    response = HttpResponse(script.read_bytes(), content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@require_POST
def read(request: UserRequest, pk: int) -> HttpResponse:
    get_visible(Notification, request.user, pk)
    centre.read(Notification.objects.visible_to(request.user).filter(pk=pk), request.user, now())
    return _after(request)


@require_POST
def unread(request: UserRequest, pk: int) -> HttpResponse:
    get_visible(Notification, request.user, pk)
    centre.unread(Notification.objects.visible_to(request.user).filter(pk=pk), request.user)
    return _after(request)


@require_POST
def read_all(request: UserRequest) -> HttpResponse:
    """Also those that are on no page yet; until tomorrow it can be taken back."""
    at = now()
    count = centre.read(Notification.objects.visible_to(request.user), request.user, at)
    undo = reverse("notifications:undo_read") + f"?token={signing.dumps(at.isoformat(), salt=UNDO_SALT)}"
    says = ngettext("%(count)s notification read.", "%(count)s notifications read.", count) % {"count": count}
    return _after(request, says, undo) if count else _after(request)


@require_POST
def undo_read(request: UserRequest) -> HttpResponse:
    form = UndoForm(request.GET)
    if not form.is_valid():
        raise BadInput(form.errors["token"][0])
    rows = Notification.objects.visible_to(request.user).filter(read_at=form.cleaned_data["token"])
    centre.unread(rows, request.user)
    return _after(request, _("They are unread again."))


def _after(request: UserRequest, say: str = "", undo: str = "") -> HttpResponse:
    """The bell and the centre hear of it by their topic."""
    if not htmx.wants_fragment(request):
        return htmx.go(request, "notifications:index", say=say, undo=undo)
    response = HttpResponse(status=204)
    return htmx.toast(response, say, undo=undo) if say else response


@require_POST
def attention(request: UserRequest, label: str, pk: int) -> HttpResponse:
    """Follow a record, mute it, or hear of it as usual."""
    subject = _subject(request, label, pk)
    form = AttentionForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Choose whether to follow this record or to mute it."))
    choosing.attend(subject, request.user, form.cleaned_data["attention"])
    if htmx.wants_fragment(request):
        return render(
            request, "notifications/_attention.html", {"attention": choosing.Attending(subject, request.user)}
        )
    return htmx.go(request, subject)


@require_safe
def attending(request: UserRequest, label: str, pk: int) -> HttpResponse:
    """Where it is chosen: in the menu of the record, which fetches it, or on a page of its own."""
    context = {"attention": choosing.Attending(_subject(request, label, pk), request.user)}
    return htmx.answer(request, "notifications/attending.html", "notifications/_attention.html", context)


@require_POST
def here(request: UserRequest, label: str, pk: int) -> HttpResponse:
    """A sign of somebody who looks at a record; answered with who else does."""
    subject = _subject(request, label, pk)
    others = presence.look_at(subject, request.user, now())
    return render(request, "notifications/_others.html", {"others": others})


@csrf_exempt  # mail programs send it by one click; all it can do is in its signed address
@login_not_required
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Out of a digest, without signing in."""
    user = letters.reader_of(token)
    if user is None:
        raise Http404
    if request.method == "POST":
        choosing.leave_digest(user)
    return render(request, "notifications/unsubscribe.html", {"done": request.method == "POST"})


def _subject(request: UserRequest, label: str, pk: int) -> Record:
    try:
        model: Any = apps.get_model(label)
    except (LookupError, ValueError):
        raise Http404 from None
    if not issubclass(model, Record):
        raise Http404
    subject: Record = get_visible(model, request.user, pk)
    return subject


@require_http_methods(["GET", "POST"])
def settings(request: UserRequest) -> HttpResponse:
    """By which ways, and when."""
    form = DeliveryForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        choosing.choose_ways(form.instance, form.chosen())
        return htmx.go(request, "notifications:settings", say=_("Saved."))
    context = {"form": form, "zone": zone_of(request.user), "followed": centre.followed_by(request.user)}
    context["browsers"] = browsers.of(request.user)
    status = 422 if form.is_bound else 200
    return htmx.answer(
        request, "notifications/settings.html", "notifications/_settings_form.html", context, status=status
    )
