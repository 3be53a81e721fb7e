"""The next activity of a lead or deal, by the two figures that the database keeps: as a filter, and in words."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

#: for the choices of a filter
STATES = (
    ("overdue", gettext_lazy("Overdue")),
    ("today", gettext_lazy("Today")),
    ("future", gettext_lazy("Later")),
    ("undated", gettext_lazy("Without a day")),
    ("none", gettext_lazy("None planned")),
)


def state_is(state: str, today: dt.date) -> Q:
    """The rows whose next activity is in this state."""
    match state:
        case "overdue":
            return Q(next_due_on__lt=today)
        case "today":
            return Q(next_due_on=today)
        case "future":
            return Q(next_due_on__gt=today)
        case "undated":
            return Q(next_due_on=None, open_activities__gt=0)
    return Q(open_activities=0)


def state_of(next_due_on: dt.date | None, open_activities: int, today: dt.date) -> str:
    if next_due_on is None:
        return "undated" if open_activities else "none"
    return "overdue" if next_due_on < today else "today" if next_due_on == today else "future"


def next_badge(next_due_on: dt.date | None, open_activities: int, today: dt.date) -> tuple[str, str]:
    """Its text and tone: red when overdue, green today, grey later, yellow when there is none."""
    if next_due_on is None:
        return (_("No day set"), "") if open_activities else (_("No next activity"), "warn")
    days = (next_due_on - today).days
    if days < 0:
        return ngettext("Overdue %(count)s day", "Overdue %(count)s days", -days) % {"count": -days}, "bad"
    if days < 2:
        return (_("Tomorrow"), "") if days else (_("Today"), "good")
    return formats.date_format(next_due_on, "j M" if next_due_on.year == today.year else "j M Y"), ""
