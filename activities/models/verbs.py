"""What can be done with an activity. Each verb is atomic, claimed in SQL, and ends in an event."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, cast

from django.db import transaction
from django.utils import timezone

from activities.models.kinds import ATTEMPTS, FRUITLESS, Kind
from crm.events import record

if TYPE_CHECKING:
    from accounts.models import User
    from activities.models.activity import Activity

#: what the next of a repetition has of the one before
HANDED_ON = (
    "kind",
    "title",
    "body",
    "owner_id",
    "customer_id",
    "lead_id",
    "deal_id",
    "repeats",
    "repeat_until",
    "remind_before",
    "created_by_id",
)
#: when it is to be done, and again
PLANNED = ("due_on", "due_at", "repeats", "repeat_until", "repeat_anchor")
Plan = dict[str, Any]


class Verbs:
    """A verb that somebody else was quicker with does nothing and says False (finish: None)."""

    def finish(
        self, by: User, outcome: str = "", at: dt.datetime | None = None, duration: int | None = None
    ) -> Activity | None:
        """Done, now or at `at`. Gives the next one when it repeats. A lead that was new has been contacted by it."""
        activity = cast("Activity", self)
        at = at or timezone.now()
        following = None
        with transaction.atomic():
            changed = _claim(activity, done_at=None).update(done_at=at, done_by=by, outcome=outcome, duration=duration)
            activity.refresh_from_db()
            if changed:
                following = self._repeat(timezone.localdate(at))
                self.record("finished", by, outcome=outcome, duration=duration)
                self.answer_lead(by)
        return following

    def tell_outcome(self, by: User, outcome: str, duration: int | None) -> bool:
        """How it went, said after it was done."""
        activity = cast("Activity", self)
        if (outcome, duration) == (activity.outcome, activity.duration):
            return False
        with transaction.atomic():
            changed = _claim(activity, done_at__isnull=False).update(outcome=outcome, duration=duration)
            activity.refresh_from_db()
            if changed:
                self.record("told", by, outcome=outcome, duration=duration)
        return bool(changed)

    def reopen(self, by: User) -> bool:
        """Planned again. The next one of a repetition goes, unless somebody has touched it."""
        activity = cast("Activity", self)
        with transaction.atomic():
            done = _claim(activity, done_at__isnull=False).exclude(kind=Kind.NOTE)
            changed = done.update(done_at=None, done_by=None, outcome="", duration=None)
            activity.refresh_from_db()
            if changed:
                self.record("reopened", by)
                for following in type(activity).objects.filter(follows=activity, done_at=None, version=1):
                    following.delete_softly(by=by)
        return bool(changed)

    def snooze(self, to: dt.date, by: User) -> bool:
        """To another day, at the same hour."""
        activity = cast("Activity", self)
        at = timezone.localtime(activity.due_at) if activity.due_at else None
        return self._plan(to, at and at_hour(to, at.time()), by, "snoozed")

    def reschedule(self, due_on: dt.date | None, by: User, due_at: dt.datetime | None = None) -> bool:
        """To another day and hour, or to none: then a repetition ends."""
        return self._plan(due_on, due_at, by, "rescheduled")

    def plan(self) -> Plan:
        return {name: getattr(self, name) for name in PLANNED}

    def put_back(self, before: Plan, after: Plan, by: User) -> bool:
        """To when it was due before it was put off or moved; not when it has been moved again or done since."""
        activity = cast("Activity", self)
        with transaction.atomic():
            changed = _claim(activity, done_at=None, **after).update(**before)
            activity.refresh_from_db()
            if changed:
                self.record("rescheduled", by, due_from=after["due_on"], due_to=before["due_on"])
        return bool(changed)

    def pin(self, by: User) -> bool:
        """On top of the timeline."""
        return self._pin(by, pinned_at=timezone.now())

    def unpin(self, by: User) -> bool:
        return self._pin(by, pinned_at=None)

    def answer_lead(self, by: User) -> None:
        """Once done: whoever reached out to a new lead has contacted it."""
        activity = cast("Activity", self)
        lead: Any = activity.lead
        if lead is None or activity.done_at is None or activity.kind not in ATTEMPTS or activity.outcome in FRUITLESS:
            return
        if lead.status == "new" and lead.deleted_at is None:
            lead.contact(by=by)

    def record(self, verb: str, by: User, **facts: Any) -> None:
        """Say what happened, with what it was."""
        activity = cast("Activity", self)
        record(f"activity.{verb}", on=activity, by=by, **activity.event_facts(), **facts)

    def _plan(self, due_on: dt.date | None, due_at: dt.datetime | None, by: User, verb: str) -> bool:
        activity = cast("Activity", self)
        before = activity.due_on
        ends = {} if due_on else {"repeats": "", "repeat_until": None, "repeat_anchor": None}
        with transaction.atomic():
            changed = _claim(activity, done_at=None).update(due_on=due_on, due_at=due_at, **ends)
            activity.refresh_from_db()
            if changed:
                self.record(verb, by, due_from=before, due_to=due_on)
        return bool(changed)

    def _pin(self, by: User, pinned_at: dt.datetime | None) -> bool:
        activity = cast("Activity", self)
        with transaction.atomic():
            changed = _claim(activity, pinned_at__isnull=pinned_at is not None).update(pinned_at=pinned_at)
            activity.refresh_from_db()
            if changed:
                self.record("pinned" if pinned_at else "unpinned", by)
        return bool(changed)

    def _repeat(self, done_on: dt.date) -> Activity | None:
        """The next one of a repetition, behind its day and behind today: what was missed is not made up for."""
        from activities.repeating import next_day

        done = cast("Activity", self)
        if not done.repeats or done.due_on is None:
            return None
        anchor = done.repeat_anchor or done.due_on
        day = next_day(done.repeats, anchor, max(done.due_on, done_on), until=done.repeat_until)
        if day is None:
            return None
        kept = {name: getattr(done, name) for name in HANDED_ON}
        following = type(done)(follows=done, due_on=day, repeat_anchor=anchor, **kept)
        following.due_at = at_hour(day, timezone.localtime(done.due_at).time()) if done.due_at else None
        following.save(force_insert=True)
        following.collaborators.set(done.collaborators.all())
        return following


def at_hour(day: dt.date, hour: dt.time) -> dt.datetime:
    """The instant of an hour on a local day."""
    return dt.datetime.combine(day, hour.replace(tzinfo=None), tzinfo=timezone.get_current_timezone())


def _claim(activity: Activity, **state: Any) -> Any:
    """The row while it is still in that state, and not deleted."""
    return type(activity).objects.filter(pk=activity.pk, **state)
