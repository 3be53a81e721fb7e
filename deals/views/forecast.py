"""The forecast by close month, and the same as CSV."""

from __future__ import annotations

import csv

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm import htmx
from crm.access import require
from crm.export import safe_cell
from crm.http import UserRequest
from crm.navigation import SELLING
from deals.forecast import Forecast, read_forecast
from deals.forecast_forms import ForecastForm
from deals.forecast_page import ForecastPage, table
from deals.ways import ways

PAGE, FRAGMENT = "deals/forecast.html", "deals/_forecast.html"


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
        return HttpResponse(f"{form.sentences}\n", status=422, content_type="text/plain; charset=utf-8")
    return _file(read_forecast(form.scope, today=today))


def _file(found: Forecast) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"forecast-{found.scope.first:%Y-%m}-to-{found.scope.last:%Y-%m}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerows([safe_cell(value) for value in row] for row in table(found))
    return response
