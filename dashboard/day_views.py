"""One's own day, and for those who lead the days of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from crm.access import get_visible, require
from crm.errors import BadInput
from crm.htmx import answer
from crm.http import UserRequest
from dashboard.day_page import DayPage
from dashboard.today import MOST, TITLES, Clock

#: who plans activities
WORKERS = frozenset({"admin", "manager", "sales", "agent"})


class DayForm(forms.Form):
    """GET: whose day, and how many rows of a section where one asked for more."""

    person = forms.IntegerField(required=False, min_value=1, max_value=2**62)

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        for name in TITLES:
            self.fields[name] = forms.IntegerField(required=False, min_value=1, max_value=MOST)

    @property
    def limits(self) -> dict[str, int]:
        return {name: limit for name in TITLES if (limit := self.cleaned_data[name])}


@require_safe
def today(request: UserRequest) -> HttpResponse:
    require(request.user.effective_role in WORKERS)
    form = DayForm(request.GET)
    if not form.is_valid():
        raise BadInput(_("This part of the day is not known."))
    person = person_of(request.user, form.cleaned_data["person"])
    day = DayPage(person, request.user, clock_of_request(), form.limits)
    return answer(request, "home/today.html", "home/_day.html", {"day": day})


def person_of(user: User, pk: int | None) -> User:
    """Oneself, or somebody whom `user` leads; 404 for anybody else."""
    return user if pk in (None, user.pk) else get_visible(User, user, pk)


def clock_of_request() -> Clock:
    """Now, in the zone of whoever asks."""
    return Clock(timezone.now(), timezone.get_current_timezone())
