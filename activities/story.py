"""What a record's timeline is made of: the rows about it, and about what belongs to it, that a user may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import ExpressionWrapper, Q, QuerySet, Value

from activities.models import Activity, ActivityQuerySet, Attachment, Linked
from activities.subjects import kind_of, model_of
from crm.access import AccessQuerySet, visible
from crm.deleted import all_rows, with_deleted
from crm.models import Event, Record
from crm.related import Related

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
#: what can hang on a record of each kind, and have a story of its own
PARTS: dict[str, tuple[str, ...]] = {"customer": ("lead", "deal"), "lead": ("deal",), "deal": ()}


class Part(NamedTuple):
    """A lead or deal; `is_own` while it is the record's."""

    is_alive: bool
    is_own: bool | None


class Story:
    """The rows about `subject`, which the caller may see, and about those of its leads and deals that `user` sees.

    Which these are is asked once, by two small queries: asked row by row it would take longer than all the rest.
    """

    def __init__(self, subject: Record, user: User, shown: Iterable[models.Model] = ()) -> None:
        """`shown` are records that the page has fetched already."""
        self.subject, self.user, self.kind, self._shown = subject, user, kind_of(subject), shown

    @cached_property
    def parts(self) -> dict[str, dict[int, Part]]:
        """Kind -> the seen leads or deals by id: those of the record, and those that rows about the record name
        although they are another's by now."""
        found: dict[str, dict[int, Part]] = {kind: {} for kind in PARTS[self.kind]}
        asked = [rows for kind in found if (rows := self._part(kind)) is not None]
        if asked:
            for kind, pk, is_alive, is_own in asked[0].union(*asked[1:], all=True) if len(asked) > 1 else asked[0]:
                found[kind][pk] = Part(is_alive, is_own)
        return found

    def _part(self, kind: str) -> QuerySet[Any, Any] | None:
        about, model = {f"{self.kind}_id": self.subject.pk}, model_of(kind)
        if not _sees_any(model, self.user):
            return None
        linked: tuple[Any, ...] = (Activity, Attachment)
        named = (rows.everything.filter(**about, **{f"{kind}__isnull": False}).values(kind) for rows in linked)
        ids = with_deleted(model).filter(**about).order_by().values("pk").union(*(rows.order_by() for rows in named))
        seen = with_deleted(model).visible_to(self.user).filter(pk__in=ids).order_by()
        is_alive, is_own = (ExpressionWrapper(fits, models.BooleanField()) for fits in (Q(deleted_at=None), Q(**about)))
        return seen.values_list(Value(kind), "pk", is_alive, is_own)

    def known(self) -> Related:
        """With the record, the reader, and what is on the page anyway."""
        related = Related(self.subject, self.user)
        related.learn(self._shown)
        return related

    def _alive(self, kind: str) -> list[int]:
        return [pk for pk, part in self.parts[kind].items() if part.is_alive]

    def about(self, rows: QuerySet[L]) -> QuerySet[L]:
        """Those about the record, unless the nearest record they are about is one that is not seen or deleted."""
        rows = rows.filter(**{f"{self.kind}_id": self.subject.pk})
        if self.kind == "deal":
            return rows
        own = Q(deal=None, lead=None) if self.kind == "customer" else Q(deal=None)
        if deals := self._alive("deal"):
            own |= Q(deal__in=deals)
        if self.kind == "customer" and (leads := self._alive("lead")):
            own |= Q(deal=None, lead__in=leads)
        return rows.filter(own)

    def activities(self) -> ActivityQuerySet:
        rows: Any = self.about(ActivityQuerySet(Activity).alive())
        found: ActivityQuerySet = rows
        return found

    def files(self) -> QuerySet[Attachment]:
        return self.about(Attachment.objects.all())

    def events(self, *, quiet: bool) -> list[QuerySet[Event]]:
        """What happened to the record and to what belongs to it: disjoint parts, each of which walks an index.

        The first may hold some about what the user does not see if has_unseen_events says so: see seen_of().
        """
        events = Event.objects.exclude(kind__in=TOLD if quiet else TOLD + QUIET)
        linked = [events.filter(part) for part in self._linked()]
        if self.kind == "customer":
            # Also what happened to a lead before it became the customer, and to a deal before it was the customer's.
            own = events.filter(customer=self.subject.pk, subject_type__in=_told_of_customers(self.user))
            return [own, *(part.exclude(customer=self.subject.pk) for part in linked)]
        mine = events.filter(subject_type=self.subject._meta.label_lower, subject_id=self.subject.pk)
        return [mine, *linked, *(events.filter(self._of_rows(model)) for model in (Activity, Attachment))]

    def _linked(self) -> Iterator[Q]:
        """Leads and deals that hang on the record, deleted ones too."""
        for kind, rows in self.parts.items():
            if own := [pk for pk, part in rows.items() if part.is_own]:
                yield Q(subject_type=model_of(kind)._meta.label_lower, subject_id__in=own)

    def _of_rows(self, model: type[Linked]) -> Q:
        rows: QuerySet[Any] = self.about(with_deleted(model))
        return Q(subject_type=model._meta.label_lower, subject_id__in=rows.values("pk"))

    @property
    def has_unseen_events(self) -> bool:
        """A customer's events are also about orders, leads and deals."""
        return self.kind == "customer"

    def seen_of(self, events: Iterable[Event]) -> set[int]:
        """The ids of those about the record itself, and about rows that the user sees, deleted ones too."""
        by_type: defaultdict[str, set[int]] = defaultdict(set)
        found = list(events)
        for event in found:
            by_type[event.subject_type].add(event.subject_id)
        seen = {label: self._seen_ids(label, ids) for label, ids in by_type.items()}
        return {event.pk for event in found if event.subject_id in seen[event.subject_type]}

    def _seen_ids(self, label: str, ids: set[int]) -> set[int]:
        if label == self.subject._meta.label_lower:
            return ids
        model: Any = apps.get_model(label)
        known = {pk for kind, rows in self.parts.items() if model is model_of(kind) for pk in rows}
        rows: Any = all_rows(model)
        seen = rows.visible_to(self.user)
        if not seen.query.where:
            return ids
        asked = ids - known
        return known | (set(seen.filter(pk__in=asked).values_list("pk", flat=True)) if asked else set())


_kinds_seen: dict[str, frozenset[str]] = {}


def _sees_any(model: type[models.Model], user: User) -> bool:
    """Whether the role sees rows of the model at all: found once for each role, since to ask takes long."""
    role = user.effective_role
    if role not in _kinds_seen:
        seen = (model for model in _models_of_customers() if not visible(model, user).query.is_empty())
        _kinds_seen[role] = frozenset(model._meta.label_lower for model in seen)
    return model._meta.label_lower in _kinds_seen[role]


def _told_of_customers(user: User) -> list[str]:
    """What a customer's events can be about, as far as `user` sees any of it."""
    return ["customers.customer", *(m._meta.label_lower for m in _models_of_customers() if _sees_any(m, user))]


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
