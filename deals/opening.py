"""A new deal: from its form, from a lead that became a customer, from wherever one comes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.events import record
from deals import moves, ranks
from deals.lines import Line
from deals.models import Deal, Pipeline, Stage, StageKind
from deals.models.worth import in_base

if TYPE_CHECKING:
    from accounts.models import User


def first_stage() -> Stage:
    """Where a deal begins when nobody says where: the first open stage of the first pipeline in use."""
    stages = Stage.objects.filter(kind=StageKind.OPEN, pipeline__in=Pipeline.objects.filter(is_active=True))
    found: Any = stages.select_related("pipeline").order_by("pipeline__position", "pipeline", "position").first()
    if found is None:
        raise ValidationError(_("There is no pipeline to put the deal in: ask an administrator to set one up."))
    assert isinstance(found, Stage)  # noqa: S101 - for the type checker
    return found


def open_deal(
    *,
    by: User | None,
    title: str,
    stage: Stage | None = None,
    owner: User | None = None,
    lines: Sequence[Line] = (),
    shared_with: Iterable[User] = (),
    today: dt.date | None = None,
    **fields: Any,
) -> Deal:
    """Open a deal at the top of a stage. Lacking when the stage asks for more; ValidationError names the field.

    `fields` are columns of Deal: customer, company, lead, source, campaign, amount, currency, amount_from_lines,
    opened_on (today when it is not among them), expected_close, probability, is_committed.
    """
    today = today or timezone.localdate()
    stage = stage or first_stage()
    if not stage.is_open:
        raise ValidationError({"stage": _("A deal begins in an open stage; win or lose it afterwards.")})
    deal = Deal(
        title=title, stage=stage, status=stage.kind, owner=owner, created_by=by, **{"opened_on": today} | fields
    )
    with transaction.atomic():
        return insert(deal, by=by, lines=lines, shared_with=shared_with, today=today)


def insert(deal: Deal, *, by: User | None, lines: Sequence[Line], shared_with: Iterable[User], today: dt.date) -> Deal:
    """Write a deal that is complete in memory, with its place, its first visit, its products and its event."""
    if deal.amount_from_lines:
        deal.amount = sum((line.amount for line in lines), Decimal()) if lines else None
    if names := moves.lacking(deal, deal.stage, lines=bool(lines)):
        raise moves.Lacking(deal.stage, names)
    at = timezone.now()
    deal.status, deal.stage_entered_at = deal.stage.kind, at
    deal.base_amount = in_base(deal.amount, deal.currency, today)
    deal.validate_constraints()
    deal.rank = ranks.place(Deal, deal.stage)
    deal.save(force_insert=True)
    deal.set_lines(lines)
    deal.shared_with.set(shared_with)
    deal.visits.create(stage=deal.stage, entered_at=at, by=by)
    if deal.owner_id and by and deal.owner_id != by.pk:
        record("deal.assigned", on=deal, by=by, to=deal.owner)
    record("deal.created", on=deal, by=by, title=deal.title, amount=deal.amount, currency=deal.currency)
    deal.refresh_from_db()
    return deal
