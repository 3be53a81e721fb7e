"""What an admin does with pipelines and their stages beyond editing their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.events import record
from deals.models import Deal, LostReason, Pipeline, Stage, StageKind, StageVisit

if TYPE_CHECKING:
    from accounts.models import User

#: what a new pipeline begins with: name, kind, probability
BEGINNING = (
    (gettext_lazy("New"), StageKind.OPEN, 20),
    (gettext_lazy("Proposal"), StageKind.OPEN, 50),
    (gettext_lazy("Won"), StageKind.WON, 100),
    (gettext_lazy("Lost"), StageKind.LOST, 0),
)


def is_taken(row: Stage | LostReason, name: str, **among: Any) -> bool:
    """Whether another row has the name, in letters of any size."""
    return type(row)._base_manager.filter(name__iexact=name, **among).exclude(pk=row.pk).exists()


def give_stages(pipeline: Pipeline) -> None:
    """The first stages of a new pipeline: without won and lost nothing could be closed in it."""
    Stage.objects.bulk_create(
        Stage(pipeline=pipeline, name=str(name), kind=kind, probability=probability, position=position)
        for position, (name, kind, probability) in enumerate(BEGINNING, 1)
    )


def place_for_new(pipeline: Pipeline) -> int:
    """Make room behind the last open stage; the stages of a closed deal come after it. In a transaction."""
    stages = Stage.objects.select_for_update().filter(pipeline=pipeline)
    list(stages.order_by("pk"))
    last: int = stages.filter(kind=StageKind.OPEN).aggregate(last=Max("position"))["last"] or 0
    stages.filter(position__gt=last).update(position=F("position") + 1)
    return last + 1


def shift(stage: Stage, *, up: bool, by: User) -> bool:
    """One place to the front or to the back among the open stages. False when there is none to change with."""
    with transaction.atomic():
        stages: Any = Stage.objects.select_for_update().filter(pipeline=stage.pipeline_id).order_by("position")
        open_ones = [row for row in stages if row.is_open]
        place = next((n for n, row in enumerate(open_ones) if row.pk == stage.pk), -1)
        other = place - 1 if up else place + 1
        if place < 0 or not 0 <= other < len(open_ones):
            return False
        mine, theirs = open_ones[place], open_ones[other]
        for row, position in ((mine, theirs.position), (theirs, mine.position)):
            Stage.objects.filter(pk=row.pk).update(position=position)
        record("stage.changed", on=stage, by=by, fields=["position"])
    return True


def in_the_way(stage: Stage) -> str:
    """Why the stage cannot be deleted, in a sentence; nothing when it can."""
    if not stage.is_open:
        return _("A pipeline keeps its stages for won and for lost deals.")
    if not Stage.objects.filter(pipeline=stage.pipeline_id, kind=StageKind.OPEN).exclude(pk=stage.pk).exists():
        return _("A pipeline keeps at least one open stage.")
    if count := Deal.everything.filter(stage=stage).count():
        words = ngettext(
            "%(count)s deal is in “%(stage)s”: move it to another stage first. A deleted one counts too.",
            "%(count)s deals are in “%(stage)s”: move them to another stage first. Deleted ones count too.",
            count,
        )
        return words % {"count": count, "stage": stage}
    return ""


def remove(stage: Stage, into: Stage, *, by: User) -> None:
    """Delete a stage without deals. The days that deals have spent there count for `into`."""
    with transaction.atomic():
        list(Stage.objects.select_for_update().filter(pipeline=stage.pipeline_id).order_by("pk"))
        if sentence := in_the_way(stage):
            raise ValidationError(sentence)
        if into.pipeline_id != stage.pipeline_id or not into.is_open or into == stage:
            raise ValidationError({"into": _("Choose another open stage of the same pipeline.")})
        StageVisit.objects.filter(stage=stage).update(stage=into)
        record("stage.deleted", on=stage, by=by, name=stage.name, into=into)
        Stage.objects.filter(pk=stage.pk).delete()
