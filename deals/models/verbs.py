"""What can be done with a deal. Each verb is atomic, claimed in SQL, and ends in an event."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.events import Together, record
from deals import moves as going
from deals.models.pipeline import LostReason, Stage, StageKind

if TYPE_CHECKING:
    from accounts.models import User
    from deals.models.deal import Deal


class Verbs:
    """Stale when the deal has been moved since `moves` was read; Lacking when the stage asks for more."""

    def move(
        self,
        to: Stage,
        *,
        by: User | None,
        moves: int | None = None,
        before: int | None = None,
        after: int | None = None,
        reason: LostReason | None = None,
        note: str = "",
        today: dt.date | None = None,
        together: Together | None = None,
    ) -> None:
        """To a stage of its pipeline, below the deal `after` and above the deal `before` (ids), else to the top.

        To won and lost it goes the same way. Within its stage only the place changes, and nothing is told of it.
        """
        going.move(cast("Deal", self), going.Wish(to, by, moves, before, after, reason, note, today, together))

    def win(self, *, by: User | None, moves: int | None = None, today: dt.date | None = None) -> None:
        """Close as won, today."""
        self.move(self._stage_of(StageKind.WON), by=by, moves=moves, today=today)

    def lose(
        self,
        reason: LostReason | None,
        note: str = "",
        *,
        by: User | None,
        moves: int | None = None,
        today: dt.date | None = None,
        together: Together | None = None,
    ) -> None:
        """Close as lost, today, for a reason."""
        given: dict[str, Any] = {"reason": reason, "note": note, "today": today, "together": together}
        self.move(self._stage_of(StageKind.LOST), by=by, moves=moves, **given)

    def reopen(self, *, by: User | None, moves: int | None = None) -> None:
        """Back to the stage it was in before it was closed."""
        deal = cast("Deal", self)
        if deal.stage.is_open:
            raise ValidationError(_("The deal is open."))
        self.move(going.last_open_stage(deal), by=by, moves=moves)

    def change_pipeline(self, to: Stage, *, by: User | None, moves: int | None = None) -> None:
        """To an open stage of another pipeline."""
        if not to.is_open:
            raise ValidationError(_("A deal comes into a pipeline by one of its open stages."))
        going.move(cast("Deal", self), going.Wish(to, by, moves), across=True)

    def assign(
        self, to: User | None, *, by: User | None, together: Together | None = None, undone: bool = False
    ) -> bool:
        """Give it to somebody else, or (`undone`) back to them. False when it is theirs already, or has gone to a
        third person in the meantime."""
        deal = cast("Deal", self)
        before = deal.owner
        if before == to:
            return False
        with transaction.atomic():
            changed = type(deal).objects.filter(pk=deal.pk, owner=before).update(owner=to)
            if changed:
                facts = {"to": to, "before": before, "title": deal.title} | ({"undone": True} if undone else {})
                record("deal.assigned", on=deal, by=by, together=together, **facts)
        deal.refresh_from_db()
        return bool(changed)

    def _stage_of(self, kind: StageKind) -> Stage:
        return going.stage_of_kind(cast("Deal", self).stage.pipeline_id, kind)
