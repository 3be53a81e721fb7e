"""The forecast by close month, how past ones came out, and both as CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

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
from deals.forecast import Forecast, read_forecast
from deals.forecast_forms import ForecastForm, PastForm, ScopeForm
from deals.forecast_page import ForecastPage, table
from deals.past_forecast import Past, read_past
from deals.ways import ways

F = TypeVar("F", bound=ScopeForm)


@require_safe
def forecast(request: UserRequest) -> HttpResponse:
    form = _asked(request, ForecastForm)
    return _page(request, form, "forecast", lambda: ForecastPage(_forecast(form), form))


@require_safe
def forecast_csv(request: UserRequest) -> HttpResponse:
    form = _asked(request, ForecastForm)
    return _file(form, "forecast", lambda: table(_forecast(form)))


@require_safe
def forecast_past(request: UserRequest) -> HttpResponse:
    form = _asked(request, PastForm)
    return _page(request, form, "forecast_past", lambda: past_page.PastPage(_past(form), form))


@require_safe
def forecast_past_csv(request: UserRequest) -> HttpResponse:
    form = _asked(request, PastForm)
    return _file(form, "past-forecasts", lambda: past_page.table(_past(form)))


def _asked(request: UserRequest, kind: type[F]) -> F:
    require(request.user.effective_role in SELLING)
    return kind(request.GET, user=request.user, today=timezone.localdate())


def _forecast(form: ForecastForm) -> Forecast:
    return read_forecast(form.scope, today=form.today)


def _past(form: PastForm) -> Past:
    return read_past(form.scope, form.cleaned_data["as_of"], today=form.today)


def _page(request: UserRequest, form: ScopeForm, name: str, page: Callable[[], Any]) -> HttpResponse:
    whole, fragment = f"deals/{name}.html", f"deals/_{name}.html"
    context = {"form": form, "ways": ways(request.GET), "currency": settings.BASE_CURRENCY}
    if not form.is_valid():
        return htmx.answer(request, whole, fragment, context, status=422)
    return htmx.answer(request, whole, fragment, context | {"page": page()})


def _file(form: ScopeForm, name: str, rows: Callable[[], Iterable[Iterable[Any]]]) -> HttpResponse:
    if not form.is_valid():
        return HttpResponse(f"{form.sentences}\n", status=422, content_type="text/plain; charset=utf-8")
    response, scope = HttpResponse(content_type="text/csv; charset=utf-8"), form.scope
    name = f"{name}-{scope.first:%Y-%m}-to-{scope.last:%Y-%m}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerows([safe_cell(value) for value in row] for row in rows())
    return response
