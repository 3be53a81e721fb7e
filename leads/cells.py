"""The cells of leads. A list writes five hundred of them, a board ninety cards: what is the same for many is looked up
once for an answer."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.working_time import Schedule
from activities.next_state import next_badge
from crm import moments
from crm.columns import Cell
from crm.money import money_text
from leads import clock
from leads.facts import TONES
from leads.models import Lead, LeadStatus

#: the scores from which a lead is worth a call before others
HOT, WARM = 50, 25


def score_tone(score: int) -> str:
    return "good" if score >= HOT else "accent" if score >= WARM else ""


class LeadCells:
    """The cells of one answer, by the name of their column."""

    def __init__(self, now: dt.datetime) -> None:
        self.now, self.today = now, timezone.localdate()
        self._statuses: dict[str, Cell] = {}
        self._owners: dict[int | None, Cell] = {None: Cell("face", "")}
        self._plans: dict[tuple[dt.date | None, bool], tuple[str, str]] = {}

    @cached_property
    def schedule(self) -> Schedule:
        return Schedule.load()

    def status(self, row: Lead) -> Cell:
        if row.status not in self._statuses:
            status = LeadStatus(row.status)
            self._statuses[row.status] = Cell("badge", status.label, extra=TONES[status])
        return self._statuses[row.status]

    def value(self, row: Lead) -> Cell:
        return Cell("money", "" if row.base_value is None else money_text(row.base_value, places=0))

    def score(self, row: Lead) -> Cell:
        return Cell("badge", str(row.score), extra=score_tone(row.score))

    def owner(self, row: Lead) -> Cell:
        """Few people own many leads."""
        if row.owner_id not in self._owners:
            owner = row.owner or User()
            self._owners[row.owner_id] = Cell("face", str(owner), extra=owner.initials)
        return self._owners[row.owner_id]

    def clock(self, row: Lead) -> Cell:
        return clock.clock_cell(row, self.now, self.schedule)

    def next(self, row: Lead) -> Cell:
        if not row.is_open:
            return Cell("badge", "")
        text, tone = self.plan(row)
        return Cell("badge", text if row.open_activities else self.none_planned, extra=tone)

    def plan(self, row: Lead) -> tuple[str, str]:
        """What is done next, and its tone."""
        plan = row.next_due_on, bool(row.open_activities)
        if plan not in self._plans:
            self._plans[plan] = next_badge(*plan, self.today)
        return self._plans[plan]

    def age(self, row: Lead) -> Cell:
        moment = moments.shown(row.created_at)
        return Cell("time", moment.iso, self.age_text(row), moment.full)

    def age_text(self, row: Lead) -> str:
        """In whole days, hours, or minutes."""
        age = self.now - row.created_at
        if age.days:
            return self._units[0] % {"count": age.days}
        hours, rest = divmod(max(age.seconds, 0), 3600)
        return self._units[1] % {"count": hours} if hours else self._units[2] % {"count": rest // 60}

    @cached_property
    def _units(self) -> tuple[str, str, str]:
        return _("%(count)s d"), _("%(count)s h"), _("%(count)s min")

    @cached_property
    def none_planned(self) -> str:
        return _("None planned")
