"""What the page of a day shows: its sections with their lines, and what stands beside them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from activities.page import line_of
from crm.navigation import LEADERS, SELLING
from dashboard.beside import Month, Some, Worked, idle_deals, month_of, new_leads, worked_on
from dashboard.today import FIRST, MOST, Clock, Section, done_of, plan_of

DONE_FIRST = 10
TONES = {"overdue": "bad", "today": "accent"}


@dataclass(frozen=True)
class Shown:
    """A section on the page."""

    section: Section
    lines: list[Any]
    more_url: str
    more: int

    @property
    def name(self) -> str:
        return self.section.name

    @property
    def tone(self) -> str:
        return TONES.get(self.name, "")

    @property
    def is_folded(self) -> bool:
        return self.name == "later"


@dataclass(frozen=True)
class DayPage:
    """The day of `person` as `user` sees it."""

    person: User
    user: User
    clock: Clock
    limits: dict[str, int]

    @property
    def is_own(self) -> bool:
        return self.person.pk == self.user.pk

    @property
    def leads_others(self) -> bool:
        return self.user.effective_role in LEADERS

    @property
    def title(self) -> str:
        return _("Today") if self.is_own else _("Plan of %(name)s") % {"name": self.person}

    @property
    def date_shown(self) -> str:
        return formats.date_format(self.clock.today, "l, j F")

    @cached_property
    def plan(self) -> dict[str, Section]:
        return plan_of(self.person, self.user, self.clock, self.limits)

    @cached_property
    def sections(self) -> list[Shown]:
        """Those that have rows."""
        return [self._shown(section) for section in self.plan.values() if section.count]

    @cached_property
    def done(self) -> Shown | None:
        found = done_of(self.person, self.user, self.clock, self.limits.get("done", DONE_FIRST))
        return self._shown(found) if found.count else None

    @property
    def due(self) -> int:
        """What is to be worked through."""
        return self.plan["overdue"].count + self.plan["today"].count

    @property
    def summary(self) -> str:
        late, due = self.plan["overdue"].count, self.plan["today"].count
        parts = [
            ngettext("%(count)s overdue", "%(count)s overdue", late) % {"count": late} if late else "",
            ngettext("%(count)s for today", "%(count)s for today", due) % {"count": due} if due else "",
        ]
        return ", ".join(filter(None, parts))

    @property
    def here_url(self) -> str:
        return self._url(self.limits)

    def _shown(self, section: Section) -> Shown:
        step = min(section.rest, FIRST, MOST - len(section.rows))
        more_url = self._url(self.limits | {section.name: len(section.rows) + step}) if step > 0 else ""
        return Shown(section, [line_of(row, self.user) for row in section.rows], more_url, step)

    def _url(self, limits: dict[str, int]) -> str:
        person = {} if self.is_own else {"person": self.person.pk}
        query = urlencode(person | limits)
        return f"{reverse('today')}?{query}" if query else reverse("today")

    # Beside

    @property
    def sells(self) -> bool:
        return self.user.effective_role in SELLING

    @cached_property
    def new_leads(self) -> Some:
        return new_leads(self.person, self.user, self.clock)

    @cached_property
    def idle_deals(self) -> Some:
        return idle_deals(self.person, self.user)

    @cached_property
    def month(self) -> Month:
        return month_of(self.person, self.user, self.clock)

    @cached_property
    def worked_on(self) -> list[Worked]:
        return worked_on(self.person, self.user)
