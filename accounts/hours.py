"""When the organisation works, and who is away: what response clocks and the handing out of leads rest on."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models, transaction
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from crm.access import AccessQuerySet
from crm.events import record
from crm.history import tracked
from crm.versions import Versioned, raise_version

if TYPE_CHECKING:
    from accounts.models import User


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class CalendarQuerySet(AccessQuerySet["models.Model"]):
    """Everybody may know when work is done; admins say when."""

    def visible_to(self, user: User) -> Self:
        return self if user.effective_role else self.none()

    def editable_by(self, user: User) -> Self:
        return self if user.effective_role == "admin" else self.none()


class Removable(Versioned):
    """A row that nothing refers to: it is really removed; its history remembers it."""

    NOUN: ClassVar[str]

    class Meta:
        abstract = True

    def remove(self, *, by: User) -> bool:
        """Take it away. False when somebody did it first."""
        with transaction.atomic():
            removed, _rows = type(self)._base_manager.filter(pk=self.pk).delete()
            if removed:
                record(f"{self.NOUN}.removed", on=self, by=by, what=str(self))
        return bool(removed)


@tracked()
class WorkingHours(Removable):
    """The hours of one weekday, in the organisation's zone. A weekday without a row is free."""

    NOUN: ClassVar[str] = "working_hours"

    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices, unique=True)
    opens = models.TimeField(_("from"))
    closes = models.TimeField(_("until"))

    objects = CalendarQuerySet.as_manager()

    class Meta:
        ordering = ["weekday"]
        verbose_name = verbose_name_plural = _("working hours")
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="working_hours_weekday"),
            models.CheckConstraint(
                condition=Q(opens__lt=F("closes")),
                name="working_hours_forward",
                violation_error_message=_("The working day ends before it begins."),
            ),
        ]
        triggers = [raise_version()]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


@tracked()
class Holiday(Removable):
    """A day on which nobody works."""

    NOUN: ClassVar[str] = "holiday"

    day = models.DateField(_("day"), unique=True)
    name = models.CharField(_("name"), max_length=100)

    objects = CalendarQuerySet.as_manager()

    class Meta:
        ordering = ["day"]
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        triggers = [raise_version()]

    def __str__(self) -> str:
        return f"{self.name} ({self.day})"


class AbsenceQuerySet(AccessQuerySet["Absence"]):
    def visible_to(self, user: User) -> Self:
        """One's own; a manager those of the team; the reason is nobody else's business."""
        match user.effective_role:
            case "admin":
                return self
            case "manager":
                return self.filter(person__team_id=user.team_id)
            case "sales" | "agent" | "analyst":
                return self.filter(person_id=user.pk)
        return self.none()

    def editable_by(self, user: User) -> Self:
        return self.visible_to(user)

    def on(self, day: dt.date) -> Self:
        return self.filter(first_day__lte=day, last_day__gte=day)


class _Days(Func):
    function = "daterange"
    output_field = DateRangeField()


@tracked()
class Absence(Removable):
    """Days on which a person is away, both included."""

    NOUN: ClassVar[str] = "absence"

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="absences", verbose_name=_("person")
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=100, blank=True, db_default="")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["first_day", "pk"]
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day__lte=F("last_day")),
                name="absence_forward",
                violation_error_message=_("The last day lies before the first."),
            ),
            ExclusionConstraint(
                name="absence_once",
                expressions=[
                    (F("person"), RangeOperators.EQUAL),
                    (_Days("first_day", "last_day", RangeBoundary(True, True)), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("These days overlap another absence of the same person."),
            ),
        ]
        indexes = [models.Index(fields=["last_day"], name="absence_last_day")]
        triggers = [raise_version()]

    def __str__(self) -> str:
        return f"{self.person}: {self.first_day} – {self.last_day}"
