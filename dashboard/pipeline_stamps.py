"""How often what the report on pipelines counts has changed: what lets its figures be kept (docs/decisions/0016)."""

# ruff: noqa: S608  every name in this SQL is our own

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import connection, models

from accounts.models import User
from dashboard.tally_sql import differences
from deals.models import Deal, DealLine, LostReason, Product, StageVisit
from leads.models import Source

TABLE = "dashboard_pipelinestamp"
FOLD = f"""
    WITH picked AS (SELECT id FROM {TABLE} FOR UPDATE SKIP LOCKED),
    gone AS (DELETE FROM {TABLE} WHERE id IN (SELECT id FROM picked) RETURNING n)
    INSERT INTO {TABLE} (n) SELECT sum(n) FROM gone HAVING count(*) > 0
"""
#: What the report reads of a deal: its title, its place on the board, its next activity spoil nothing.
OF_DEALS = (
    *("id", "stage_id", "status", "owner_id", "source_id", "lost_reason_id", "base_amount", "probability"),
    *("opened_on", "expected_close", "closed_on", "deleted_at"),
)


class PipelineStamp(models.Model):
    """A log that triggers alone write: one row for each statement that changed something that is counted.

    Rows are only added, so that writers never wait for one another. Their sum grows with each commit of such a change,
    and with nothing else.
    """

    n = models.PositiveBigIntegerField(default=1, db_default=1)

    objects: ClassVar[models.Manager[PipelineStamp]] = models.Manager()

    def __str__(self) -> str:
        return str(self.n)

    @classmethod
    def fold(cls) -> None:
        """Add the rows up into one. The sum stays, and nobody waits."""
        with connection.cursor() as cursor:
            cursor.execute(FOLD)


def _after(what: str, operation: pgtrigger.Operation, changed: str, **rows: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=f"pipeline_{what}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows) if rows else None,  # type: ignore[no-untyped-call]  # the library's
        func=f"INSERT INTO {TABLE} (n) SELECT 1{changed}; RETURN NULL;",
    )


def _stamp(*columns: str) -> list[pgtrigger.Trigger]:
    """Each statement that added, removed or changed one of these columns."""
    changed = f" WHERE EXISTS ({differences(', '.join(columns))})"
    added, gone = (f" WHERE EXISTS (SELECT FROM {rows})" for rows in ("new_rows", "old_rows"))
    return [
        _after("insert", pgtrigger.Insert, added, new="new_rows"),
        _after("update", pgtrigger.Update, changed, old="old_rows", new="new_rows"),
        _after("delete", pgtrigger.Delete, gone, old="old_rows"),
        _after("truncate", pgtrigger.Truncate, ""),
    ]


# The triggers are this app's, on tables of others. Stages are read for each page anyway, with their versions.


class StampedDeal(Deal):
    class Meta:
        proxy = True
        triggers = _stamp(*OF_DEALS)


class StampedLine(DealLine):
    class Meta:
        proxy = True
        triggers = _stamp("deal_id", "position", "product_id")


class StampedVisit(StageVisit):
    class Meta:
        proxy = True
        triggers = _stamp("deal_id", "stage_id", "entered_at", "left_at")


class StampedUser(User):
    class Meta:
        proxy = True
        triggers = _stamp("id", "name", "email", "team_id")


class StampedSource(Source):
    class Meta:
        proxy = True
        triggers = _stamp("id", "name")


class StampedProduct(Product):
    class Meta:
        proxy = True
        triggers = _stamp("id", "name")


class StampedReason(LostReason):
    class Meta:
        proxy = True
        triggers = _stamp("id", "name")
