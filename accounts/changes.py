"""Field changes in words, for the page that shows them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.models import User
from crm import history

Names = dict[tuple[type[models.Model], Any], str]


@dataclass(frozen=True)
class Line:
    """One change as templates/records/_history.html shows it."""

    label: str
    old: str
    new: str
    who: str
    iso: str
    when: str
    full: str
    via: str


def lines_of(row: models.Model, *, viewer: User, limit: int = 50) -> list[Line]:
    """The newest field changes of `row`, newest first. Names are looked up once for each kind of row."""
    found = history.changes(row, viewer=viewer, limit=limit)
    names = _names(found)
    return [_line(change, names) for change in found]


def _names(changes: list[history.Change]) -> Names:
    wanted: defaultdict[type[models.Model], set[Any]] = defaultdict(set)
    for change in changes:
        wanted[User].add(change.user_id)
        if model := _related(change.field):
            wanted[model] |= {change.old, change.new}
    return {
        (model, row.pk): str(row)
        for model, keys in wanted.items()
        for row in model._base_manager.filter(pk__in=keys - {None})
    }


def _related(field: models.Field[Any, Any]) -> type[models.Model] | None:
    model: type[models.Model] | None = field.related_model if field.is_relation else None  # type: ignore[assignment]  # resolved by now
    return model


def _line(change: history.Change, names: Names) -> Line:
    local = timezone.localtime(change.at)
    return Line(
        label=str(change.field.verbose_name).capitalize(),
        old=_text(change.field, change.old, names),
        new=_text(change.field, change.new, names),
        who=names.get((User, change.user_id), _("The system")),
        iso=change.at.isoformat(),
        when=formats.date_format(local, "j M Y"),
        full=formats.date_format(local, "DATETIME_FORMAT"),
        via=change.via,
    )


def _text(field: models.Field[Any, Any], value: Any, names: Names) -> str:
    if value is None or value == "":
        return ""
    if model := _related(field):
        return names.get((model, value), str(value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dt.datetime):
        return str(formats.date_format(timezone.localtime(value), "DATETIME_FORMAT"))
    return str(dict(field.flatchoices).get(value, value))
