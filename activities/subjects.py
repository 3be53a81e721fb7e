"""What an activity can be about, known here by name alone: the apps of leads and deals lie above this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.http import Http404

from activities.models import Linked
from crm.access import get_visible, visible
from crm.models import Record

if TYPE_CHECKING:
    from accounts.models import User

LABELS = {"customer": "customers.Customer", "lead": "leads.Lead", "deal": "deals.Deal"}
#: what has come to an end needs no next activity
OPEN_STATUSES = frozenset({"", "open", "new", "contacted", "qualified"})


def model_of(kind: str) -> type[Record]:
    model: Any = apps.get_model(LABELS[kind])
    found: type[Record] = model
    return found


def kind_of(subject: Record) -> str:
    """The word for it in addresses."""
    return next(kind for kind, label in LABELS.items() if label == subject._meta.label)


def find_subject(user: User, kind: str, pk: int) -> Record:
    """The record, or 404 to whoever does not see it."""
    if kind not in LABELS:
        raise Http404
    return get_visible(model_of(kind), user, pk)


def links_of(subject: Record | None) -> dict[str, Any]:
    """The columns of what is about `subject`: with those of the records it belongs to."""
    if subject is None:
        return {}
    kind, row = kind_of(subject), subject
    links = {"customer_id": getattr(row, "customer_id", None), "lead_id": getattr(row, "lead_id", None)}
    return links | {f"{kind}_id": row.pk}


def subject_seen(activity: Linked, user: User) -> Record | None:
    """The nearest record it is about, if `user` may go there: not when it is deleted."""
    subject = activity.subject
    if subject is None or subject.deleted_at or not visible(type(subject), user).filter(pk=subject.pk).exists():
        return None
    return subject


def wants_a_next_step(subject: Record) -> bool:
    """Whether somebody should have planned something: not for what is deleted, won, lost or converted."""
    return subject.deleted_at is None and getattr(subject, "status", "") in OPEN_STATUSES
