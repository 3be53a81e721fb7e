"""Whom an event concerns. Whether they may see its record, and want to hear of it, is asked afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from activities.models import Activity, Comment
from crm.models import Event


@dataclass
class Told:
    """An event with what it is about. `place` is where it is seen: of a comment its activity, of a file its record."""

    event: Event
    row: Any
    place: Any
    managers: frozenset[int] = frozenset()
    admins: frozenset[int] = frozenset()
    followers: set[int] = field(default_factory=set)

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = self.event.data
        return facts


def nobody(told: Told) -> set[int]:
    return set()


def mentioned(told: Told) -> set[int]:
    if not isinstance(told.row, (Activity, Comment)) or "@" not in told.row.body:
        return set()
    return set(told.row.mentioned.values_list("pk", flat=True))


def new_owner(told: Told) -> set[int]:
    """Who has it now. Taken back before the job got to it, it is nobody's news."""
    if successor := _person(told, "successor"):
        return {successor} if told.facts.get("moved") else set()
    owner = getattr(told.row, "owner_id", None)
    is_new = "owner" in told.facts.get("fields", ()) or _person(told, "to") == owner
    return {owner} if owner and is_new and not told.facts.get("undone") else set()


def doers(told: Told) -> set[int]:
    """Of something planned: its owner, and those who are to help."""
    row = told.row
    if not isinstance(row, Activity) or row.done_at:
        return set()
    fields = told.facts.get("fields", ("owner", "collaborators"))
    owner = {row.owner_id} if "owner" in fields and row.owner_id else set()
    return owner | (set(row.collaborators.values_list("pk", flat=True)) if "collaborators" in fields else set())


def of_the_activity(told: Told) -> set[int]:
    """Who wrote it, who is to do it, and who has said something about it before."""
    activity = told.place
    if not isinstance(activity, Activity):
        return set()
    said = Comment.objects.filter(activity=activity).values_list("created_by", flat=True)
    return {pk for pk in (activity.created_by_id, activity.owner_id, *said) if pk}


def planner(told: Told) -> set[int]:
    row = told.row
    return {row.created_by_id} if isinstance(row, Activity) and row.created_by_id != row.owner_id else set()


def owner_and_managers(told: Told) -> set[int]:
    """Of a deal that is closed. Open again before the job got to it, it is nobody's news."""
    if told.row.closed_on is None:
        return set()
    owner = getattr(told.row, "owner_id", None)
    return ({owner} if owner else set()) | told.managers


def followers(told: Told) -> set[int]:
    return told.followers


def admins(told: Told) -> set[int]:
    return set(told.admins)


# What somebody is told once


def this_event(told: Told) -> str:
    return f"event:{told.event.pk}"


def this_record(told: Told) -> str:
    """Named in it once more after an edit, nobody hears of it again."""
    return f"record:{told.event.subject_type}:{told.event.subject_id}"


def this_doing(told: Told) -> str:
    """Once for each owner that it gets."""
    return f"doing:{told.event.subject_id}:{getattr(told.row, 'owner_id', '')}"


def this_click(told: Told) -> str:
    """What happened to many records together, in one transaction, is one thing to be told."""
    if handout := told.facts.get("handout"):
        return f"handout:{handout}:{told.event.at.isoformat()}"
    together = told.facts.get("together")
    return f"together:{told.event.kind}:{together}" if together else this_event(told)


def _person(told: Told, name: str) -> int:
    value = told.facts.get(name)
    return int(value["id"]) if isinstance(value, dict) else 0
