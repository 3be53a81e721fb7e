from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from crm import export as exports
from crm import lists
from crm.access import require
from crm.htmx import answer
from crm.http import UserRequest
from crm.moments import organisation_zone, today
from dashboard.forms import WORDS
from dashboard.periods import PRESETS
from dashboard.sales_board import read_sales
from dashboard.sales_cards import MEANINGS, NAMES
from dashboard.sales_downloads import TABLES
from dashboard.sales_downloads import sales_csv as table_csv
from dashboard.sales_figures import SalesQuery, oldest_day
from dashboard.sales_forms import PeopleForm, SalesForm
from dashboard.sales_scope import may_see
from dashboard.sales_tables import WorkList
from dashboard.wording import as_of, period_text

PAGE, FRAGMENT = "dashboard/sales.html", "dashboard/_sales.html"


@require_safe
def sales(request: UserRequest) -> HttpResponse:
    require(may_see(request.user))
    form = SalesForm(request.GET, today=today(), user=request.user)
    if not form.is_valid():
        context = {"form": form, "presets": presets(form, reverse("dashboard:sales"))}
        return answer(request, PAGE, FRAGMENT, context, status=422)
    return answer(request, PAGE, FRAGMENT, _shown(form, _query(form)))


@require_safe
def sales_csv(request: UserRequest, table: str) -> HttpResponse:
    require(may_see(request.user))
    if table not in TABLES:
        raise Http404
    form = SalesForm(request.GET, today=today(), user=request.user)
    if not form.is_valid():
        return refused(form)
    return table_csv(_query(form), table)


@require_safe
def activities(request: UserRequest) -> HttpResponse:
    require(may_see(request.user))
    return lists.answer(request, WorkList, page="dashboard/sales_activities.html")


@require_POST
def activities_export(request: UserRequest) -> HttpResponseBase:
    require(may_see(request.user))
    return exports.answer(request, WorkList)


def refused(form: PeopleForm) -> HttpResponse:
    return HttpResponse("\n".join(form.sentences()) + "\n", status=422, content_type="text/plain; charset=utf-8")


def _query(form: SalesForm) -> SalesQuery:
    zone, scope = organisation_zone(), form.scope
    period = form.period(lambda: oldest_day(scope, zone))
    return SalesQuery(scope, period, form.unit(period), form.compared, form.today, zone, timezone.now())


def _shown(form: SalesForm, query: SalesQuery) -> dict[str, Any]:
    url = reverse("dashboard:sales")
    return {
        "presets": presets(form, url),
        "asked": asked(form, query.period, bucket=query.by),
        "form": form.with_dates(query.period),
        "query": query,
        "board": read_sales(query),
        "meanings": [(NAMES[name], meaning) for name, meaning in MEANINGS.items()],
        "currency": settings.BASE_CURRENCY,
        "period_shown": period_text(query.period),
        "as_of": as_of(query.now),
    }


def asked(form: PeopleForm, period: Any, **more: Any) -> str:
    """The query with its dates: what the downloads are asked for."""
    return urlencode({"from": period.first, "to": period.last} | _kept(form) | more)


def _kept(form: PeopleForm) -> dict[str, Any]:
    data = form.cleaned_data
    return {WORDS.get(name, name): data[name] for name in form.kept if data.get(name)}


def presets(form: PeopleForm, url: str) -> list[dict[str, Any]]:
    """Links to the presets, with what else is chosen."""
    kept = {name: value for name, value in _kept(form).items() if name != "bucket"}
    chosen = form.chosen_preset if form.is_valid() else ""
    return [
        {"label": label, "url": f"{url}?{urlencode({'preset': name} | kept)}", "current": name == chosen}
        for name, (label, _period) in PRESETS.items()
    ]
