"""Cards of deals: what is done next, how long a deal stands in its stage, and whether anybody still talks to it.

A board writes some two hundred: what is the same for all is looked up once, and only what a card shows is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import F, QuerySet
from django.db.models.functions import TruncDate
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from activities.models import Activity, Kind
from crm.addresses import pattern
from crm.boards import Badge, Card
from crm.money import money_text
from crm.navigation import WRITERS
from deals.states import QUIET_SINCE, mark_of

if TYPE_CHECKING:
    from deals.models import Deal, Stage

#: the columns of a deal that its card shows
SHOWN = (
    "pk",
    "title",
    "stage_id",
    "status",
    "owner_id",
    "customer_id",
    "amount",
    "currency",
    "closed_on",
    "open_activities",
    "moves",
)
#: what else it shows, under names of its own; days are made of moments by the database, three hundred of them quicker
MADE = {
    "company_name": F("company__name"),
    "customer_name": F("customer__name"),
    "reference": F("customer__reference"),
    "owner_name": F("owner__name"),
    "owner_email": F("owner__email"),
    "entered_on": TruncDate("stage_entered_at"),
    "quiet_since": QUIET_SINCE,
}


def rows_of(deals: QuerySet[Deal], *more: str) -> list[Any]:
    """What cards need of deals, and the annotations `more`, as tuples: to make objects of them takes five times as
    long."""
    return list(deals.annotate(**MADE).values_list(*SHOWN, *MADE, *more, named=True))


@dataclass(frozen=True)
class Next:
    """The activity that comes next for a deal."""

    kind: str
    due_on: dt.date | None
    due_at: dt.datetime | None


def next_of(deals: Iterable[Any]) -> dict[int, Next]:
    """In one query, for deals that the reader has been found to see."""
    pks = [deal.pk for deal in deals if deal.open_activities]
    if not pks:
        return {}
    order = ("deal_id", F("due_on").asc(nulls_last=True), F("due_at").asc(nulls_last=True), "pk")
    planned = Activity.objects.filter(deal_id__in=pks, done_at=None).order_by(*order).distinct("deal_id")
    found = planned.values_list("deal_id", "kind", "due_on", "due_at")
    return {pk: Next(kind, due_on, due_at) for pk, kind, due_on, due_at in found if pk}


def cards_of(deals: list[Any], stages: dict[int, Stage], user: User, today: dt.date) -> dict[int, Card]:
    """By the deals' ids; the deals come from rows_of()."""
    writer = CardWriter(deals, stages, user, today)
    return {deal.pk: writer.card(deal) for deal in deals}


class CardWriter:
    """The cards of one answer. Words, addresses, days and people are looked up once."""

    def __init__(self, deals: list[Any], stages: dict[int, Stage], user: User, today: dt.date) -> None:
        self.stages, self.today, self.following = stages, today, next_of(deals)
        self._people: dict[int | None, tuple[str, str]] = {None: ("", "")}
        self.pages = pattern("deals:detail")
        self.moves = pattern("deals:move") if user.effective_role in WRITERS else None
        self.kinds = {kind.value: str(kind.label) for kind in Kind}
        self._days: dict[dt.date, str] = {}
        self._plans: dict[Next, Badge] = {}
        self._ages: dict[int, Badge] = {}

    def card(self, deal: Any) -> Card:
        badge = self.next_badge(deal)
        owner, initials = self._people.get(deal.owner_id) or self._person(deal)
        return Card(
            pk=deal.pk,
            title=deal.title,
            url=self.pages % deal.pk,
            move_url=self.moves % deal.pk if self.moves else "",
            moves=deal.moves,
            line=" · ".join(filter(None, (deal.company_name, self._customer(deal)))),
            badges=(badge,) if badge else (),
            amount="" if deal.amount is None else money_text(deal.amount, deal.currency, 0),
            without=self.no_amount,
            note=self.age_badge(deal),
            owner=owner,
            initials=initials,
        )

    def _person(self, deal: Any) -> tuple[str, str]:
        """Name and initials; few people own many deals."""
        owner = User(name=deal.owner_name, email=deal.owner_email)
        self._people[deal.owner_id] = str(owner), owner.initials
        return self._people[deal.owner_id]

    def _customer(self, deal: Any) -> str:
        """Some have no name: as everywhere else."""
        if deal.customer_id is None or deal.customer_name:
            return deal.customer_name or ""
        return f"{_('Customer')} {deal.reference or deal.customer_id}"

    # What comes next

    def next_badge(self, deal: Any) -> Badge | None:
        """“Call today”, “Overdue 3 days”, or the warning that nothing is planned; nothing for a deal that is closed."""
        if deal.closed_on:
            return None
        following = self.following.get(deal.pk)
        if following is None:
            return self.nothing_planned
        if following not in self._plans:
            self._plans[following] = self._plan(following)
        return self._plans[following]

    def _plan(self, following: Next) -> Badge:
        kind = self.kinds[following.kind]
        if following.due_on is None:
            return Badge(_("%(activity)s, no date") % {"activity": kind})
        if (late := (self.today - following.due_on).days) > 0:
            text = ngettext("Overdue %(count)s day", "Overdue %(count)s days", late) % {"count": late}
            return Badge(text, "bad", title=f"{kind}, {self._day(following.due_on)}")
        hour = f" {formats.time_format(timezone.localtime(following.due_at), 'H:i')}" if following.due_at else ""
        return Badge(f"{kind} {self._when(following.due_on)}{hour}", "good" if late == 0 else "")

    def _when(self, day: dt.date) -> str:
        ahead = (day - self.today).days
        return self._day(day) if ahead > 1 else _("tomorrow") if ahead else _("today")

    def _day(self, day: dt.date) -> str:
        if day not in self._days:
            self._days[day] = formats.date_format(day, "j M" if day.year == self.today.year else "j M Y")
        return self._days[day]

    # How old it is

    def age_badge(self, deal: Any) -> Badge:
        """Days in the stage; in its place a warning for a deal that rots; the day for one that is closed."""
        if deal.closed_on:
            return Badge(self._day(deal.closed_on))
        quiet = (self.today - deal.quiet_since).days
        if mark := mark_of(deal.status, self.stages[deal.stage_id], quiet):
            return Badge(self.in_days % {"days": quiet}, mark.tone, "hourglass", mark.title)
        days = max(0, (self.today - deal.entered_on).days)
        if days not in self._ages:
            title = ngettext("%(count)s day in this stage", "%(count)s days in this stage", days) % {"count": days}
            self._ages[days] = Badge(self.in_days % {"days": days}, title=title)
        return self._ages[days]

    # Words

    @cached_property
    def no_amount(self) -> str:
        return _("No amount")

    @cached_property
    def in_days(self) -> str:
        return _("%(days)s d")

    @cached_property
    def nothing_planned(self) -> Badge:
        return Badge(_("No next activity"), "warn", "triangle-alert")
