"""The history of a record in words, no ids, no codes; and what a list of phones or e-mails lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _

from crm import history, moments
from crm.countries import CountryField, country_name
from crm.errors import BadInput
from crm.models import Record
from crm.money import money_text
from crm.phones import screen_text
from customers import contacts
from customers.customer_forms import CustomerForm
from customers.models import Customer, Email, ExternalId, Phone

if TYPE_CHECKING:
    from accounts.models import User

LISTS: dict[str, type[Phone] | type[Email] | type[ExternalId]] = {
    "phones": Phone,
    "emails": Email,
    "external_ids": ExternalId,
}
MOST = 200


@dataclass(frozen=True)
class Line:
    """One change for the screen. `event` is 0 where nothing can be brought back."""

    label: str
    old: str
    new: str
    who: str
    iso: str
    when: str
    full: str
    via: str
    event: int
    field: str


def lines(row: Record, *, viewer: User, restorable: Iterable[str]) -> list[Line]:
    """The newest changes, newest first. Those of a field in `restorable` name their event."""
    changes = history.changes(row, viewer=viewer, limit=MOST)
    lost = _lost(row) if isinstance(row, Customer) else []
    names = _Names([*changes, *lost])
    able = set(restorable)
    both: list[history.Change | Lost] = [*changes, *lost]
    ordered = sorted(both, key=lambda change: change.at, reverse=True)
    return [_line(change, names, able) for change in ordered[:MOST]]


def _line(change: Any, names: _Names, able: set[str]) -> Line:
    moment = moments.shown(change.at)
    name = change.name if isinstance(change, Lost) else change.field.name
    return Line(
        label=_capital(change.label if isinstance(change, Lost) else change.field.verbose_name),
        old=change.old if isinstance(change, Lost) else names.show(change.field, change.old),
        new=change.new if isinstance(change, Lost) else names.show(change.field, change.new),
        who=names.person(change.user_id),
        iso=moment.iso,
        when=moment.when,
        full=moment.full,
        via=_via(change.via),
        event=change.event if name in able else 0,
        field=name,
    )


def _capital(text: Any) -> str:
    words = str(text)
    return words[:1].upper() + words[1:]


def _via(via: str) -> str:
    """Where a change came from, when it was not an ordinary page."""
    if via.startswith("/admin/"):
        return _("Administration")
    return "" if via.startswith("/") else via


class _Names:
    """The names behind the ids in some changes: one query for each model."""

    def __init__(self, changes: list[Any]) -> None:
        wanted: dict[type[models.Model], set[int]] = {}
        for change in changes:
            if isinstance(change, history.Change) and isinstance(change.field, models.ForeignKey):
                wanted.setdefault(change.field.related_model, set()).update({change.old, change.new} - {None})  # type: ignore[arg-type]  # resolved by now
        users = {change.user_id for change in changes} - {None}
        self.user_model = Customer._meta.get_field("owner").related_model
        wanted.setdefault(self.user_model, set()).update(users)  # type: ignore[arg-type]  # as above
        self.known = {
            (model, found.pk): str(found)
            for model, ids in wanted.items()
            if ids
            for found in model._base_manager.filter(pk__in=ids)
        }

    def person(self, pk: int | None) -> str:
        return self.known.get((self.user_model, pk), _("Rapport")) if pk else _("Rapport")  # type: ignore[arg-type]  # as above

    def show(self, field: models.Field[Any, Any], value: Any) -> str:
        if value is None or value == "" or value == []:
            return ""
        if isinstance(field, models.ForeignKey):
            return self.known.get((field.related_model, value), "–")  # type: ignore[arg-type]  # as above
        if isinstance(field, CountryField):
            return country_name(value)
        return _words(dict(field.flatchoices).get(value, value) if field.flatchoices else value)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dt.datetime):
        return moments.shown(value).when
    if isinstance(value, Decimal):
        return money_text(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


# Lists


@dataclass(frozen=True)
class Lost:
    """An entry that left a list, or was another one before."""

    event: int
    name: str
    label: str
    old: str
    new: str
    at: dt.datetime
    user_id: int | None
    via: str


def _lost(customer: Customer) -> list[Lost]:
    return [lost for name, model in LISTS.items() for lost in _lost_from(customer, name, model)]


def _lost_from(customer: Customer, name: str, model: type[Any]) -> list[Lost]:
    """What the history table of one list keeps: the row before each update and delete."""
    label = str(model._meta.get_field(contacts.FIELDS[name] or "value").verbose_name)
    table: Any = history.event_model(model)
    events = table._default_manager.filter(customer_id=customer.pk).order_by("-pgh_id")[:MOST]
    newer = {row.pk: _entry(name, row) for row in getattr(customer, name).all()}
    found = []
    for event in events:
        old, new = _entry(name, event), newer.get(event.pgh_obj_id, "")
        newer[event.pgh_obj_id] = old
        if old == new:
            continue
        context = event.pgh_context or {}
        via = context.get("url") or context.get("job") or context.get("command") or ""
        at, user_id = event.pgh_created_at, context.get("user")
        found.append(Lost(event.pgh_id, name, label, old, new, at, user_id, via))
    return found


def _entry(name: str, row: Any) -> str:
    if name == "phones":
        return screen_text(row.number)
    return row.address if name == "emails" else f"{row.source}: {row.value}"


def with_entry_back(customer: Customer, name: str, event: str, *, user: User) -> CustomerForm:
    """The form of one list with the entry that `event` took away. Adding takes nothing from anybody: a new token."""
    form = CustomerForm(user=user, instance=customer, only=name)
    events: Any = history.event_model(LISTS[name])._default_manager
    number = int(event) if event.isascii() and event.isdigit() and len(event) < 19 else 0
    lost = events.filter(customer_id=customer.pk, pgh_id=number).first()
    if lost is None:
        raise BadInput(_("That value is no longer in the history."))
    value = lost.number if name == "phones" else _entry(name, lost)
    lines = [*contacts.values_of(customer, name), value]
    return CustomerForm({name: "\n".join(lines), "base": form.token(customer)}, user=user, instance=customer, only=name)
