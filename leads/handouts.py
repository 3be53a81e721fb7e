"""What came of a handing out, in words: who got how many, who was skipped and why, which leads got nobody."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from crm.moments import today
from leads import assignment, capacity
from leads.capacity import Load
from leads.models import Handout, Lead

#: so many leads of a kind are named, the rest counted
NAMED = 20


@dataclass(frozen=True)
class Share:
    """So many for one person, or for nobody (without a load)."""

    load: Load | None
    count: int


@dataclass(frozen=True)
class Skipped:
    person: User
    why: str


@dataclass(frozen=True)
class Rest:
    """Leads that stayed where they were, for one reason."""

    why: str
    count: int
    leads: list[Lead]

    @property
    def more(self) -> int:
        return self.count - len(self.leads)


def shares(handout: Handout) -> list[Share]:
    counted = Counter(to for _lead, _before, to in handout.given)
    people = User.objects.get_queryset().filter(pk__in=[pk for pk in counted if pk])
    found = [Share(load, counted[load.person.pk]) for load in capacity.loads(people.order_by("name", "pk"), today())]
    return [*found, Share(None, counted[None])] if counted[None] else found


def skipped(handout: Handout) -> list[Skipped]:
    people = User.objects.in_bulk([entry["person"] for entry in handout.skipped])
    return [Skipped(people[entry["person"]], _why_skipped(entry)) for entry in handout.skipped]


def _why_skipped(entry: dict[str, Any]) -> str:
    until = dt.date.fromisoformat(entry["until"]) if entry["until"] else None
    return capacity.reason(entry["why"], until, entry["open"], entry["capacity"])


def rests(handout: Handout) -> list[Rest]:
    """By reason, and where it is somebody's lead by whose it is; leads out of sight are counted alone."""
    groups: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for entry in handout.left:
        groups[entry["why"], entry.get("owner") or 0].append(entry["lead"])
    named = [pk for (why, _owner), pks in groups.items() if why != assignment.GONE for pk in pks[:NAMED]]
    leads = Lead.objects.visible_to(handout.by).in_bulk(named)
    people = User.objects.in_bulk({owner for _why, owner in groups if owner})
    return [
        Rest(why_left(why, people.get(owner)), len(pks), [leads[pk] for pk in pks[:NAMED] if pk in leads])
        for (why, owner), pks in groups.items()
    ]


def why_left(why: str, owner: User | None = None) -> str:
    match why:
        case assignment.CLOSED:
            return _("Lost or converted already")
        case assignment.SAME:
            return _("With the same person already")
        case assignment.TAKEN:
            return _("Given to %(name)s meanwhile") % {"name": owner or _("nobody")}
        case assignment.AT_WORK:
            return _("Stays with %(name)s, who is at work") % {"name": owner or _("its owner")}
        case assignment.NO_ROOM:
            return _("Nobody had room")
    return _("Deleted, or out of your reach")


def sentence(handout: Handout) -> str:
    """What happened, for a toast."""
    count = len(handout.given)
    words = {"count": count, "name": handout.to}
    if handout.job_id:
        return _("The leads are being handed out.")
    if handout.way == Handout.Way.SHARED_OUT:
        said = ngettext("%(count)s lead was shared out.", "%(count)s leads were shared out.", count) % words
    elif handout.to:
        said = ngettext("%(count)s lead went to %(name)s.", "%(count)s leads went to %(name)s.", count) % words
        said += _away(handout.to) if count else ""
    else:
        said = ngettext("%(count)s lead is nobody's now.", "%(count)s leads are nobody's now.", count) % words
    return f"{said} {_stayed(handout)}".strip()


def _away(person: User) -> str:
    """Given by hand it may be to somebody who is not there; then that is said."""
    load = capacity.loads([person], today())[0]
    return " " + _("%(name)s %(why)s.") % {"name": person, "why": load.why} if load.away_until else ""


def _stayed(handout: Handout) -> str:
    if not handout.left:
        return ""
    if len({(entry["why"], entry.get("owner")) for entry in handout.left}) == 1:
        why = handout.left[0]["why"]
        owner = User.objects.get_queryset().filter(pk=handout.left[0].get("owner") or 0).first()
        words = {"count": len(handout.left), "name": owner or _("nobody")}
        return STAYED[why](len(handout.left)) % words
    count = len(handout.left)
    return ngettext("%(count)s stayed where it was.", "%(count)s stayed where they were.", count) % {"count": count}


#: where it was the same for all that stayed, by why_left()
STAYED: dict[str, Callable[[int], str]] = {
    assignment.CLOSED: lambda n: ngettext(
        "%(count)s is lost or converted already.", "%(count)s are lost or converted already.", n
    ),
    assignment.SAME: lambda n: ngettext(
        "%(count)s is with the same person already.", "%(count)s are with the same person already.", n
    ),
    assignment.TAKEN: lambda n: ngettext(
        "%(count)s was given to %(name)s meanwhile.", "%(count)s were given to %(name)s meanwhile.", n
    ),
    assignment.AT_WORK: lambda n: ngettext(
        "%(count)s stays with %(name)s, who is at work.", "%(count)s stay with %(name)s, who is at work.", n
    ),
    assignment.NO_ROOM: lambda n: ngettext("%(count)s stays: nobody had room.", "%(count)s stay: nobody had room.", n),
    assignment.GONE: lambda n: ngettext(
        "%(count)s is deleted, or out of your reach.", "%(count)s are deleted, or out of your reach.", n
    ),
}
