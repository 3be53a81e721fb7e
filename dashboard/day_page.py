"""What the page of a day shows: its sections with their lines, and what stands beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import formats
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.models import User
from activities.models import Activity
from activities.page import Line, line_of
from crm.money import money_text
from crm.navigation import LEADERS, SELLING
from crm.phones import screen_text
from dashboard.beside import Month, Some, Worked, idle_deals, month_of, new_leads, worked_on
from dashboard.today import FIRST, MOST, Clock, Section, done_of, plan_of
from leads.models import LeadStatus

DONE_FIRST = 10
DUE = ("overdue", "today")
TONES = {"overdue": "bad", "today": "accent"}


@dataclass(frozen=True)
class DayLine:
    """A line with what one needs at once: how much it is about, where it stands, how to reach whom."""

    line: Line
    amount: str = ""
    badge: str = ""
    phone: tuple[str, str] | None = None
    email: str = ""

    @property
    def activity(self) -> Activity:
        return self.line.activity


def day_line(activity: Activity, user: User, clock: Clock, section: str) -> DayLine:
    line = line_of(activity, user, clock.today)
    if section == "done":
        return DayLine(line)
    if section == "overdue":  # an hour that has passed is late too
        line = replace(line, tone="bad")
    return DayLine(line, *_about(activity), *_reached(activity))


def _about(activity: Activity) -> tuple[str, str]:
    """The amount and the state of its deal or lead."""
    deal, lead = activity.deal, activity.lead
    if deal:
        return money_text(deal.amount, deal.currency, 0) if deal.amount is not None else "", str(deal.stage)
    if lead:
        amount = money_text(lead.value, lead.currency, 0) if lead.value is not None else ""
        return amount, _status(lead.status, get_language())
    return "", ""


@lru_cache
def _status(status: str, language: str | None) -> str:
    return str(LeadStatus(status).label)


def _reached(activity: Activity) -> tuple[tuple[str, str] | None, str]:
    """The first number and address of the customer, else of the lead."""
    customer, lead = activity.customer, activity.lead
    if customer and not customer.deleted_at:
        phone, email = next(iter(customer.phones.all()), None), next(iter(customer.emails.all()), None)
        return (phone.number, str(phone)) if phone else None, email.address if email else ""
    if lead and not lead.deleted_at:
        return (lead.phone, screen_text(lead.phone)) if lead.phone else None, lead.email
    return None, ""


@dataclass(frozen=True)
class Shown:
    """A section on the page."""

    section: Section
    lines: list[DayLine]
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
    def has_work(self) -> bool:
        """Whether something is due that the user may finish."""
        due = [shown for shown in self.sections if shown.name in DUE]
        return any(line.line.may_edit for shown in due for line in shown.lines)

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
        lines = [day_line(row, self.user, self.clock, section.name) for row in section.rows]
        return Shown(section, lines, more_url, step)

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
