"""The first-response clock: it starts when a lead comes in, counts working time, and stops with the first attempt.

Giving a lead to somebody else does not start it again: who waits is the lead. A lost lead that is reopened before
anybody ever answered is due anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.working_time import NoWorkingTime, Schedule
from crm.lists import Cell
from crm.models import Event
from crm.moments import shown
from leads.models import OPEN_STATUSES, Lead, Source

#: with less than this left, the countdown warns
SOON = 15


def minutes_for(source: Source | None) -> int:
    """Within how many working minutes a lead from there is to be answered."""
    return (source and source.response_minutes) or settings.FIRST_RESPONSE_MINUTES


def due_after(source: Source | None, start: dt.datetime, schedule: Schedule | None = None) -> dt.datetime | None:
    """When a lead that came from `source` at `start` is to be answered; None while nobody has working hours."""
    try:
        return (schedule or Schedule.load()).add_working_minutes(start, minutes_for(source))
    except NoWorkingTime:
        return None


def response_due(lead: Lead, at: dt.datetime, schedule: Schedule | None = None) -> dt.datetime | None:
    """When `lead`, whose clock starts at `at`, is to be answered."""
    return due_after(lead.source, at, schedule)


def due_when_reopened(lead: Lead, at: dt.datetime, schedule: Schedule | None = None) -> dt.datetime | None:
    """The new `response_due_at` of a lost lead that is opened again: from now on, unless it was answered before."""
    return lead.response_due_at if lead.responded_at else response_due(lead, at, schedule)


#: what changes when work is done
CALENDAR = ("working_hours.", "holiday.")


def calendar_changed_since(moment: dt.datetime) -> bool:
    kinds = Event.objects.filter(at__gt=moment).values_list("kind", flat=True)
    return any(kind.startswith(CALENDAR) for kind in kinds.distinct().order_by("kind"))


def reset(pks: Iterable[int], schedule: Schedule) -> int:
    """Reckon the clocks that still run anew, from when the lead came or came back; so many differ."""
    with transaction.atomic():
        waiting = Lead.objects.get_queryset().filter(pk__in=list(pks), status__in=OPEN_STATUSES)
        rows = waiting.filter(responded_at=None, response_due_at__isnull=False).order_by("pk")
        locked = list(rows.select_related("source").select_for_update(of=("self",), no_key=True))
        starts = _starts(locked)
        changed = [row for row in locked if _move(row, starts, schedule)]
        Lead.everything.bulk_update(changed, ["response_due_at"], batch_size=500)
    return len(changed)


def _starts(rows: list[Lead]) -> dict[int, dt.datetime]:
    """When those that were reopened were so last."""
    reopened = Event.objects.filter(
        subject_type="leads.lead", subject_id__in=[row.pk for row in rows], kind="lead.reopened"
    )
    return dict(reopened.order_by("at").values_list("subject_id", "at"))


def _move(row: Lead, starts: dict[int, dt.datetime], schedule: Schedule) -> bool:
    before = row.response_due_at
    row.response_due_at = response_due(row, starts.get(row.pk, row.created_at), schedule) or before
    return row.response_due_at != before


@dataclass(frozen=True)
class Countdown:
    """The clock in words; a tone (good, warn, bad or none) that says it in colour; when it is due, in full."""

    text: str
    tone: str = ""
    due: str = ""


def countdown(lead: Lead, now: dt.datetime, schedule: Schedule) -> Countdown:
    """For the record and its card: "23 min left", "2 h late", "answered in 12 min", by working time; while nobody
    works, "due Mon 10:09"."""
    text, tone = told(lead, now, schedule)
    due = shown(lead.response_due_at).full if text and lead.response_due_at else ""
    return Countdown(text, tone, due)


def clock_cell(lead: Lead, now: dt.datetime, schedule: Schedule) -> Cell:
    """The countdown as a cell of a list."""
    text, tone = told(lead, now, schedule)
    return Cell("badge", text, extra=tone)


def told(lead: Lead, now: dt.datetime, schedule: Schedule) -> tuple[str, str]:
    """The words of the countdown and their tone; nothing where no clock runs."""
    if lead.responded_at:
        return _answered(lead, lead.responded_at, schedule)
    if lead.response_due_at is None or not lead.is_open:
        return "", ""
    if now > lead.response_due_at:
        return _late(schedule.working_minutes(lead.response_due_at, now), schedule), "bad"
    left = schedule.working_minutes(now, lead.response_due_at)
    tone = "warn" if left < SOON else ""
    if not schedule.is_working(now):
        return _due(lead.response_due_at, now), tone
    return _words("left", *_span(left, schedule), get_language()), tone


def _due(at: dt.datetime, now: dt.datetime) -> str:
    """For when no working minute passes and a countdown would stand still: as the reader's clock will show it."""
    local = timezone.localtime(at)
    days = (local.date() - timezone.localtime(now).date()).days
    if days > 6:
        return _("due %(when)s") % {"when": shown(at).when}
    time = formats.time_format(local.time())
    return _("due %(when)s") % {"when": f"{formats.date_format(local, 'D')} {time}" if days else time}


def _answered(lead: Lead, at: dt.datetime, schedule: Schedule) -> tuple[str, str]:
    if lead.response_due_at is None:
        return _("answered"), ""
    taken = _span(max(schedule.working_minutes(lead.created_at, at), 0), schedule)
    if at <= lead.response_due_at:
        return _words("in time", *taken, get_language()), "good"
    return _words("too late", *taken, get_language()), "warn"


def _late(minutes: int, schedule: Schedule) -> str:
    """Due at the end of a working day it is late at once, though by no working minute yet."""
    return _words("late", *_span(minutes, schedule), get_language()) if minutes else _("late")


def _span(minutes: int, schedule: Schedule) -> tuple[int, str]:
    """Working time in one unit: minutes, hours, or working days."""
    if minutes < 60:
        return minutes, "min"
    if minutes < max(schedule.day_minutes, 120):
        return minutes // 60, "h"
    return max(minutes // schedule.day_minutes, 1), "d"


# The clocks of a list differ by few spans: to look their words up was a tenth of its time.
@lru_cache(maxsize=4096)
def _words(how: str, count: int, unit: str, language: str | None) -> str:
    units = {"min": _("%(count)s min"), "h": _("%(count)s h"), "d": _("%(count)s d")}
    ways = {
        "left": _("%(time)s left"),
        "late": _("%(time)s late"),
        "in time": _("answered in %(time)s"),
        "too late": _("answered in %(time)s, late"),
    }
    return ways[how] % {"time": units[unit] % {"count": count}}
