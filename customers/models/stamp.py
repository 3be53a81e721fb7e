"""How often the revenue of each day has changed: what lets figures be kept, and never served once they are wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import pgtrigger
from django.db import connection, models
from django.db.models import Q

TABLE = "customers_revenuestamp"
#: Whoever sums stamps up to any day sees this one.
BEFORE_ALL_DAYS = "0001-01-01"
FOLD = f"""
    WITH stamps AS (SELECT id, coalesce(day, 'infinity') AS day, coalesce(owner, 0) AS owner FROM {TABLE}),
    many AS (SELECT day, owner FROM stamps GROUP BY day, owner HAVING count(*) > 1),
    picked AS (
        SELECT id FROM {TABLE} WHERE id IN (SELECT id FROM stamps JOIN many USING (day, owner)) FOR UPDATE SKIP LOCKED
    ),
    gone AS (DELETE FROM {TABLE} WHERE id IN (SELECT id FROM picked) RETURNING day, owner, n)
    INSERT INTO {TABLE} (day, owner, n) SELECT day, owner, sum(n) FROM gone GROUP BY day, owner
"""  # noqa: S608  the name of our own table


class RevenueStamp(models.Model):
    """A log that triggers alone write: `n` changes to the orders of a UTC day, or to whose customers an owner has.

    Rows are only added, so that writers never wait for one another; fold() adds them up now and then.
    The sum of `n` over any days grows with each committed change to their orders, and with nothing else.
    """

    day = models.DateField(null=True)
    owner = models.BigIntegerField(null=True)
    n = models.PositiveBigIntegerField(default=1, db_default=1)

    objects: ClassVar[models.Manager[RevenueStamp]] = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(day=None, owner__isnull=False) | Q(day__isnull=False, owner=None),
                name="stamp_of_day_or_owner",
            )
        ]
        indexes = [
            models.Index(fields=["day"], include=["n"], name="stamp_day", condition=Q(day__isnull=False)),
            models.Index(fields=["owner"], include=["n"], name="stamp_owner", condition=Q(owner__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.day or self.owner}: {self.n}"

    @classmethod
    def fold(cls) -> None:
        """Add up the rows of each day and owner into one. No sum changes, and nobody waits."""
        with connection.cursor() as cursor:
            cursor.execute(FOLD)


def _after(name: str, operation: pgtrigger.Operation, insert: str, **rows: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows) if rows else None,  # type: ignore[no-untyped-call]  # the library's
        func=f"INSERT INTO {TABLE} {insert}; RETURN NULL;",
    )


def _order_days(rows: str) -> str:
    return f"SELECT DISTINCT (placed_at AT TIME ZONE 'UTC')::date FROM {rows}"  # noqa: S608  names of transition tables


def _line_days(rows: str) -> str:
    orders = f"{rows} line JOIN customers_order placed ON placed.id = line.order_id"
    return f"SELECT DISTINCT (placed.placed_at AT TIME ZONE 'UTC')::date FROM {orders}"  # noqa: S608  as above


def _stamps(days: Callable[[str], str]) -> list[pgtrigger.Trigger]:
    moved = f"(day) {days('old_rows')} UNION {days('new_rows')}"
    return [
        _after("stamp_insert", pgtrigger.Insert, f"(day) {days('new_rows')}", new="new_rows"),
        _after("stamp_update", pgtrigger.Update, moved, old="old_rows", new="new_rows"),
        _after("stamp_delete", pgtrigger.Delete, f"(day) {days('old_rows')}", old="old_rows"),
    ]


def stamp_orders() -> list[pgtrigger.Trigger]:
    """Any change of an order raises the stamps of the days it was and is placed on."""
    everything = f"(day) SELECT DISTINCT day FROM {TABLE} WHERE day IS NOT NULL"  # noqa: S608  the name of our own table
    return [*_stamps(_order_days), _after("stamp_truncate", pgtrigger.Truncate, everything)]


def stamp_lines() -> list[pgtrigger.Trigger]:
    """The articles of a day are figures too."""
    return _stamps(_line_days)


def stamp_customers() -> list[pgtrigger.Trigger]:
    """A customer who changes hands takes all past revenue along; one who is deleted is no buyer of any day.

    By row: both happen to few rows, and joining the rows before and after a statement costs every bulk update.
    """
    owners = "(owner) SELECT owner FROM (VALUES (OLD.owner_id), (NEW.owner_id)) AS both_owners (owner)"
    return [
        _on_change("stamp_owners", "owner", f"{owners} WHERE owner IS NOT NULL"),
        _on_change("stamp_deleted", "deleted_at", f"(day) VALUES ('{BEFORE_ALL_DAYS}')"),
    ]


def _on_change(name: str, field: str, insert: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange(field),
        func=f"INSERT INTO {TABLE} {insert}; RETURN NULL;",
    )
