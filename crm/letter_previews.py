"""The administration's preview of every letter, written for whoever looks, from facts that are nobody's."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from crm import letters
from crm.letters import Kind, Letter
from crm.middleware import POLICY

#: of the page that shows a letter in a frame
FRAMING = f"{POLICY}; frame-src 'self'"
#: of the letter in it: its own look and nothing else
FRAMED = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


class LetterPreviews(ModelAdmin[Any]):
    """Adds the pages to an admin."""

    def get_urls(self) -> list[Any]:
        inside = self.admin_site.admin_view
        return [
            path("letters/", inside(self.letters), name="crm_mail_letters"),
            path("letters/<str:kind>/", inside(self.letter), name="crm_mail_letter"),
            path(
                "letters/<str:kind>/html/",
                xframe_options_sameorigin(inside(self.letter_html)),
                name="crm_mail_letter_html",
            ),
            *super().get_urls(),
        ]

    def letters(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, "admin/letters.html", title=_("Letters"))

    def letter(self, request: HttpRequest, kind: str) -> HttpResponse:
        found = _kind(kind)
        sample = _sample(found, request)
        response = self._page(request, "admin/letter.html", title=found.label, kind=found, letter=sample)
        response["Content-Security-Policy"] = FRAMING
        return response

    def letter_html(self, request: HttpRequest, kind: str) -> HttpResponse:
        sample = _sample(_kind(kind), request)
        return HttpResponse(sample.html, headers={"Content-Security-Policy": FRAMED})

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        around = self.admin_site.each_context(request)
        return render(request, template, {**around, "opts": self.opts, "kinds": letters.kinds(), **context})


def _kind(name: str) -> Kind:
    try:
        return letters.kind_of(name)
    except LookupError as error:
        raise Http404 from error


def _sample(kind: Kind, request: HttpRequest) -> Letter:
    user: Any = request.user
    return letters.sample_of(kind, user) or Letter(_("Nothing to say"), _("With these facts nothing would be sent."))
