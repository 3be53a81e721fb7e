"""How a deal goes from stage to stage: one way for the form, the board, the list and everything else.

A move is claimed by the number of moves that its caller saw: who comes second is Stale. What a stage asks for is
Lacking by name. The history of stages is written here and nowhere else.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.events import Together, record
from crm.models import Event
from deals import ranks
from deals.models.pipeline import LostReason, Requirement, Stage, StageKind

if TYPE_CHECKING:
    from accounts.models import User
    from deals.models.deal import Deal

REASON = "lost_reason"


class Stale(Exception):
    """Somebody has moved the deal since it was looked at. Nothing was written; `sentence` says who and where."""

    def __init__(self, deal: Deal) -> None:
        self.deal, self.sentence = deal, _who_moved(deal)
        super().__init__(self.sentence)


class Lacking(ValidationError):
    """The stage asks for what the deal has not: `names` of fields, in the order of the form."""

    def __init__(self, stage: Stage, names: list[str]) -> None:
        self.stage, self.names = stage, names
        labels = ", ".join(label_of(name) for name in names)
        params = {"stage": stage, "fields": labels}
        super().__init__(_("Before it goes to “%(stage)s” the deal needs: %(fields)s."), "lacking", params)

    @property
    def sentence(self) -> str:
        return " ".join(self.messages)


def label_of(name: str) -> str:
    return _("Reason for losing") if name == REASON else str(Requirement(name).label)


@dataclass(frozen=True)
class Wish:
    """Where a deal is to go, and what is known about it."""

    to: Stage
    by: User | None
    #: the number of moves that the caller saw; none when it takes the deal as it is
    moves: int | None = None
    before: int | None = None
    after: int | None = None
    reason: LostReason | None = None
    note: str = ""
    today: dt.date | None = None
    #: with what else it is done by the same click
    together: Together | None = None


def move(deal: Deal, wish: Wish, *, across: bool = False) -> None:
    """Bring the deal to the stage, or only to another place in its own. `across` lets it change its pipeline."""
    deals = type(deal)
    with transaction.atomic():
        rank = ranks.place(deals, wish.to, before=wish.before, after=wish.after)
        # Locked without its stage: a join is not looked up again after waiting for the lock, and the row would be lost.
        row = deals.objects.select_for_update().filter(pk=deal.pk).first()
        if row is None:
            raise ValidationError(_("The deal has been deleted."))
        if wish.moves is not None and row.moves != wish.moves:
            raise Stale(row)
        if row.stage_id != wish.to.pk:
            _check(row, wish, across=across)
            _enter(row, wish, rank)
        elif wish.before or wish.after:
            deals.objects.filter(pk=row.pk).update(rank=rank)
    deal.refresh_from_db()


def stage_of_kind(pipeline_id: int, kind: StageKind) -> Stage:
    """The first stage of a kind; ValidationError in a pipeline that has none."""
    found: Any = Stage.objects.filter(pipeline=pipeline_id, kind=kind).order_by("position").first()
    if found is None:
        raise ValidationError(_("This pipeline has no stage for that. Ask an administrator to set it up."))
    assert isinstance(found, Stage)  # noqa: S101 - for the type checker
    return found


def last_open_stage(deal: Deal) -> Stage:
    """Where the deal was before it was closed."""
    visits = deal.visits.filter(stage__kind=StageKind.OPEN, stage__pipeline=deal.stage.pipeline_id)
    visit = visits.select_related("stage").order_by("-entered_at", "-pk").first()
    return visit.stage if visit else stage_of_kind(deal.stage.pipeline_id, StageKind.OPEN)


def lacking(deal: Deal, stage: Stage, *, lines: bool | None = None) -> list[str]:
    """What `stage` asks for and the deal has not. `lines` when they are known already."""
    return [name for name in Requirement.values if name in stage.required and not _has(deal, name, lines)]


def _has(deal: Deal, name: str, lines: bool | None) -> bool:
    if name == Requirement.LINES:
        return deal.lines.exists() if lines is None else lines
    if name in {Requirement.CUSTOMER, Requirement.COMPANY, Requirement.OWNER}:
        return getattr(deal, f"{name}_id") is not None
    return getattr(deal, name) is not None


def _check(deal: Deal, wish: Wish, *, across: bool) -> None:
    if wish.to.pipeline_id != deal.stage.pipeline_id and not across:
        raise ValidationError(_("“%(stage)s” is a stage of another pipeline."), params={"stage": wish.to})
    is_back = not deal.stage.is_open and wish.to.is_open
    names = [] if is_back else lacking(deal, wish.to)
    if wish.to.kind == StageKind.LOST and not (wish.reason and wish.reason.for_deals):
        names.append(REASON)
    if names:
        raise Lacking(wish.to, names)
    if not wish.to.is_open and deal.opened_on and deal.opened_on > _today(wish):
        raise ValidationError(_("The deal would be closed before it was opened: correct the day it was opened first."))


def _today(wish: Wish) -> dt.date:
    return wish.today or timezone.localdate()


def _enter(deal: Deal, wish: Wish, rank: int) -> None:
    """Write the new stage, close the visit of the old one and open the next; say what happened."""
    at = timezone.now()
    left, to = deal.stage, wish.to
    lost = to.kind == StageKind.LOST
    claimed = type(deal).objects.filter(pk=deal.pk, moves=deal.moves)
    changed = claimed.update(
        stage=to,
        status=to.kind,
        moves=F("moves") + 1,
        rank=rank,
        stage_entered_at=at,
        closed_on=None if to.is_open else _today(wish),
        lost_reason=wish.reason if lost else None,
        lost_note=wish.note if lost else "",
    )
    if not changed:
        raise Stale(deal)
    deal.visits.filter(left_at=None).update(left_at=at)
    deal.visits.create(stage=to, entered_at=at, by=wish.by)
    facts: dict[str, Any] = {"stage_from": left, "stage_to": to} | (
        {"reason": wish.reason, "note": wish.note} if lost else {}
    )
    if to.pipeline_id != left.pipeline_id:
        facts |= {"pipeline_from": left.pipeline, "pipeline_to": to.pipeline}
    record(_kind(left, to), on=deal, by=wish.by, together=wish.together, **_with_money(deal, facts))


def _kind(left: Stage, to: Stage) -> str:
    if to.kind in {StageKind.WON, StageKind.LOST}:
        return f"deal.{to.kind}"
    return "deal.moved" if left.is_open else "deal.reopened"


def _with_money(deal: Deal, facts: dict[str, Any]) -> dict[str, Any]:
    return facts | {"title": deal.title, "amount": deal.amount, "currency": deal.currency}


def _who_moved(deal: Deal) -> str:
    kinds = ("deal.moved", "deal.won", "deal.lost", "deal.reopened")
    last = Event.objects.about(deal).filter(kind__in=kinds).select_related("actor").order_by("-at", "-pk").first()
    names = {"title": deal.title, "stage": deal.stage, "who": (last and last.actor) or _("Somebody")}
    return _("%(who)s has moved “%(title)s” to “%(stage)s” in the meantime.") % names
