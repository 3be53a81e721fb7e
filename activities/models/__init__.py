"""What people did or plan to do: about a customer, a lead, a deal, or for themselves."""

from __future__ import annotations

from activities.models.activity import Activity, ActivityQuerySet
from activities.models.attachment import Attachment
from activities.models.comment import Comment
from activities.models.kinds import ATTEMPTS, FRUITLESS, OUTCOMES, Kind, Outcome, Reminder, Repeats
from activities.models.linked import Linked, reachable_by

__all__ = [
    "ATTEMPTS",
    "FRUITLESS",
    "OUTCOMES",
    "Activity",
    "ActivityQuerySet",
    "Attachment",
    "Comment",
    "Kind",
    "Linked",
    "Outcome",
    "Reminder",
    "Repeats",
    "reachable_by",
]
