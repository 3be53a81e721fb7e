"""Where the figures of a team's day come from: the lists that show exactly their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

if TYPE_CHECKING:
    from dashboard.team_day import TeamDay


class TeamLinks:
    """Addresses of lists, narrowed to the team that is looked at."""

    def __init__(self, day: TeamDay) -> None:
        self._day = day
        self._team: dict[str, Any] = {"team": day.team.pk} if day.team else {}
        self._today = day.clock.today.isoformat()

    @property
    def here(self) -> str:
        return self._to("home")

    @property
    def new_leads(self) -> str:
        return self._to("leads:index", created_from=self._today, created_to=self._today)

    @property
    def in_time(self) -> str:
        return self._answered("in_time")

    @property
    def late(self) -> str:
        return self._answered("late")

    def _answered(self, how: str) -> str:
        first = self._day.answers_from.isoformat()
        return self._to("leads:index", created_from=first, created_to=self._today, answer=how)

    @property
    def unattended(self) -> str:
        return self._to("leads:unattended")

    @property
    def done(self) -> str:
        return self._to("dashboard:sales_activities", done_from=self._today, done_to=self._today)

    @property
    def open_deals(self) -> str:
        return self._to("deals:list", status="open")

    @property
    def won(self) -> str:
        month = self._day.month.isoformat()
        return self._to("deals:list", status="won", closed_from=month, closed_to=self._today)

    @property
    def idle_deals(self) -> str:
        return self._to("deals:list", status="open", next="none")

    @property
    def late_closes(self) -> str:
        yesterday = self._day.clock.day(-1).isoformat()
        return self._to("deals:list", status="open", close_to=yesterday)

    def _to(self, name: str, **filters: str) -> str:
        query = urlencode(filters | self._team)
        return f"{reverse(name)}?{query}" if query else reverse(name)
