from __future__ import annotations

from typing import Any

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
from dashboard.pipeline_cards import MEANINGS, cards, velocity_parts
from dashboard.pipeline_forms import PipelineForm, PipelineQuery
from dashboard.pipeline_report import TABLES, Report
from dashboard.pipeline_tables import PipelineDeals
from dashboard.sales_downloads import csv_answer
from dashboard.sales_scope import may_see
from dashboard.sales_views import asked, presets, refused
from dashboard.wording import as_of, period_text

PAGE, FRAGMENT = "dashboard/pipeline.html", "dashboard/_pipeline.html"


@require_safe
def pipeline(request: UserRequest) -> HttpResponse:
    require(may_see(request.user))
    form = PipelineForm(request.GET, today=today(), user=request.user)
    if not form.is_valid():
        context = {"form": form, "presets": presets(form, reverse("reports:pipeline"))}
        return answer(request, PAGE, FRAGMENT, context, status=422)
    return answer(request, PAGE, FRAGMENT, _shown(form, form.query(organisation_zone(), timezone.now())))


@require_safe
def pipeline_csv(request: UserRequest, table: str) -> HttpResponse:
    require(may_see(request.user))
    if table not in TABLES:
        raise Http404
    form = PipelineForm(request.GET, today=today(), user=request.user)
    if not form.is_valid():
        return refused(form)
    query = form.query(organisation_zone(), timezone.now())
    return csv_answer(f"pipeline-{table}", query.period, TABLES[table](Report(query)).plain, query.zone)


@require_safe
def deals(request: UserRequest) -> HttpResponse:
    require(may_see(request.user))
    return lists.answer(request, PipelineDeals, page="dashboard/pipeline_deals.html")


@require_POST
def deals_export(request: UserRequest) -> HttpResponseBase:
    require(may_see(request.user))
    return exports.answer(request, PipelineDeals)


def _shown(form: PipelineForm, query: PipelineQuery) -> dict[str, Any]:
    report = Report(query)
    totals = report.figures.totals
    return {
        "presets": presets(form, reverse("reports:pipeline")),
        "asked": asked(form, query.period),
        "form": form.with_dates(query.period),
        "query": query,
        "cards": cards(report, totals),
        "velocity": velocity_parts(report, totals),
        "tables": {table.name: table for table in report.tables()},
        "meanings": MEANINGS.items(),
        "currency": settings.BASE_CURRENCY,
        "period_shown": period_text(query.period),
        "as_of": as_of(query.now),
    }
