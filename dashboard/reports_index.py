"""The gallery of reports: what each of them answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from crm.access import require
from crm.http import UserRequest
from crm.navigation import SELLING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Lazy


@dataclass(frozen=True)
class Report:
    """A page of figures, and the question it answers."""

    name: str
    icon: str
    title: Lazy
    answers: Lazy

    @property
    def url(self) -> str:
        return reverse(self.name)


REPORTS = (
    Report(
        "dashboard:revenue",
        icon="chart-column",
        title=_("Revenue"),
        answers=_("What came in, from whom, for what, and how it compares with the time before."),
    ),
    Report(
        "dashboard:sales",
        icon="gauge",
        title=_("Sales"),
        answers=_("How many leads came, what became of them, and what each person did for it."),
    ),
    Report(
        "reports:pipeline",
        icon="funnel",
        title=_("Pipeline"),
        answers=_("At which stage deals are lost, how long they take, and who wins them."),
    ),
    Report(
        "deals:forecast",
        icon="trending-up",
        title=_("Forecast"),
        answers=_("What the open deals will bring in each month, against the target."),
    ),
    Report(
        "deals:forecast_past",
        icon="history",
        title=_("How forecasts came out"),
        answers=_("What was forecast for each month that is over, beside what was won in the end."),
    ),
)


@require_safe
def index(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in SELLING)
    return render(request, "home/reports.html", {"reports": REPORTS})
