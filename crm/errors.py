"""The pages for what cannot be answered. A BadInput says in its sentence what to change."""

from __future__ import annotations

import logging

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class BadInput(BadRequest):
    """A query that names something we do not know: answered with 400 and this sentence."""


class ShortOfBadInput(logging.Filter):
    """For the log: a BadInput is no fault of the program, so one line says it. Of all else it tells where it broke."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], BadInput):
            record.exc_info = record.exc_text = None
        return True


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    is_ours = isinstance(exception, BadInput)
    # What is wrong stands behind the question mark: the page itself is there.
    plain = request.path if is_ours and request.method == "GET" and request.GET else ""
    return render(request, "400.html", {"sentence": str(exception) if is_ours else "", "plain": plain}, status=400)


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
