"""A browser says that it is to show notifications, or no longer."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from crm import htmx, webpush
from crm.access import get_visible
from crm.errors import BadInput
from crm.http import UserRequest
from notifications import browsers
from notifications.forms import BrowserForm, LeaveForm
from notifications.models import PushSubscription


@require_safe
def index(request: UserRequest) -> HttpResponse:
    """The list alone, as it is now."""
    return render(request, "notifications/_browsers.html", {"browsers": browsers.of(request.user)})


@never_cache
@require_safe
def browser_key(request: UserRequest) -> JsonResponse:
    """By which key this installation is known; none when push services are not to be used. With a token for the service
    worker, which has no page to take one from."""
    return JsonResponse({"key": webpush.public_key() if settings.WEBPUSH_SERVICES else "", "token": get_token(request)})


@require_POST
def keep_browser(request: UserRequest) -> HttpResponse:
    """From now on it shows what this user is told, as long as they are signed in there."""
    form = BrowserForm(request.POST)
    if not form.is_valid():
        raise BadInput(next(iter(form.errors.values()))[0])
    name = browsers.named(request.headers.get("User-Agent", ""))
    browsers.keep(request.user, request.session, browser=name, **form.cleaned_data)
    return HttpResponse(status=204)


@require_POST
def leave_browser(request: UserRequest) -> HttpResponse:
    """The browser itself says so."""
    form = LeaveForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Say which browser it is."))
    browsers.leave(request.user, form.cleaned_data["endpoint"])
    return HttpResponse(status=204)


@require_POST
def remove_browser(request: UserRequest, pk: int) -> HttpResponse:
    """From wherever one is: a browser that one has lost, or sold."""
    kept = get_visible(PushSubscription, request.user, pk)
    browsers.leave(request.user, kept.endpoint)
    return htmx.go(
        request, "notifications:settings", say=_("%(browser)s shows nothing any more.") % {"browser": kept.browser}
    )
