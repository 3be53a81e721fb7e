"""The forecast by close month, how past ones came out, and both as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm import htmx
from crm.access import require
from crm.export import safe_cell
from crm.http import UserRequest
from crm.navigation import SELLING
from deals import past_page
from deals.forecast import Scope, read_forecast
from deals.forecast_forms import ForecastForm, PastForm, ScopeForm
from deals.forecast_page import ForecastPage, table
from deals.past_forecast import read_past
from deals.ways import ways

PAGE, FRAGMENT = "deals/forecast.html", "deals/_forecast.html"
PAST_PAGE, PAST_FRAGMENT = "deals/forecast_past.html", "deals/_forecast_past.html"


@require_safe
def forecast(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in SELLING)
    today = timezone.localdate()
    form = ForecastForm(request.GET, user=request.user, today=today)
    context = {"form": form, "ways": ways(request.GET), "currency": settings.BASE_CURRENCY}
    if not form.is_valid():
        return htmx.answer(request, PAGE, FRAGMENT, context, status=422)
    found = read_forecast(form.scope, today=today)
    return htmx.answer(request, PAGE, FRAGMENT, context | {"page": ForecastPage(found, form)})


@require_safe
def forecast_csv(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in SELLING)
    today = timezone.localdate()
    form = ForecastForm(request.GET, user=request.user, today=today)
    if not form.is_valid():
        return _refused(form)
    return _file("forecast", form.scope, table(read_forecast(form.scope, today=today)))


@require_safe
def forecast_past(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in SELLING)
    today = timezone.localdate()
    form = PastForm(request.GET, user=request.user, today=today)
    context = {"form": form, "ways": ways(request.GET), "currency": settings.BASE_CURRENCY}
    if not form.is_valid():
        return htmx.answer(request, PAST_PAGE, PAST_FRAGMENT, context, status=422)
    past = read_past(form.scope, form.cleaned_data["as_of"], today=today)
    return htmx.answer(request, PAST_PAGE, PAST_FRAGMENT, context | {"page": past_page.PastPage(past, form)})


@require_safe
def forecast_past_csv(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in SELLING)
    today = timezone.localdate()
    form = PastForm(request.GET, user=request.user, today=today)
    if not form.is_valid():
        return _refused(form)
    past = read_past(form.scope, form.cleaned_data["as_of"], today=today)
    return _file("past-forecasts", form.scope, past_page.table(past))


def _refused(form: ScopeForm) -> HttpResponse:
    return HttpResponse(f"{form.sentences}\n", status=422, content_type="text/plain; charset=utf-8")


def _file(name: str, scope: Scope, rows: Iterable[Iterable[Any]]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"{name}-{scope.first:%Y-%m}-to-{scope.last:%Y-%m}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return response
