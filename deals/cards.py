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
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from activities.models import Activity, Kind
from crm.boards import Badge, Card
from crm.money import money_text
from crm.navigation import WRITERS
from deals.states import quiet_days, rotting_mark

if TYPE_CHECKING:
    from deals.models import Deal, Stage

#: the columns of a deal that its card shows
SHOWN = (
    "title",
    "stage_id",
    "status",
    "owner_id",
    "customer_id",
    "amount",
    "currency",
    "opened_on",
    "closed_on",
    "created_at",
    "stage_entered_at",
    "last_contact_at",
    "open_activities",
    "moves",
)


def readable(rows: QuerySet[Deal]) -> QuerySet[Deal]:
    """With what a card needs, and no more."""
    return rows.only(*SHOWN).annotate(
        company_name=F("company__name"), customer_name=F("customer__name"), reference=F("customer__reference")
    )


@dataclass(frozen=True)
class Next:
    """The activity that comes next for a deal."""

    kind: str
    due_on: dt.date | None
    due_at: dt.datetime | None


def next_of(deals: Iterable[Deal]) -> dict[int, Next]:
    """In one query, for deals that the reader has been found to see."""
    pks = [deal.pk for deal in deals if deal.open_activities]
    if not pks:
        return {}
    order = ("deal_id", F("due_on").asc(nulls_last=True), F("due_at").asc(nulls_last=True), "pk")
    planned = Activity.objects.filter(deal_id__in=pks, done_at=None).order_by(*order).distinct("deal_id")
    found = planned.values_list("deal_id", "kind", "due_on", "due_at")
    return {pk: Next(kind, due_on, due_at) for pk, kind, due_on, due_at in found if pk}


def cards_of(deals: list[Deal], stages: dict[int, Stage], user: User, today: dt.date) -> dict[int, Card]:
    """By the deals' ids; the deals come from readable()."""
    for deal in deals:
        deal.stage = stages[deal.stage_id]
    writer = CardWriter(deals, user, today)
    return {deal.pk: writer.card(deal) for deal in deals}


class CardWriter:
    """The cards of one answer. Words, addresses, days and people are looked up once."""

    def __init__(self, deals: list[Deal], user: User, today: dt.date) -> None:
        self.today, self.following = today, next_of(deals)
        self.people = _people({deal.owner_id for deal in deals})
        self.pages = _address("deals:detail")
        self.moves = _address("deals:move") if user.effective_role in WRITERS else None
        self.kinds = {kind.value: str(kind.label) for kind in Kind}
        self._days: dict[dt.date, str] = {}
        self._ages: dict[int, Badge] = {}

    def card(self, deal: Any) -> Card:
        badge = self.next_badge(deal)
        owner, initials = self.people.get(deal.owner_id, ("", ""))
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

    def _customer(self, deal: Any) -> str:
        """Some have no name: as everywhere else."""
        if deal.customer_id is None or deal.customer_name:
            return deal.customer_name or ""
        return f"{_('Customer')} {deal.reference or deal.customer_id}"

    # What comes next

    def next_badge(self, deal: Deal) -> Badge | None:
        """“Call today”, “Overdue 3 days”, or the warning that nothing is planned; nothing for a deal that is closed."""
        if deal.closed_on:
            return None
        following = self.following.get(deal.pk)
        if following is None:
            return self.nothing_planned
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

    def age_badge(self, deal: Deal) -> Badge:
        """Days in the stage; in its place a warning for a deal that rots; the day for one that is closed."""
        if deal.closed_on:
            return Badge(self._day(deal.closed_on))
        if mark := rotting_mark(deal, self.today):
            return Badge(self.in_days % {"days": quiet_days(deal, self.today)}, mark.tone, "hourglass", mark.title)
        days = max(0, (self.today - timezone.localdate(deal.stage_entered_at)).days)
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


def _people(pks: set[int | None]) -> dict[int | None, tuple[str, str]]:
    """Names and initials; few people own many deals."""
    found = User.objects.get_queryset().filter(pk__in=pks - {None}).only("name", "email")
    return {user.pk: (str(user), user.initials) for user in found}


def _address(name: str) -> str:
    """The address of a record, with a place for its number: to look up two hundred of them takes long."""
    return reverse(name, args=[0]).replace("/0/", "/%s/", 1)
