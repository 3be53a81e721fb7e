"""The pages for what cannot be answered. A BadInput says in its sentence what to change."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class BadInput(BadRequest):
    """A query that names something we do not know: answered with 400 and this sentence."""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = str(exception) if isinstance(exception, BadInput) else ""
    return render(request, "400.html", {"sentence": sentence}, status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", {"sentence": str(exception)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def no_page(request: HttpRequest, allowed: str) -> HttpResponse:
    """For the address of a verb that was opened like a page: from a bookmark, or after signing in."""
    response = render(request, "405.html", status=405)
    response["Allow"] = allowed
    return response


def too_often(request: HttpRequest) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "60"
    return response


def broken(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
