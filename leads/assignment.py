"""Handing out leads: to one person, or shared out among those who have room. Every lead changes hands once.

People are locked before leads, both in the order of their ids: two who hand out at once wait for each other, and the
second finds what the first has done.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from crm import jobs
from crm.access import editable
from crm.events import record_each
from crm.moments import today
from leads import capacity
from leads.capacity import Load, Unfit
from leads.models import Handout, Lead
from leads.models.lead import CLOCK

if TYPE_CHECKING:
    from crm.models import JobProgress

#: more than so many go to the worker, which takes so many in one transaction
AT_ONCE = 500
#: the owner a lead is expected to have; ANYBODY when nobody looked
ANYBODY = -1

# Why a lead was not given.
GONE, CLOSED, SAME, TAKEN, AT_WORK, NO_ROOM = "gone", "closed", "same", "taken", "at_work", "no_room"
Left = dict[str, Any]


def assign(leads: Iterable[int], to: User | None, by: User, *, expected: int | None = ANYBODY) -> Handout:
    """Give these leads to one person, or take them from everybody.

    Who assigns a single lead may say whose it was on their screen: when it is somebody else's by now, it stays there.
    """
    return _begin(Handout(way=Handout.Way.ASSIGNED, to=to, by=by, leads=_in_order(leads)), expected)


def share_out(leads: Iterable[int], by: User, among: Iterable[User] | None = None) -> Handout:
    """Give each lead to whoever has most room; the most urgent ones first.

    Only leads that nobody works: without an owner, or whose owner has left or is away today. So sharing the same ones
    out twice gives each of them away once.
    """
    people = [person.pk for person in among or ()]
    return _begin(Handout(way=Handout.Way.SHARED_OUT, among=people, by=by, leads=_in_order(leads)), ANYBODY)


def _in_order(leads: Iterable[int]) -> list[int]:
    """The most urgent first: by the clock, then by the score."""
    return list(Lead.everything.filter(pk__in=list(leads)).order_by(CLOCK, "-score", "pk").values_list("pk", flat=True))


def _begin(handout: Handout, expected: int | None) -> Handout:
    with transaction.atomic():
        handout.save(force_insert=True)
        if len(handout.leads) > AT_ONCE:
            handout.job = jobs.start("leads.hand_out", title=_title(handout), by=handout.by, handout=handout.pk)
            handout.save(update_fields=["job"])
        else:
            deal(handout, expected=expected)
    return handout


def _title(handout: Handout) -> str:
    count = len(handout.leads)
    return ngettext("Hand out %(count)s lead", "Hand out %(count)s leads", count) % {"count": count}


def deal(handout: Handout, *, expected: int | None = ANYBODY, day: dt.date | None = None) -> None:
    """Hand out the next of its leads, at most AT_ONCE, in one transaction."""
    with transaction.atomic():
        kept = Handout.objects.select_for_update().get(pk=handout.pk)
        wanted = kept.leads[kept.dealt_with : kept.dealt_with + AT_ONCE]
        day = day or today()
        places = _places(kept, day)
        rows = _locked(wanted, kept.by)
        if kept.way == Handout.Way.ASSIGNED:
            given, left = _to_one(wanted, rows, kept.to, expected)
        else:
            given, left = _round(wanted, rows, places, day)
            kept.skipped = [_skip(load) for load in places if load.unfit and not _is_given_to(load, kept.given + given)]
        _write(given, rows, kept)
        kept.given, kept.left = kept.given + given, kept.left + left
        kept.dealt_with += len(wanted)
        kept.save(update_fields=["given", "left", "skipped", "dealt_with"])
    handout.refresh_from_db()


def _is_given_to(load: Load, given: list[list[int | None]]) -> bool:
    """Whoever got some and is full by now was not skipped."""
    return any(to == load.person.pk for _lead, _before, to in given)


def _places(handout: Handout, day: dt.date) -> list[Load]:
    """The people who may get some, locked: nobody leaves, or is filled by somebody else, meanwhile."""
    if handout.way == Handout.Way.ASSIGNED:
        people = User.objects.get_queryset().filter(pk=handout.to_id or 0)
    elif handout.among:
        people = capacity.within_reach(handout.by).filter(pk__in=handout.among)
    else:
        people = capacity.usual(handout.by)
    ids = list(people.order_by("pk").values_list("pk", flat=True))
    locked = User.objects.get_queryset().filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    found = sorted(locked, key=lambda person: (person.name, person.pk))
    if handout.way == Handout.Way.ASSIGNED:
        _refuse_unfit(handout, found)
        return []
    return capacity.loads(found, day)


class Refused(Exception):
    """The person chosen can no longer own records. Nothing was given."""


def _refuse_unfit(handout: Handout, people: list[User]) -> None:
    if handout.to_id and not User.objects.assignable_by(handout.by).filter(pk__in=[p.pk for p in people]).exists():
        raise Refused(_("The colleague you chose can no longer own leads. Choose another."))


def _locked(wanted: list[int], by: User) -> dict[int, Lead]:
    """The leads that `by` may change, as they are once nobody else holds them."""
    rows = Lead.everything.filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True)
    found = {row.pk: row for row in rows}
    reachable = set(editable(Lead, by).filter(pk__in=wanted).values_list("pk", flat=True))
    return {pk: row for pk, row in found.items() if pk in reachable}


def _to_one(
    wanted: list[int], rows: dict[int, Lead], to: User | None, expected: int | None
) -> tuple[list[list[int | None]], list[Left]]:
    given: list[list[int | None]] = []
    left: list[Left] = []
    new = to.pk if to else None
    for pk in wanted:
        row = rows.get(pk)
        if why := _unavailable(row):
            left.append({"lead": pk, "why": why})
        elif row and row.owner_id == new:
            left.append({"lead": pk, "why": SAME})
        elif row and expected not in {ANYBODY, row.owner_id}:
            left.append({"lead": pk, "why": TAKEN, "owner": row.owner_id})
        elif row:
            given.append([pk, row.owner_id, new])
    return given, left


def _unavailable(row: Lead | None) -> str:
    if row is None or row.deleted_at:
        return GONE
    return "" if row.is_open else CLOSED


def _round(
    wanted: list[int], rows: dict[int, Lead], places: list[Load], day: dt.date
) -> tuple[list[list[int | None]], list[Left]]:
    """Each lead to whoever has most room at that moment; among equals in turn."""
    given: list[list[int | None]] = []
    left: list[Left] = []
    at_work = _at_work({row.owner_id for row in rows.values()} - {None}, day)
    turns = [(-load.free, place, load.person.pk) for place, load in enumerate(places) if not load.unfit]
    heapq.heapify(turns)
    for pk in wanted:
        row = rows.get(pk)
        if why := _unavailable(row):
            left.append({"lead": pk, "why": why})
        elif row and row.owner_id in at_work:
            left.append({"lead": pk, "why": AT_WORK, "owner": row.owner_id})
        elif not turns:
            left.append({"lead": pk, "why": NO_ROOM})
        elif row:
            free, place, person = heapq.heappop(turns)
            given.append([pk, row.owner_id, person])
            if free + 1 < 0:
                heapq.heappush(turns, (free + 1, place, person))
    return given, left


def _at_work(owners: Iterable[int | None], day: dt.date) -> set[int]:
    """Those of the owners who can work their leads."""
    people = User.objects.get_queryset().filter(pk__in=list(owners))
    return {load.person.pk for load in capacity.loads(people, day) if load.unfit in {None, Unfit.NONE, Unfit.FULL}}


def _skip(load: Load) -> dict[str, Any]:
    until = load.away_until.isoformat() if load.away_until else ""
    return {"person": load.person.pk, "why": load.unfit, "until": until, "open": load.open, "capacity": load.capacity}


def _write(given: list[list[int | None]], rows: dict[int, Lead], handout: Handout, **facts: Any) -> None:
    """One statement for each new owner, one event for each lead."""
    moves: defaultdict[int | None, list[int | None]] = defaultdict(list)
    for pk, _before, to in given:
        moves[to].append(pk)
    for to, pks in moves.items():
        Lead.everything.filter(pk__in=pks).update(owner_id=to)
        for pk in pks:
            rows[pk or 0].owner_id = to  # as it is told: to whoever gets them too
    people = User.objects.in_bulk({pk for _lead, *both in given for pk in both if pk})
    record_each((_told(rows, people, change, {"handout": handout.pk, **facts}) for change in given), by=handout.by)


def _told(
    rows: dict[int, Lead], people: dict[Any, User], change: list[int | None], facts: dict[str, Any]
) -> tuple[str, Lead, dict[str, Any]]:
    pk, before, to = change
    kind = "lead.assigned" if to else "lead.unassigned"
    return kind, rows[pk or 0], {"to": people.get(to), "before": people.get(before), **facts}


# And back


def undo(handout: Handout) -> bool:
    """Give the leads back to those who had them, where the new owners still have them. False if done before."""
    with transaction.atomic():
        changed = Handout.objects.filter(pk=handout.pk, undone_at=None).update(undone_at=now())
        if changed and len(handout.given) > AT_ONCE:
            jobs.start("leads.take_back", title=_("Give leads back"), by=handout.by, handout=handout.pk)
        elif changed:
            take_back(handout, handout.given)
    handout.refresh_from_db()
    return bool(changed)


def take_back(handout: Handout, given: list[list[int | None]]) -> int:
    """So many of `given` went back; what has changed hands or was closed since stays, and nobody gets who left."""
    with transaction.atomic():
        people = User.objects.get_queryset().filter(pk__in={pk for _lead, *both in given for pk in both if pk})
        list(people.order_by("pk").select_for_update(no_key=True).values_list("pk"))
        owners = set(User.objects.owners().filter(pk__in=people.values("pk")).values_list("pk", flat=True))
        rows = _locked([pk for pk, _before, _to in given if pk], handout.by)
        back = [
            [pk, to, before]
            for pk, before, to in given
            if (row := rows.get(pk or 0)) and row.owner_id == to and not _unavailable(row)
            if before is None or before in owners
        ]
        _write(back, rows, handout, undone=True)
    return len(back)


# In the background


@jobs.work("leads.hand_out")
def hand_out(job: JobProgress) -> None:
    """All of a big handing out, so many at a time; begun again it goes on where it stopped."""
    handout = Handout.objects.get(pk=job.arguments["handout"])
    while not handout.is_over and handout.undone_at is None:
        try:
            deal(handout)
        except Refused as problem:
            raise jobs.JobError(str(problem)) from problem
        jobs.advance(job, handout.dealt_with, len(handout.leads))


@jobs.work("leads.take_back")
def give_back(job: JobProgress) -> None:
    """What went back already is no longer its new owner's: done twice, it stays."""
    handout = Handout.objects.get(pk=job.arguments["handout"])
    for start in range(0, len(handout.given), AT_ONCE):
        take_back(handout, handout.given[start : start + AT_ONCE])
        jobs.advance(job, min(start + AT_ONCE, len(handout.given)), len(handout.given))
