"""The filters of every list of deals, and those that only a report needs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from accounts.models import User
from crm.access import visible
from crm.fields import DateField
from dashboard.pipeline_pushes import moved_back
from dashboard.pipeline_rates import has_no_product
from dashboard.pipeline_stages import has_left, has_reached
from deals.filters import DealFilter, StageChoice
from deals.models import DealStatus, Stage

WITHOUT = {
    "source": gettext_lazy("Source"),
    "product": gettext_lazy("Product"),
    "opened": gettext_lazy("Opening day"),
}


class PipelineFilter(DealFilter):
    closed = forms.BooleanField(label=gettext_lazy("Closed"), required=False)
    reached = StageChoice(None, label=gettext_lazy("Came as far as"), required=False)
    furthest = StageChoice(None, label=gettext_lazy("Came no further than"), required=False)
    left = StageChoice(None, label=gettext_lazy("Left the stage"), required=False)
    left_from = DateField(gettext_lazy("Left from"))
    left_to = DateField(gettext_lazy("Left up to"))
    timed = forms.BooleanField(label=gettext_lazy("With days from opening to closing"), required=False)
    without = forms.ChoiceField(label=gettext_lazy("Without"), required=False, choices=[("", "–"), *WITHOUT.items()])
    pushed = forms.BooleanField(label=gettext_lazy("Close date moved back"), required=False)
    live = forms.BooleanField(label=gettext_lazy("Open, or closed during these days"), required=False)

    def tailor(self, user: User) -> None:
        super().tailor(user)
        for name in ("reached", "furthest", "left"):
            self.offer(name, lambda: visible(Stage, user).select_related("pipeline"))

    def narrow(self, rows: QuerySet[Any], data: dict[str, Any]) -> QuerySet[Any]:
        own, others = self._own(data), data
        if data.get("live"):
            own &= Q(status=DealStatus.OPEN) | _days("closed_on", data.get("closed_from"), data.get("closed_to"))
            others = {name: value for name, value in data.items() if name not in {"closed_from", "closed_to"}}
        rows = super().narrow(rows, others).filter(own)
        return rows.filter(pk__in=moved_back(rows).values("pgh_obj_id")) if data.get("pushed") else rows

    def _own(self, data: dict[str, Any]) -> Q:
        fits = Q()
        if data.get("closed"):
            fits &= ~Q(status=DealStatus.OPEN)
        if stage := data.get("reached"):
            fits &= has_reached(stage, self._stages(stage))
        if stage := data.get("furthest"):
            fits &= has_reached(stage, self._stages(stage)) & ~has_reached(stage, self._stages(stage), further=True)
        if stage := data.get("left"):
            fits &= has_left(stage, data.get("left_from"), data.get("left_to"))
        if data.get("timed"):
            fits &= Q(opened_on__isnull=False, closed_on__isnull=False)
        return fits & _without(data.get("without", ""))

    def _stages(self, stage: Stage) -> list[Stage]:
        return list(visible(Stage, self.user).filter(pipeline=stage.pipeline_id).order_by("position"))


def _days(field: str, first: dt.date | None, last: dt.date | None) -> Q:
    fits = Q(**{f"{field}__isnull": False})
    if first:
        fits &= Q(**{f"{field}__gte": first})
    return fits & Q(**{f"{field}__lte": last}) if last else fits


def _without(what: str) -> Q:
    match what:
        case "source":
            return Q(source=None)
        case "product":
            return has_no_product()
        case "opened":
            return Q(opened_on=None)
    return Q()
