"""What happens around every page: broken text, content security, caching and htmx answers, zone, history context."""

from __future__ import annotations

import time
import zoneinfo
from collections.abc import Callable
from urllib.parse import urlencode

import pghistory
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from crm.errors import no_page
from crm.moments import zone_names

Next = Callable[[HttpRequest], HttpResponseBase]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'; object-src 'none'"
)


def note_the_moment(get_response: Next) -> Next:
    """`request.began`, in seconds: what changes after it may be missing from the page."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.began = time.time()  # type: ignore[attr-defined]  # ours
        return get_response(request)

    return middleware


def refuse_broken_text(get_response: Next) -> Next:
    """400 for paths, queries and cookies that no text column could hold: NUL, or bytes that are not UTF-8."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "")
        if "\x00" in request.path_info or "%00" in query or "\ufffd" in request.path_info:
            return HttpResponse("Bad request: the address holds characters that cannot be read.\n", status=400)
        if any("\x00" in value for value in request.COOKIES.values()):  # quoted cookies spell it in octal digits
            return HttpResponse("Bad request: a cookie holds characters that cannot be read.\n", status=400)
        return get_response(request)

    return middleware


def content_security(get_response: Next) -> Next:
    """The strict policy on every response: nothing inline, nothing from elsewhere."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        return response

    return middleware


def htmx_answers(get_response: Next) -> Next:
    """Pages are never cached (Back would show a bare fragment), and a login redirect leaves the fragment."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["HX-Request"])
            if settings.SESSION_COOKIE_NAME in request.COOKIES:
                add_never_cache_headers(response)
        if "HX-Request" in request.headers and response.get("Location", "").startswith(resolve_url(settings.LOGIN_URL)):
            return _to_login(request)
        return response

    return middleware


def _to_login(request: HttpRequest) -> HttpResponse:
    try:
        current = getattr(request, "htmx", None) and request.htmx.current_url_abs_path  # type: ignore[attr-defined]  # set by django-htmx
    except ValueError:  # anybody may send a header that is no URL
        current = None
    query = urlencode({REDIRECT_FIELD_NAME: current or "/"})
    to = f"{resolve_url(settings.LOGIN_URL)}?{query}"
    return HttpResponse(status=204, headers={"HX-Redirect": to, "Rapport-Signed-Out": "1"})


def verbs_are_no_pages(get_response: Next) -> Next:
    """A browser that opens the address of a verb is told so: Django's own answer is empty."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code == 405 and request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
            return no_page(request, response["Allow"])
        return response

    return middleware


def user_time_zone(get_response: Next) -> Next:
    """Times on screen in the user's zone."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        name = getattr(request.user, "time_zone", "") if settings.SESSION_COOKIE_NAME in request.COOKIES else ""
        with timezone.override(zoneinfo.ZoneInfo(name) if name in zone_names() else None):
            return get_response(request)

    return middleware


def history_context(get_response: Next) -> Next:
    """Changes made by this request carry the user and the address in their history."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method in SAFE_METHODS or not request.user.is_authenticated:
            return get_response(request)
        with pghistory.context(user=request.user.pk, url=request.path):
            return get_response(request)

    return middleware
