from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.utils.timezone import now

from dashboard.pipeline_stamps import PipelineStamp
from dashboard.tallies import DealTally, LeadTally, PartTally, TallyZone, WorkTally

__all__ = ["DealTally", "KeptFigures", "LeadTally", "PartTally", "PipelineStamp", "TallyZone", "WorkTally"]

KEPT_FOR = dt.timedelta(days=30)


class KeptFigures(models.Model):
    """Figures computed before. They are good while `stamp` is still that of their days (docs/decisions/0010)."""

    key = models.CharField(max_length=200, primary_key=True)
    stamp = models.CharField(max_length=60)
    figures = models.JSONField()
    computed_at = models.DateTimeField(default=now)

    objects: ClassVar[models.Manager[KeptFigures]] = models.Manager()

    class Meta:
        verbose_name_plural = "kept figures"
        indexes = [models.Index(fields=["computed_at"], name="kept_computed")]

    def __str__(self) -> str:
        return self.key

    @classmethod
    def forget_old(cls, *, at: dt.datetime) -> int:
        """Ranges that were looked at days ago; they can be computed again."""
        return cls.objects.filter(computed_at__lt=at - KEPT_FOR).delete()[0]
