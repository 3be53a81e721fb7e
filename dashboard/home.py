"""The first page: where each role starts its day."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect

from crm.http import UserRequest

#: role -> the page it starts on; everybody else starts with their customers
STARTS = {"admin": "dashboard:revenue", "manager": "dashboard:revenue", "analyst": "dashboard:revenue"}


def index(request: UserRequest) -> HttpResponse:
    return redirect(STARTS.get(request.user.effective_role, "customers:index"))
