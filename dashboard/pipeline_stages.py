"""How far deals come and how long they stay, what became of each month's, and why deals are lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    Avg,
    Case,
    Count,
    DateField,
    DurationField,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Greatest, TruncMonth

from crm import moments
from dashboard.pipeline_days import Median, Spell, in_days
from dashboard.pipeline_rates import FEW, LOST, NOTHING, ClosedCell, closed_cells, folded, share, wilson
from deals.models import DealStatus, Stage, StageKind, StageVisit

#: a cohort is immature while this share of it is open
IMMATURE = Decimal("0.05")


@dataclass(frozen=True)
class Step:
    """One stage: how many deals came as far, how many of them further, and what became of those that did not."""

    stage: Stage
    entered: int
    further: int
    lost: int
    open: int

    @property
    def rate(self) -> Decimal | None:
        return share(self.further, self.entered)

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        return wilson(self.further, self.entered)

    @property
    def is_few(self) -> bool:
        return 0 < self.entered < FEW


def reached(stages: Iterable[Stage]) -> Any:
    """The position of the furthest stage that a deal has come to. Who was in a later stage has passed the earlier
    ones, skipped or not; being lost is no place further on. Without any history, the first stage."""
    ladder = [stage for stage in stages if stage.kind != StageKind.LOST]
    first = Value(min((stage.position for stage in ladder), default=0), IntegerField())
    now = Case(When(LOST, then=first), default=F("stage__position"), output_field=IntegerField())
    visited = Max("visits__stage__position", filter=Q(visits__stage__in=ladder), output_field=IntegerField())
    return Greatest(now, Coalesce(visited, first))


def has_reached(stage: Stage, stages: Iterable[Stage], *, further: bool = False) -> Q:
    """The same as a condition: deals of the pipeline that came as far as `stage`, or (`further`) beyond it."""
    ladder = [other for other in stages if other.kind != StageKind.LOST]
    if stage == ladder[0] and not further:
        return Q(stage__in=stages)
    beyond = [other.pk for other in ladder if other.position >= stage.position + further]
    visits = StageVisit.objects.filter(deal=OuterRef("pk"), stage__in=beyond)
    return Q(stage__in=stages) & (Q(stage__in=beyond) | Q(Exists(visits)))


def has_left(stage: Stage, first: dt.date | None, last: dt.date | None) -> Q:
    """Deals with a stay in the stage that ended on these days."""
    zone, visits = moments.organisation_zone(), StageVisit.objects.filter(deal=OuterRef("pk"), stage=stage)
    visits = visits.filter(left_at__isnull=False)
    if first:
        visits = visits.filter(left_at__gte=moments.day_start(first, zone))
    if last:
        visits = visits.filter(left_at__lt=moments.day_start(last + dt.timedelta(days=1), zone))
    return Q(Exists(visits))


def funnel(rows: Any, stages: list[Stage]) -> list[Step]:
    """How far the deals of one pipeline came, by the stages from the first one to the won one.

    `rows` are deals of the pipeline whose `stages` these are, in order.
    """
    ladder = [stage for stage in stages if stage.kind != StageKind.LOST]
    if not ladder:
        return []
    counts: dict[str, Any] = {}
    for stage in ladder:
        here, beyond = Q(furthest=stage.position), Q(furthest__gte=stage.position)
        counts[f"entered_{stage.position}"] = Count("pk", filter=beyond)
        counts[f"lost_{stage.position}"] = Count("pk", filter=here & LOST)
        counts[f"open_{stage.position}"] = Count("pk", filter=here & Q(status=DealStatus.OPEN))
    by_deal = rows.order_by().annotate(furthest=reached(stages)).values("pk", "status", "furthest")
    found = by_deal.aggregate(**counts)
    steps = []
    for stage, after in zip(ladder, [*ladder[1:], None], strict=True):
        further = found[f"entered_{after.position}"] if after else 0
        at = stage.position
        steps.append(Step(stage, found[f"entered_{at}"], further, found[f"lost_{at}"], found[f"open_{at}"]))
    return steps


def stage_times(rows: Any, stages: list[Stage], left_within: Q) -> dict[int, Spell]:
    """How long deals stayed in each open stage, by the id of the stage: stays that ended as `left_within` says of
    `left_at`; whoever came back has stayed for the sum of all stays."""
    open_stages = [stage for stage in stages if stage.kind == StageKind.OPEN]
    visits = StageVisit.objects.filter(left_within, stage__in=open_stages, deal__in=rows.values("pk"))
    stays = visits.order_by().values("stage_id", "deal_id").annotate(stay=Sum(F("left_at") - F("entered_at")))
    wanted: dict[str, Any] = {}
    for stage in open_stages:
        fits = Q(stage_id=stage.pk)
        wanted |= {
            f"n_{stage.pk}": Count("deal_id", filter=fits),
            f"mean_{stage.pk}": Avg("stay", filter=fits),
            f"median_{stage.pk}": Median("stay", filter=fits, output_field=DurationField()),
        }
    found = stays.aggregate(**wanted) if wanted else {}
    return {
        stage.pk: Spell(
            found[f"n_{stage.pk}"], in_days(found[f"mean_{stage.pk}"]), in_days(found[f"median_{stage.pk}"])
        )
        for stage in open_stages
    }


@dataclass(frozen=True)
class Cohort:
    """The deals opened in one month. While many of them are open their win rate is that of the quick ones."""

    month: dt.date
    won: int
    lost: int
    open: int

    @property
    def opened(self) -> int:
        return self.won + self.lost + self.open

    @property
    def rate(self) -> Decimal | None:
        return share(self.won, self.won + self.lost)

    @property
    def open_share(self) -> Decimal:
        return share(self.open, self.opened) or NOTHING

    @property
    def is_immature(self) -> bool:
        return self.open_share >= IMMATURE


def cohorts(rows: Any) -> list[Cohort]:
    """`rows` by the month they were opened in; those without an opening day are in none."""
    months = rows.exclude(opened_on=None).annotate(month=Cast(TruncMonth("opened_on"), DateField())).order_by("month")
    counts = [Count("pk", filter=Q(status=status)) for status in (DealStatus.WON, DealStatus.LOST, DealStatus.OPEN)]
    names = ("won_count", "lost_count", "open_count")
    return [Cohort(*row) for row in months.values_list("month").annotate(**dict(zip(names, counts, strict=True)))]


@dataclass(frozen=True)
class Reason:
    key: int
    label: str
    count: int
    value: Decimal


def lost_reasons(rows: Any, cells: list[ClosedCell] | None = None) -> list[Reason]:
    """Why the lost ones of `rows` were lost, the most frequent first. `cells` are theirs, if they were read."""
    rates = folded(closed_cells(rows) if cells is None else cells, "lost_reason_id", ("lost_reason__name",))
    reasons = [Reason(rate.key, rate.label, rate.lost, rate.lost_value) for rate in rates if rate.lost]
    return sorted(reasons, key=lambda reason: (-reason.count, reason.label))
