"""What may be asked of the report on pipelines: a pipeline, dates, a team, a person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.db.models import Min
from django.utils.translation import gettext_lazy

from crm.access import visible
from dashboard.periods import Period
from dashboard.sales_forms import PeopleForm
from dashboard.sales_scope import Selling
from dashboard.within import within
from deals.models import Pipeline, Stage

if TYPE_CHECKING:
    from accounts.models import User
    from deals.models import DealQuerySet


@dataclass(frozen=True)
class PipelineQuery:
    """What the report is asked for: `stages` are those of the pipeline, in order."""

    scope: Selling
    pipeline: Pipeline | None
    stages: list[Stage]
    period: Period
    zone: dt.tzinfo
    now: dt.datetime

    def deals(self) -> DealQuerySet:
        return self.scope.deals().filter(stage__in=self.stages)

    def closed(self) -> DealQuerySet:
        return self.deals().filter(within("closed_on", self.period))

    def opened(self) -> DealQuerySet:
        return self.deals().filter(within("opened_on", self.period))

    @property
    def filters(self) -> dict[str, Any]:
        """As the list behind the figures has them in its URL."""
        pipeline = {"pipeline": self.pipeline.pk} if self.pipeline else {}
        return pipeline | self.scope.filters


class PipelineForm(PeopleForm):
    kept = ("pipeline", "team", "owner")

    by = None  # type: ignore[assignment]  # how a form takes away a field of its parent
    pipeline = forms.ChoiceField(label=gettext_lazy("Pipeline"), required=False)
    field_order = ("pipeline", "first", "last", "team", "owner")

    def __init__(self, data: Any, *, today: dt.date, user: User) -> None:
        super().__init__(data, today=today, user=user)
        self.stages: list[Stage] = list(visible(Stage, user).select_related("pipeline"))
        pipelines = {stage.pipeline_id: stage.pipeline for stage in self.stages}
        choices = [(str(pk), pipeline.name) for pk, pipeline in pipelines.items()]
        cast("forms.ChoiceField", self.fields["pipeline"]).choices = choices
        if len(choices) == 1:
            self.fields["pipeline"].widget = forms.HiddenInput()

    def query(self, zone: dt.tzinfo, now: dt.datetime) -> PipelineQuery:
        wanted = self.cleaned_data["pipeline"] or (str(self.stages[0].pipeline_id) if self.stages else "")
        stages = [stage for stage in self.stages if str(stage.pipeline_id) == wanted]
        scope = self.scope
        period = self.period(lambda: _oldest(scope, stages))
        return PipelineQuery(scope, stages[0].pipeline if stages else None, stages, period, zone, now)


def _oldest(scope: Selling, stages: list[Stage]) -> dt.date | None:
    """When the first deal was opened, or closed."""
    found = scope.deals().filter(stage__in=stages).aggregate(opened=Min("opened_on"), closed=Min("closed_on"))
    return min((day for day in found.values() if day), default=None)
