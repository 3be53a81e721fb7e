"""Field history by database triggers: who changed what, when, from which page or job; values can be restored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import pghistory
import pgtrigger
from django.apps import apps
from django.db import models
from pghistory import trigger

from crm.access import hidden_fields

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User

M = TypeVar("M", bound=models.Model)


class PlannedEachTime(trigger.Event):
    """A trigger whose statement is planned anew for the rows at hand. PL/pgSQL keeps the plan of a connection's first
    change, most often that of one row: then every old row of a large change is compared with every new one."""

    def get_func(self, model: Any) -> pgtrigger.Func:
        statement = super().get_func(model).func.removesuffix("; RETURN NULL;")  # type: ignore[no-untyped-call]
        planned = f"EXECUTE $statement${statement}$statement$; RETURN NULL;"
        return pgtrigger.Func(planned)  # type: ignore[no-untyped-call]  # the library's


def _register(event: Any, event_model: Any) -> None:
    """As pghistory.core.RowEvent.add_event_trigger, with our trigger."""
    names = ("label", "row", "operation", "condition", "level")
    given = {name: getattr(event, name) for name in names} | {"name": event.trigger_name}
    made = PlannedEachTime(event_model=event_model, **given)  # type: ignore[no-untyped-call]  # the library's
    pgtrigger.register(made)(event_model.pgh_tracked_model)


class UpdateEvent(pghistory.UpdateEvent):
    add_event_trigger = _register


class DeleteEvent(pghistory.DeleteEvent):
    add_event_trigger = _register


def tracked(*exclude: str) -> Callable[[type[M]], type[M]]:
    """Keep the old row at each update and delete of a model people edit.

    Roll-up and generated columns go into `exclude`. Inserts need no event: the row, or the oldest old row, shows them.
    """
    decorate: Callable[[type[M]], type[M]] = pghistory.track(
        UpdateEvent("update", row=pghistory.Old),
        DeleteEvent("delete", row=pghistory.Old),
        exclude=["version", "created_at", "updated_at", *exclude],
        obj_field=pghistory.ObjForeignKey(related_name="history"),
        context_field=pghistory.ContextJSONField(),
        context_id_field=None,  # type: ignore[arg-type]  # None is documented, only the annotation lacks it
        append_only=True,
        level=pgtrigger.Statement,
    )
    return decorate


@dataclass(frozen=True)
class Change:
    """One field of one update: `old` and `new` as the model's Python values; `event` finds the old row again."""

    event: int
    field: models.Field[Any, Any]
    old: Any
    new: Any
    at: dt.datetime
    user_id: int | None
    via: str


def event_model(model: type[models.Model]) -> type[models.Model]:
    """The history table of a tracked model."""
    return apps.get_model(model._meta.app_label, f"{model.__name__}Event")


def changes(row: models.Model, *, viewer: User, limit: int = 200) -> list[Change]:
    """The newest field changes of `row`, newest first, without the fields hidden from `viewer`."""
    events = event_model(type(row))._default_manager.filter(pgh_obj_id=row.pk).order_by("-pgh_id")[:limit]
    hidden = hidden_fields(type(row), viewer)
    found: list[Change] = []
    newer: models.Model = row
    for event in events:
        found += _differences(event, newer, hidden)
        newer = event
    return found


def _differences(event: Any, newer: models.Model, hidden: frozenset[str]) -> list[Change]:
    context = event.pgh_context or {}
    fields = [f for f in type(event).pgh_tracked_model._meta.concrete_fields if hasattr(event, f.attname)]
    return [
        Change(
            event=event.pgh_id,
            field=field,
            old=getattr(event, field.attname),
            new=getattr(newer, field.attname),
            at=event.pgh_created_at,
            user_id=context.get("user"),
            via=context.get("url") or context.get("job") or context.get("command") or "",
        )
        for field in fields
        if field.name not in hidden and getattr(event, field.attname) != getattr(newer, field.attname)
    ]


def old_value(row: models.Model, event: int, field: str) -> Any:
    """The value that `field` had before `event`; LookupError when there is no such event of this row."""
    names = {f.name: f.attname for f in type(row)._meta.concrete_fields}
    found = event_model(type(row))._default_manager.filter(pgh_obj_id=row.pk, pgh_id=event).first()
    if found is None or field not in names or not hasattr(found, names[field]):
        raise LookupError(field)
    return getattr(found, names[field])
