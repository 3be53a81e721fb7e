"""The day of a team, for those who lead one; for admins, of all."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.models import Team
from crm.errors import BadInput
from crm.htmx import answer
from crm.http import UserRequest
from dashboard.day_views import clock_of_request
from dashboard.team_cards import cards_of
from dashboard.team_day import TeamDay
from dashboard.team_links import TeamLinks


class TeamForm(forms.Form):
    """GET: one team of several."""

    team: forms.ModelChoiceField[Team] = forms.ModelChoiceField(None, required=False)

    def __init__(self, data: Any, *, request: UserRequest) -> None:
        super().__init__(data)
        field = self.fields["team"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Team.objects.visible_to(request.user)


def team(request: UserRequest) -> HttpResponse:
    form = TeamForm(request.GET, request=request)
    if not form.is_valid():
        raise BadInput(_("This team is not known."))
    clock, user = clock_of_request(), request.user
    day = TeamDay(user, clock, form.cleaned_data["team"])
    teams = list(Team.objects.visible_to(user)) if user.effective_role == "admin" else []
    links = TeamLinks(day)
    context = {
        "day": day,
        "links": links,
        "cards": cards_of(day, links),
        "teams": teams if len(teams) > 1 else [],
        "date_shown": formats.date_format(clock.today, "l, j F"),
    }
    return answer(request, "home/team.html", "home/_team.html", context)
