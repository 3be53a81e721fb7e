"""What happened last with the leads, deals and activities that somebody sees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from activities.models import Activity
from crm import moments
from crm.access import visible
from crm.models import Event
from crm.words import words_for
from dashboard.sales_scope import Selling
from deals.models import Deal
from leads.models import Lead

SHOWN = 20
#: so many of the newest events are looked through, most of them only when these few do not suffice
LOOKED_AT, FIRST_LOOKED_AT = 1_000, 60
SUBJECTS = (Lead._meta.label_lower, Deal._meta.label_lower, Activity._meta.label_lower)
#: edits of fields are found in the history of each record
UNTOLD = ("lead.changed", "deal.changed", "activity.changed")
#: what is read of each
TOLD = (
    *("kind", "subject_type", "subject_id", "at"),
    *("actor__name", "actor__email", "actor__team_id", "actor_id", "data"),
)


@dataclass(frozen=True)
class Recent:
    icon: str
    tone: str
    title: str
    subject: str
    url: str
    who: str
    shown: moments.Shown


def recent(scope: Selling) -> list[Recent]:
    """The newest events of records that are seen. Most who look find them among the first few: four statements,
    or eight when the older ones are needed."""
    events = Event.objects.filter(subject_type__in=SUBJECTS).exclude(kind__in=UNTOLD)
    newest = events.order_by("-at", "-pk").values_list(*TOLD)
    found: list[Recent] = []
    for start, end in ((0, FIRST_LOOKED_AT), (FIRST_LOOKED_AT, LOOKED_AT)):
        looked_at = list(newest[start:end])
        found += _told(scope, looked_at)
        if len(found) >= SHOWN or len(looked_at) < end - start:
            break
    return found[:SHOWN]


def _told(scope: Selling, events: list[Any]) -> list[Recent]:
    seen = _seen(scope, events)
    found = []
    for kind, subject_type, pk, at, name, email, team, actor, facts in events:
        subject = seen.get((subject_type, pk))
        if subject is None or (subject_type == SUBJECTS[2] and not _of(scope, team, actor)):
            continue
        found.append(_entry(kind, subject, at, name or email or "", facts))
        if len(found) == SHOWN:
            break
    return found


def _seen(scope: Selling, newest: list[Any]) -> dict[tuple[str, int], Any]:
    """What is needed of each to name it."""
    rows: tuple[Callable[[], Any], ...] = (
        lambda: scope.leads().only("name", "company_name", "external_id"),
        lambda: scope.deals().only("title"),
        lambda: visible(Activity, scope.user).only("title", "body", "kind"),
    )
    seen: dict[tuple[str, int], Any] = {}
    for label, visible_rows in zip(SUBJECTS, rows, strict=True):
        ids = {pk for _kind, subject_type, pk, *_rest in newest if subject_type == label}
        if ids:
            seen |= {(label, row.pk): row for row in visible_rows().filter(pk__in=ids)}
    return seen


def _of(scope: Selling, team: int | None, actor: int | None) -> bool:
    """Whether what somebody did is of the team and person asked for."""
    own = scope.user.team_id if scope.user.effective_role == "manager" else scope.team
    return (own is None or team == own) and (scope.owner is None or actor == scope.owner)


def _entry(kind: str, subject: Any, at: dt.datetime, who: str, facts: dict[str, Any]) -> Recent:
    """A sentence that names its subject is the link; before others the subject stands as one."""
    words, link = words_for(kind), str(subject)
    title = words.say("", [], facts)
    if link in title:
        title, link = "", title
    return Recent(words.icon, words.tone, title, link, subject.get_absolute_url(), who, moments.shown(at))
