"""Cards of deals: what is done next, how long a deal stands in its stage, and whether anybody still talks to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.models import Activity, Kind
from crm.boards import Badge, Card
from crm.money import money_text
from crm.navigation import WRITERS
from deals.states import quiet_days, rotting_mark

if TYPE_CHECKING:
    from accounts.models import User
    from deals.models import Deal, Stage


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
    return {pk: Next(*rest) for pk, *rest in planned.values_list("deal_id", "kind", "due_on", "due_at")}


def next_badge(deal: Deal, following: Next | None, today: dt.date) -> Badge | None:
    """“Call today”, “Overdue 3 days”, or the warning that nothing is planned; nothing for a deal that is closed."""
    if deal.closed_on:
        return None
    if following is None:
        return Badge(_("No next activity"), "warn", "triangle-alert")
    kind = Kind(following.kind).label
    if following.due_on is None:
        return Badge(_("%(activity)s, no date") % {"activity": kind})
    if (late := (today - following.due_on).days) > 0:
        text = ngettext("Overdue %(count)s day", "Overdue %(count)s days", late) % {"count": late}
        return Badge(text, "bad", title=f"{kind}, {_day(following.due_on, today)}")
    hour = f" {formats.time_format(timezone.localtime(following.due_at), 'H:i')}" if following.due_at else ""
    return Badge(f"{kind} {_when(following.due_on, today)}{hour}", "good" if late == 0 else "")


def _when(day: dt.date, today: dt.date) -> str:
    ahead = (day - today).days
    return {0: _("today"), 1: _("tomorrow")}.get(ahead) or _day(day, today)


def _day(day: dt.date, today: dt.date) -> str:
    return formats.date_format(day, "j M" if day.year == today.year else "j M Y")


def age_badge(deal: Deal, today: dt.date) -> Badge:
    """Days in the stage; in its place a warning for a deal that rots; the day for one that is closed."""
    if deal.closed_on:
        return Badge(_day(deal.closed_on, today))
    if mark := rotting_mark(deal, today):
        return Badge(_("%(days)s d") % {"days": quiet_days(deal, today)}, mark.tone, "hourglass", mark.title)
    days = max(0, (today - timezone.localdate(deal.stage_entered_at)).days)
    title = ngettext("%(count)s day in this stage", "%(count)s days in this stage", days) % {"count": days}
    return Badge(_("%(days)s d") % {"days": days}, title=title)


def cards_of(deals: list[Deal], stages: dict[int, Stage], user: User, today: dt.date) -> dict[int, Card]:
    """By the deals' ids. The deals come with customer, company and owner."""
    following, movable = next_of(deals), user.effective_role in WRITERS
    for deal in deals:
        deal.stage = stages[deal.stage_id]
    return {deal.pk: _card(deal, following.get(deal.pk), today, movable=movable) for deal in deals}


def _card(deal: Deal, following: Next | None, today: dt.date, *, movable: bool) -> Card:
    badge = next_badge(deal, following, today)
    return Card(
        pk=deal.pk,
        title=deal.title,
        url=deal.get_absolute_url(),
        move_url=reverse("deals:move", args=[deal.pk]) if movable else "",
        moves=deal.moves,
        line=" · ".join(str(who) for who in (deal.company, deal.customer) if who),
        badges=(badge,) if badge else (),
        amount="" if deal.amount is None else money_text(deal.amount, deal.currency, 0),
        without=_("No amount"),
        note=age_badge(deal, today),
        owner=str(deal.owner) if deal.owner else "",
        initials=deal.owner.initials if deal.owner else "",
    )
