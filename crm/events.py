"""record(): the one line with which each verb says what happened."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models

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


def record(kind: str, *, on: models.Model, by: User | None, **facts: Any) -> Event:
    """Write one Event about `on` in the caller's transaction and wake those who look at it.

    `kind` is "<noun>.<verb in the past>", such as "customer.changed". The customer is `on` itself, or on.customer.
    """
    customer_id = on.pk if on._meta.label == "customers.Customer" else getattr(on, "customer_id", None)
    event = Event.objects.create(
        kind=kind,
        subject_type=on._meta.label_lower,
        subject_id=on.pk,
        customer_id=customer_id,
        actor=by,
        data={name: _plain(value) for name, value in facts.items()},
    )
    topics.publish(topics.topic(on), *_concerned(on))
    return event


def _concerned(on: models.Model) -> set[str]:
    """The topics of the records on whose pages `on` is shown."""
    return {f"{label}:{pk}" for name, label in SHOWN_ON.items() if (pk := getattr(on, name, None))}


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return {"id": value.pk, "text": str(value)}
    if isinstance(value, (Decimal, dt.date)):
        return str(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return value
