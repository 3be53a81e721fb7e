"""Working through what is due, one after another. The place in the list is in the URL: one can leave and come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from activities.models import Activity
from crm.access import visible
from crm.events import record
from dashboard.today import Clock, to_work, with_records

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Place:
    """The activity in hand, those that were passed over, and how many are behind one."""

    at: int | None = None
    skipped: tuple[int, ...] = ()
    behind: int = 0

    @property
    def skipped_text(self) -> str:
        return ",".join(map(str, self.skipped))

    @property
    def url(self) -> str:
        parts = {"at": self.at, "skipped": self.skipped_text, "behind": self.behind}
        query = urlencode({name: value for name, value in parts.items() if value}, safe=",")
        return f"{reverse('work')}?{query}" if query else reverse("work")

    def finished(self) -> Place:
        return replace(self, at=None, behind=self.behind + 1)

    def passed_over(self, pk: int) -> Place:
        return Place(None, (*self.skipped, pk), self.behind)


@dataclass(frozen=True)
class Work:
    """Where one is: `current` is empty at the end; `gone` is what was in hand and is no more to be done."""

    place: Place
    current: Activity | None
    left: int
    total: int
    skipped: int
    gone: str = ""

    @property
    def number(self) -> int:
        return self.passed + 1

    @property
    def passed(self) -> int:
        """Done or skipped."""
        return self.total - self.left

    @property
    def again(self) -> Place:
        """From the first one that was passed over."""
        return Place(behind=self.place.behind)

    @property
    def skip_url(self) -> str:
        return self.place.passed_over(self.current.pk).url if self.current else ""


def work_at(user: User, clock: Clock, place: Place) -> Work:
    """What the place is now: colleagues may have finished or moved things meanwhile."""
    keys = list(to_work(user, clock).values_list("pk", flat=True))
    left = [pk for pk in keys if pk not in place.skipped]
    gone = _told(user, place.at) if place.at and place.at not in keys else ""
    at = place.at if place.at in left else next(iter(left), None)
    current = with_records(visible(Activity, user).filter(pk=at)).first() if at else None
    skipped = len(keys) - len(left)
    return Work(
        replace(place, at=at), current, left=len(left), total=place.behind + len(keys), skipped=skipped, gone=gone
    )


def _told(user: User, pk: int) -> str:
    """Why it is not to be done any more."""
    row: Any = visible(Activity, user).filter(pk=pk).select_related("done_by").first()
    if row is None:
        return _("What you had in hand is no longer there. Here is the next one.")
    named = {"title": str(row), "person": str(row.done_by)}
    if row.done_at is None:
        return _("“%(title)s” is no longer due. Here is the next one.") % named
    if row.done_by_id == user.pk:
        return _("You have finished “%(title)s” already. Here is the next one.") % named
    return _("%(person)s finished “%(title)s” meanwhile. Here is the next one.") % named


def finish_and_plan(activity: Activity, *, by: User, data: Mapping[str, Any]) -> bool:
    """Done, with outcome and note; planned what is next, if a day is given. False when somebody was quicker."""
    with transaction.atomic():
        still_open = Activity.objects.filter(pk=activity.pk, done_at=None)
        bodies = list(still_open.select_for_update(of=("self",)).values_list("body", flat=True))
        if not bodies:
            return False
        if note := data["note"].strip():
            still_open.update(body="\n\n".join(filter(None, [bodies[0], note])))
        activity.finish(by, data.get("outcome", ""), duration=data["duration"])
        if data["next_on"]:
            _plan_next(activity, by, data)
    return True


def _plan_next(done: Activity, by: User, data: Mapping[str, Any]) -> None:
    """About the same record."""
    links = {"customer_id": done.customer_id, "lead_id": done.lead_id, "deal_id": done.deal_id}
    step = Activity(kind=data["next_kind"] or done.kind, due_on=data["next_on"], owner=by, created_by=by, **links)
    step.title = data["next_title"] or str(step.get_kind_display())
    step.save(force_insert=True)
    record("activity.created", on=step, by=by)
