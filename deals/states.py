"""What a deal is like today: whether anybody still talks to it, and how near its expected close is.

A deal rots when nobody has been in contact for longer than its stage allows: moving or editing it is no contact.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import DateField, F, Q, Value
from django.db.models.functions import Coalesce, Greatest, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deals.models import DealStatus, Stage

if TYPE_CHECKING:
    from deals.models import Deal

#: The local day of the last contact; before there was one, the day on which the deal began.
QUIET_SINCE = Greatest(
    TruncDate("last_contact_at"), Coalesce(F("opened_on"), TruncDate("created_at"), output_field=DateField())
)
#: days before its expected close at which a deal is said to be near it
SOON = 14
_FAR = dt.date(1900, 1, 1)


def quiet_days(deal: Deal, today: dt.date) -> int:
    """Days since the last contact, or since the deal began."""
    began = deal.opened_on or timezone.localdate(deal.created_at)
    contact = timezone.localdate(deal.last_contact_at) if deal.last_contact_at else began
    return max(0, (today - max(began, contact)).days)


def rotting(rows: Any, stages: Iterable[Stage], today: dt.date) -> Any:
    """Those of `rows` that rot; `stages` are those that they may be in."""
    rots = Q(pk__in=[])
    for stage in stages:
        if stage.is_open and stage.rotting_days is not None:
            rots |= Q(stage=stage.pk, quiet_since__lt=Value(_days_before(today, stage.rotting_days), DateField()))
    return rows.alias(quiet_since=QUIET_SINCE).filter(rots, status=DealStatus.OPEN)


def _days_before(day: dt.date, days: int) -> dt.date:
    return day - dt.timedelta(days=min(days, (day - _FAR).days))


@dataclass(frozen=True)
class Mark:
    """A word about a deal with its tone; `title` says it at length."""

    text: str
    tone: str = ""
    title: str = ""


def rotting_mark(deal: Deal, today: dt.date) -> Mark | None:
    """How long nobody has been in contact, when that is too long."""
    return mark_of(deal.status, deal.stage, quiet_days(deal, today))


def mark_of(status: str, stage: Stage, days: int) -> Mark | None:
    """The same, of a deal that has been quiet for `days`."""
    if status != DealStatus.OPEN or stage.rotting_days is None or days <= stage.rotting_days:
        return None
    title = _("No contact for %(days)s days; in “%(stage)s” it should be at most %(limit)s.")
    words = {"days": days, "stage": stage, "limit": stage.rotting_days}
    return Mark(_("%(days)s d quiet") % words, "warn", title % words)


def days_left(deal: Deal, today: dt.date) -> Mark | None:
    """How far the expected close of an open deal is, when it is near or past."""
    if deal.status != DealStatus.OPEN or deal.expected_close is None:
        return None
    days = (deal.expected_close - today).days
    if days < 0:
        return Mark(ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": -days}, "bad")
    if days > SOON:
        return None
    return Mark(ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days} if days else _("today"), "warn")
