"""Where a card stands among the cards of its column: numbers with big gaps, spread anew when a gap is used up.

Everybody who moves holds one lock together; who spreads a column holds it alone, before touching any row: so nobody
waits for a row of somebody who waits for him.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Max, Min

if TYPE_CHECKING:
    from deals.models.deal import Deal
    from deals.models.pipeline import Stage

GAP = 2**20
#: The lock of all that moves: any number that nobody else takes.
_LOCK = 0x4465616C

_SPREAD = """
    WITH locked AS (SELECT id, rank FROM deals_deal WHERE stage_id = %s AND deleted_at IS NULL ORDER BY id FOR UPDATE),
        placed AS (SELECT id, row_number() OVER (ORDER BY rank, id) * %s AS place FROM locked)
    UPDATE deals_deal SET rank = place FROM placed WHERE deals_deal.id = placed.id
"""


def hold() -> None:
    """Until the transaction ends nobody spreads a column. Taken before any deal is locked."""
    _execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])


def place(deals: type[Deal], stage: Stage, *, before: int | None = None, after: int | None = None) -> int:
    """The rank between two deals of a stage; at the top without any. Holds the lock of all that moves.

    `before` stands below, `after` above; one that is no longer in the stage is forgotten.
    """
    if before or after:
        low, high = _neighbours(deals, stage, before, after)
        if low is not None and high is not None and high - low < 2:
            spread(stage)
    hold()
    low, high = _neighbours(deals, stage, before, after)
    if low is None and high is None:
        top: int | None = deals.objects.filter(stage=stage).aggregate(top=Min("rank"))["top"]
        return 0 if top is None else top - GAP
    if low is None or high is None:
        return high - GAP if high is not None else (low or 0) + GAP
    return low + (high - low) // 2


def spread(stage: Stage) -> None:
    """Give every deal of the stage room again, in the order in which they stand."""
    _execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    _execute(_SPREAD, [stage.pk, GAP])


def _neighbours(
    deals: type[Deal], stage: Stage, before: int | None, after: int | None
) -> tuple[int | None, int | None]:
    """The ranks above and below the place; when one neighbour is known, the other is the next card."""
    cards = deals.objects.filter(stage=stage)
    given = dict(cards.filter(pk__in=[pk for pk in (before, after) if pk]).values_list("pk", "rank"))
    low, high = given.get(after or 0), given.get(before or 0)
    if low is not None and high is None:
        high = cards.filter(rank__gt=low).aggregate(next=Min("rank"))["next"]
    elif high is not None and low is None:
        low = cards.filter(rank__lt=high).aggregate(next=Max("rank"))["next"]
    if low is not None and high is not None and low > high:
        low, high = high, low
    return low, high


def _execute(sql: str, parameters: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
