"""Something done to many deals at once: each by its own verb, what does not go stays as it is and is counted.

What was done is kept for an hour, so that it can be taken back by one click.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from crm.access import editable
from deals import ranks
from deals.models import Deal, LostReason, Stage, StageKind
from deals.moves import Stale

#: so many at one go: each is a move of its own, with its own line in the history
MOST = 500
KEPT_SECONDS = 3600


@dataclass
class Result:
    """`done` are ids; `stayed` are reasons with how many they concern."""

    done: list[int] = field(default_factory=list)
    stayed: Counter[str] = field(default_factory=Counter)
    #: by which it can be taken back
    key: str = ""

    def sentence(self, done: str) -> str:
        """What was done, and why the others stayed as they are."""
        stayed = [_("%(count)s left: %(why)s") % {"count": n, "why": why} for why, n in self.stayed.items()]
        return " ".join([done, *stayed]) if self.done else " ".join(stayed) or _("Nothing was changed.")


def move(pks: Iterable[int], to: Stage, *, by: User) -> Result:
    return _each(pks, by, "move", lambda deal: _moved(deal, to, by))


def _moved(deal: Deal, to: Stage, by: User) -> dict[str, Any] | None:
    if deal.stage_id == to.pk:
        return None
    before = deal.stage_id
    deal.move(to, by=by, moves=deal.moves)
    return {"stage": before, "moves": deal.moves}


def lose(pks: Iterable[int], reason: LostReason, note: str, *, by: User) -> Result:
    def verb(deal: Deal) -> dict[str, Any] | None:
        if deal.stage.kind == StageKind.LOST:
            return None
        before = deal.stage_id
        deal.lose(reason, note, by=by, moves=deal.moves)
        return {"stage": before, "moves": deal.moves}

    return _each(pks, by, "move", verb)


def assign(pks: Iterable[int], to: User | None, *, by: User) -> Result:
    def verb(deal: Deal) -> dict[str, Any] | None:
        before = deal.owner_id
        changed = deal.assign(to, by=by)
        return {"owner": before, "to": to.pk if to else None} if changed else None

    return _each(pks, by, "assign", verb)


def _each(pks: Iterable[int], by: User, kind: str, verb: Callable[[Deal], dict[str, Any] | None]) -> Result:
    """Each in a savepoint of its own; the lock of all that moves comes before any deal."""
    result, kept = Result(), []
    with transaction.atomic():
        ranks.hold()
        for deal in editable(Deal, by).filter(pk__in=list(pks)).select_related("stage", "owner").order_by("pk"):
            try:
                with transaction.atomic():
                    undo = verb(deal)
            except Stale:
                result.stayed[_("somebody has moved it in the meantime.")] += 1
            except ValidationError as problem:
                result.stayed[" ".join(problem.messages)] += 1
            else:
                if undo is None:
                    result.stayed[_("it was so already.")] += 1
                else:
                    result.done.append(deal.pk)
                    kept.append(undo | {"pk": deal.pk})
    if kept:
        result.key = str(uuid.uuid4())
        cache.set(_key(result.key, by), {"kind": kind, "rows": kept}, KEPT_SECONDS)
    return result


def _key(key: str, by: User) -> str:
    return f"deals-done:{by.pk}:{key}"


def undo(key: str, *, by: User) -> int | None:
    """Take it back where nothing has happened since; how many, or None when it is not known any more."""
    kept = cache.get(_key(key, by))
    if kept is None:
        return None
    cache.delete(_key(key, by))
    rows = {row["pk"]: row for row in kept["rows"]}
    back = 0
    before = _before(kept["kind"], rows.values())
    with transaction.atomic():
        ranks.hold()
        for deal in editable(Deal, by).filter(pk__in=list(rows)).select_related("stage").order_by("pk"):
            try:
                with transaction.atomic():
                    back += _back(deal, rows[deal.pk], kept["kind"], before, by)
            except (Stale, ValidationError):
                continue
    return back


def _before(kind: str, rows: Iterable[dict[str, Any]]) -> dict[Any, Any]:
    """The stages or owners that the deals had; who has left gets nothing back."""
    if kind == "assign":
        return {None: None, **User.objects.owners().in_bulk({row["owner"] for row in rows if row["owner"]})}
    return dict(Stage.objects.in_bulk({row["stage"] for row in rows}))


def _back(deal: Deal, row: dict[str, Any], kind: str, before: dict[Any, Any], by: User) -> bool:
    if kind == "assign":
        stays = deal.owner_id != row["to"] or row["owner"] not in before
        return not stays and deal.assign(before[row["owner"]], by=by)
    deal.move(before[row["stage"]], by=by, moves=row["moves"])
    return True
