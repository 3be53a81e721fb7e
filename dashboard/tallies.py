"""Leads and work, tallied by day and by month as they change: what a board adds up instead of the rows themselves."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import connection, models, transaction

from accounts.models import User
from activities.models import Activity
from crm.moments import organisation_zone
from dashboard import tally_sql
from deals.models import Deal
from leads.models import Lead, Source


def _key(to: type[models.Model], column: str, *, null: bool = True) -> models.ForeignKey[Any, Any]:
    """For joins alone: a log is in nobody's way."""
    more: dict[str, Any] = {"db_column": column, "db_constraint": False, "db_index": False, "related_name": "+"}
    return models.ForeignKey(to, models.DO_NOTHING, null=null, **more)


class Tally(models.Model):
    """A log that triggers alone write. A figure is the sum of its cells' rows; fold() adds them up now and then.

    Rows are only added, so that writers never wait for one another. Each is there twice: with its day, and with the
    first day of its month (`is_month`).
    """

    day = models.DateField()
    is_month = models.BooleanField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.day:%Y-%m}" if self.is_month else f"{self.day}"


class LeadTally(Tally):
    """Leads of an owner: those that came in on the day, how they were answered, and those closed on the day."""

    owner = _key(User, "owner")
    came = models.IntegerField()
    in_time = models.IntegerField()
    late = models.IntegerField()
    unanswered = models.IntegerField()
    converted = models.IntegerField()
    lost = models.IntegerField()

    objects: ClassVar[models.Manager[LeadTally]] = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["is_month", "day"], name="lead_tally_day")]


class PartTally(Tally):
    """Leads that came in on the day, by what they are now."""

    owner = _key(User, "owner")
    status = models.CharField(max_length=10)
    source = _key(Source, "source")
    n = models.IntegerField()

    objects: ClassVar[models.Manager[PartTally]] = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["is_month", "day"], name="part_tally_day")]


class DealTally(Tally):
    """Deals of an owner that were won and lost on the day, and their value in the base currency."""

    owner = _key(User, "owner")
    won = models.IntegerField()
    won_value = models.DecimalField(max_digits=28, decimal_places=4)
    lost = models.IntegerField()
    lost_value = models.DecimalField(max_digits=28, decimal_places=4)

    objects: ClassVar[models.Manager[DealTally]] = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["is_month", "day"], name="deal_tally_day")]


class WorkTally(Tally):
    """What a person did, or has planned (kinds PLANNED and TIMED: see tally_sql.py). `about` a record (a deal or
    lead): `owner` is whose that is; a customer; or nothing: then `owner` and `creator` are the activity's own."""

    person = _key(User, "person", null=False)
    kind = models.CharField(max_length=10)
    about = models.CharField(max_length=8)
    owner = _key(User, "owner")
    creator = _key(User, "creator")
    n = models.IntegerField()

    objects: ClassVar[models.Manager[WorkTally]] = models.Manager()

    class Meta:
        indexes = [
            models.Index(fields=["is_month", "person", "day"], name="work_tally_person"),
            models.Index(
                fields=["person", "day"],
                name="plan_tally_person",
                condition=models.Q(is_month=False, kind__in=(tally_sql.PLANNED, tally_sql.TIMED)),
            ),
        ]


class TallyZone(models.Model):
    """The zone in whose days the tallies are: one row. Where the organisation's is another, rows are counted."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=64)

    objects: ClassVar[models.Manager[TallyZone]] = models.Manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="tally_zone_one")]

    def __str__(self) -> str:
        return self.name


def is_kept_in(zone: dt.tzinfo) -> bool:
    """Whether the tallies are there, in the days of this zone."""
    return TallyZone.objects.filter(name=str(zone)).exists()


def recount() -> None:
    """Count everything anew, in the days of the organisation. Writers wait meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE activities_activity, deals_deal, leads_lead IN SHARE ROW EXCLUSIVE MODE")
        TallyZone.objects.update_or_create(defaults={"name": str(organisation_zone())}, id=1)
        cursor.execute(tally_sql.count_all())


def fold() -> None:
    """Add up what has come since. No figure changes, and nobody waits."""
    with connection.cursor() as cursor:
        for table in tally_sql.CELLS:
            cursor.execute(tally_sql.fold(table))


# The triggers are this app's, on tables of others.


class TalliedLead(Lead):
    class Meta:
        proxy = True
        triggers = tally_sql.tally_leads()


class TalliedDeal(Deal):
    class Meta:
        proxy = True
        triggers = tally_sql.tally_deals()


class TalliedActivity(Activity):
    class Meta:
        proxy = True
        triggers = tally_sql.tally_work()
