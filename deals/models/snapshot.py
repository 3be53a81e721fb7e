"""What was forecast on a day. Written once (deals/snapshots.py) and never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.access import AccessQuerySet
from deals.models.pipeline import READERS, Pipeline

if TYPE_CHECKING:
    from accounts.models import User


class SumField(models.DecimalField[Any, Any]):
    """Many amounts of money: more digits than one of them may have."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"max_digits": 28, "decimal_places": 4}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs


class SnapshotQuerySet(AccessQuerySet["ForecastSnapshot"]):
    """That there is one tells nothing of its figures; nobody changes it."""

    def visible_to(self, user: User) -> Self:
        return self if user.effective_role in READERS else self.none()


class ForecastSnapshot(models.Model):
    """The forecast as it was on a day."""

    day = models.DateField(_("day"), unique=True)
    taken_at = models.DateTimeField(_("taken at"), db_default=models.functions.Now())

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["-day"]
        verbose_name = _("kept forecast")
        verbose_name_plural = _("kept forecasts")

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"


class LineQuerySet(AccessQuerySet["ForecastLine"]):
    def visible_to(self, user: User) -> Self:
        """As the deals that they count: managers see their team's and what was nobody's, sales their own."""
        match user.effective_role:
            case "admin" | "analyst":
                return self
            case "manager":
                return self.filter(Q(owner__team_id=user.team_id) | Q(owner=None))
            case "sales":
                return self.filter(owner_id=user.pk)
        return self.none()


class ForecastLine(models.Model):
    """What one person's deals of one pipeline were to bring in a month, and what they had brought by then.

    In the base currency. Deals that were overdue or had no expected close are in no month, so they are not kept.
    """

    snapshot = models.ForeignKey(
        ForecastSnapshot, models.CASCADE, related_name="lines", db_index=False, verbose_name=_("kept forecast")
    )
    month = models.DateField(_("month"))
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="+", verbose_name=_("pipeline"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("owner")
    )
    open_count = models.IntegerField(_("open deals"), default=0)
    total = SumField(_("their sum"), default=0)
    weighted = SumField(_("weighted"), default=0)
    committed = SumField(_("committed"), default=0)
    won_count = models.IntegerField(_("won deals"), default=0)
    won = SumField(_("won"), default=0)

    objects = LineQuerySet.as_manager()

    class Meta:
        ordering = ["snapshot", "month", "pipeline", "owner"]
        verbose_name = _("line of a kept forecast")
        verbose_name_plural = _("lines of kept forecasts")
        constraints = [
            # Its index finds the lines of a month on a day, too.
            models.UniqueConstraint(
                fields=["snapshot", "month", "pipeline", "owner"], name="forecast_line_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="forecast_line_first_of_month"),
            models.CheckConstraint(
                condition=Q(
                    open_count__gte=0, total__gte=0, weighted__gte=0, committed__gte=0, won_count__gte=0, won__gte=0
                ),
                name="forecast_line_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.snapshot}: {self.month:%Y-%m}, {self.pipeline}"
