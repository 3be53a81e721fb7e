"""What a record's timeline is made of: the rows about it, and about what belongs to it, that a user may see."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from activities.models import Activity, ActivityQuerySet, Attachment, Linked
from activities.models.linked import sees
from activities.subjects import kind_of
from crm.access import AccessQuerySet, visible
from crm.deleted import with_deleted
from crm.models import Event, Record

if TYPE_CHECKING:
    from accounts.models import User

L = TypeVar("L", bound=Linked)
#: what the activities and files themselves tell
TOLD = (
    "activity.created",
    "activity.changed",
    "activity.finished",
    "activity.told",
    "activity.pinned",
    "activity.unpinned",
    "attachment.enclosed",
)
#: told only to who asks for all changes
QUIET = ("activity.reopened", "activity.snoozed", "activity.rescheduled")


def about(rows: QuerySet[L], subject: Record, user: User) -> QuerySet[L]:
    """The rows about `subject`, which the caller may see, and about those of its leads and deals that `user` sees."""
    kind = kind_of(subject)
    rows = rows.filter(**{f"{kind}_id": subject.pk})
    deal = Q(deal__isnull=False) & sees("deals.Deal", user, "deal_id")
    lead = Q(deal=None, lead__isnull=False) & sees("leads.Lead", user, "lead_id")
    if kind == "lead":
        return rows.filter(Q(deal=None) | deal)
    return rows.filter(Q(deal=None, lead=None) | deal | lead) if kind == "customer" else rows


def activities_of(subject: Record, user: User) -> ActivityQuerySet:
    rows: Any = about(ActivityQuerySet(Activity).alive(), subject, user)
    found: ActivityQuerySet = rows
    return found


def files_of(subject: Record, user: User) -> QuerySet[Attachment]:
    return about(Attachment.objects.all(), subject, user)


def events_of(subject: Record, user: User, *, quiet: bool) -> list[QuerySet[Event]]:
    """What happened to the record, and to what belongs to it: disjoint parts, each of which walks an index."""
    events = Event.objects.exclude(kind__in=TOLD if quiet else TOLD + QUIET)
    linked = [events.filter(part) for part in _linked(subject, user)]
    if kind_of(subject) == "customer":
        # Also what happened to a lead before it became the customer, and to a deal before it was the customer's.
        own = events.filter(_seen_by(user, subject), customer=subject.pk)
        return [own, *(part.exclude(customer=subject.pk) for part in linked)]
    mine = events.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
    return [mine, *linked, *(events.filter(_of_rows(model, subject, user)) for model in (Activity, Attachment))]


def _of_rows(model: type[Linked], subject: Record, user: User) -> Q:
    rows: QuerySet[Any] = about(with_deleted(model), subject, user)
    return Q(subject_type=model._meta.label_lower, subject_id__in=rows.values("pk"))


def _linked(subject: Record, user: User) -> Iterator[Q]:
    """Leads and deals that hang on the record."""
    kind = kind_of(subject)
    for label in {"customer": ("leads.Lead", "deals.Deal"), "lead": ("deals.Deal",)}.get(kind, ()):
        model: Any = apps.get_model(label)
        if _sees_any(model, user):
            rows = with_deleted(model).visible_to(user).filter(**{kind: subject.pk})
            yield Q(subject_type=model._meta.label_lower, subject_id__in=rows.values("pk"))


def _seen_by(user: User, customer: Record) -> Q:
    """Events about the customer itself, and about rows that `user` sees, deleted ones too."""
    told = Q(subject_type=customer._meta.label_lower)
    for model in _models_of_customers():
        if not _sees_any(model, user):
            continue
        rows: Any = with_deleted(model) if issubclass(model, Record) else model._default_manager.all()
        seen = rows.visible_to(user)
        of_model = Q(subject_type=model._meta.label_lower)
        told |= of_model & Q(Exists(seen.filter(pk=OuterRef("subject_id")))) if seen.query.where else of_model
    return told


@cache
def _models_of_customers() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if _of_customers(model)]


def _of_customers(model: type[models.Model]) -> bool:
    if not isinstance(model._default_manager.all(), AccessQuerySet):
        return False
    try:
        return bool(model._meta.get_field("customer"))
    except FieldDoesNotExist:
        return False


def _sees_any(model: type[models.Model], user: User) -> bool:
    return not visible(model, user).query.is_empty()
