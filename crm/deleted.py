"""Deleted records: whoever could restore one still finds it; nobody else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.http import Http404

from crm.access import allows, get_visible, require
from crm.models import Record, RecordManager, RecordQuerySet

if TYPE_CHECKING:
    from accounts.models import User

R = TypeVar("R", bound=Record)
M = TypeVar("M", bound=models.Model)


def with_deleted(model: type[R]) -> RecordQuerySet[R]:
    """All rows of `model`, to be narrowed by what a user may see."""
    manager = model._default_manager
    assert isinstance(manager, RecordManager)  # noqa: S101 - so are the managers of all records
    return manager.with_deleted()


def all_rows(model: type[M]) -> models.QuerySet[M]:
    """The same of any model: as its access queryset, where it has one."""
    if issubclass(model, Record):
        return with_deleted(model)
    return model._default_manager.all()


def find(rows: type[R] | RecordQuerySet[R], user: User, pk: int) -> R:
    """The record; a deleted one only for whoever may restore it, 404 to everybody else."""
    queryset = rows if isinstance(rows, RecordQuerySet) else with_deleted(rows)
    row = get_visible(queryset, user, pk)
    if row.deleted_at and not may_remove(row, user):
        raise Http404
    return row


def find_removable(model: type[R], user: User, pk: int) -> R:
    """The record, deleted or not, if the user may delete and restore it; 404 to a stranger, 403 to an insider."""
    row = find(model, user, pk)
    require(may_remove(row, user))
    return row


def may_remove(row: Record, user: User) -> bool:
    return allows(with_deleted(type(row)).removable_by(user), row)
