"""What a deal is like today: what comes next with it, and whether it rots.

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
from django.utils.translation import gettext_lazy, ngettext

from deals.models import DealStatus, Stage

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Lazy

    from deals.models import Deal

#: the state of the next activity -> its words and its tone
NEXT: dict[str, tuple[Lazy, str]] = {
    "overdue": (gettext_lazy("Overdue"), "bad"),
    "today": (gettext_lazy("Today"), "good"),
    "future": (gettext_lazy("Planned"), ""),
    "undated": (gettext_lazy("Without a day"), ""),
    "none": (gettext_lazy("No next activity"), "warn"),
}
#: The local day of the last contact; before there was one, the day on which the deal began.
QUIET_SINCE = Greatest(
    TruncDate("last_contact_at"), Coalesce(F("opened_on"), TruncDate("created_at"), output_field=DateField())
)
_FAR = dt.date(1900, 1, 1)


def next_state(deal: Deal, today: dt.date) -> str:
    """A key of NEXT."""
    if deal.next_due_on:
        return "overdue" if deal.next_due_on < today else "today" if deal.next_due_on == today else "future"
    return "undated" if deal.open_activities else "none"


def in_next_state(state: str, today: dt.date) -> Q:
    return {
        "overdue": Q(next_due_on__lt=today),
        "today": Q(next_due_on=today),
        "future": Q(next_due_on__gt=today),
        "undated": Q(next_due_on=None, open_activities__gt=0),
        "none": Q(next_due_on=None, open_activities=0),
    }[state]


def quiet_days(deal: Deal, today: dt.date) -> int:
    """Days since the last contact, or since the deal began."""
    began = deal.opened_on or timezone.localdate(deal.created_at)
    contact = timezone.localdate(deal.last_contact_at) if deal.last_contact_at else began
    return max(0, (today - max(began, contact)).days)


def is_rotting(deal: Deal, today: dt.date) -> bool:
    limit = deal.stage.rotting_days
    return deal.status == DealStatus.OPEN and limit is not None and quiet_days(deal, today) > limit


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


def next_mark(deal: Deal, today: dt.date) -> Mark:
    state = next_state(deal, today)
    words, tone = NEXT[state]
    if state == "overdue" and deal.next_due_on:
        days = (today - deal.next_due_on).days
        return Mark(ngettext("%(days)s day overdue", "%(days)s days overdue", days) % {"days": days}, tone)
    return Mark(str(words), tone)


def rotting_mark(deal: Deal, today: dt.date) -> Mark | None:
    """How long nobody has been in contact, when that is too long."""
    if not is_rotting(deal, today):
        return None
    days = quiet_days(deal, today)
    title = _("No contact for %(days)s days; in “%(stage)s” it should be at most %(limit)s.")
    words = {"days": days, "stage": deal.stage, "limit": deal.stage.rotting_days}
    return Mark(_("%(days)s d quiet") % words, "warn", title % words)
