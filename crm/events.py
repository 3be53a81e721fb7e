"""record(): the one line with which each verb says what happened."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.db import models
from django.utils.timezone import now

from crm import topics
from crm.models import Event

#: relation -> the records whose pages show what is about them
SHOWN_ON = {
    "customer_id": "customers.customer",
    "company_id": "customers.company",
    "lead_id": "leads.lead",
    "deal_id": "deals.deal",
}

if TYPE_CHECKING:
    from accounts.models import User

Hearer = Callable[[list[int]], None]
_hearers: dict[str, Hearer] = {}


def hear(kinds: Iterable[str], hearer: Hearer) -> None:
    """Have `hearer` called with the ids of events of these kinds, in the transaction in which they are recorded:
    all it may do there is to defer a job."""
    _hearers.update(dict.fromkeys(kinds, hearer))


class Together:
    """What one click does to many records: each verb records it, and once all are done `tell` has it heard as one."""

    def __init__(self) -> None:
        self.key = uuid4().hex
        self.events: list[Event] = []

    def tell(self) -> None:
        """In the transaction in which all of it was recorded."""
        _tell(self.events)


def record(kind: str, *, on: models.Model, by: User | None, together: Together | None = None, **facts: Any) -> Event:
    """Write one Event about `on` in the caller's transaction and wake those who look at it.

    `kind` is "<noun>.<verb in the past>", such as "customer.changed". The customer is `on` itself, or on.customer.
    """
    event = _event(kind, on, by, facts | ({"together": together.key} if together else {}), now())
    event.save(force_insert=True)
    topics.publish_rows(_names(on), [(on._meta.label_lower, _owners(on, facts))])
    if together:
        together.events.append(event)
    else:
        _tell([event])
    return event


def record_each(happened: Iterable[tuple[str, models.Model, dict[str, Any]]], *, by: User | None) -> None:
    """The same for many records at one moment: kind, record and facts of each, in few statements."""
    told, at = list(happened), now()
    events = [_event(kind, on, by, facts, at) for kind, on, facts in told]
    Event.objects.bulk_create(events, batch_size=1_000)
    owners: defaultdict[str, set[int]] = defaultdict(set)
    for _kind, on, facts in told:
        owners[on._meta.label_lower] |= _owners(on, facts)
    topics.publish_rows({name for _kind, on, _facts in told for name in _names(on)}, owners.items())
    _tell(events)


def _tell(events: Sequence[Event]) -> None:
    for hearer in {_hearers[event.kind] for event in events if event.kind in _hearers}:
        hearer([event.pk for event in events if _hearers.get(event.kind) is hearer])


def _event(kind: str, on: models.Model, by: User | None, facts: dict[str, Any], at: dt.datetime) -> Event:
    customer_id = on.pk if on._meta.label == "customers.Customer" else getattr(on, "customer_id", None)
    return Event(
        kind=kind,
        subject_type=on._meta.label_lower,
        subject_id=on.pk,
        customer_id=customer_id,
        actor=by,
        at=at,
        data={name: _plain(value) for name, value in facts.items()},
    )


def _names(on: models.Model) -> set[str]:
    """The topics of the record, and of the records on whose pages it is shown."""
    shown_on = {f"{label}:{pk}" for name, label in SHOWN_ON.items() if (pk := getattr(on, name, None))}
    return {topics.topic(on), *shown_on}


def _owners(on: models.Model, facts: dict[str, Any]) -> set[int]:
    """Whose it is, and whose it was before."""
    if not hasattr(on, "owner_id"):
        return set()
    before = facts.get("before")
    was = {before.pk} if before is not None and isinstance(before, type(on).owner.field.related_model) else set()  # type: ignore[attr-defined]  # it has an owner
    return was | {on.owner_id or topics.NOBODY}


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return {"id": value.pk, "text": str(value)}
    if isinstance(value, (Decimal, dt.date)):
        return str(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return value
