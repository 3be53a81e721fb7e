"""The first page: where each role starts its day."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from crm.http import UserRequest
from dashboard import day_views, reports_index, team_views

#: role -> the page it starts on; agents, and who has no role, start with their customers
STARTS = {
    "admin": team_views.team,
    "manager": team_views.team,
    "sales": day_views.today,
    "analyst": reports_index.index,
}


@require_safe
def index(request: UserRequest) -> HttpResponse:
    start = STARTS.get(request.user.effective_role)
    return start(request) if start else redirect("customers:index")
