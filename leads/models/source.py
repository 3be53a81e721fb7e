"""What an admin sets up: sources, campaigns, and the rules of the score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.events import record
from crm.history import tracked
from crm.versions import Versioned, raise_version
from deals.models.pipeline import SetUpQuerySet

if TYPE_CHECKING:
    from accounts.models import User


class Retirable(Versioned):
    """What is not deleted but put out of use: what refers to it keeps it, new rows are no longer offered it."""

    NOUN: ClassVar[str]
    is_active: models.BooleanField[bool, bool]

    class Meta:
        abstract = True

    def retire(self, *, by: User) -> bool:
        """Out of use. False when somebody did it first."""
        return self._turn("retired", to=False, by=by)

    def resume(self, *, by: User) -> bool:
        """Into use again. False when it is."""
        return self._turn("resumed", to=True, by=by)

    def _turn(self, kind: str, *, to: bool, by: User) -> bool:
        with transaction.atomic():
            rows: models.QuerySet[Any] = type(self)._base_manager.filter(pk=self.pk)
            changed = rows.filter(is_active=not to).update(is_active=to)
            if changed:
                record(f"{self.NOUN}.{kind}", on=self, by=by)
        self.refresh_from_db()
        return bool(changed)


class SourceKind(models.TextChoices):
    """What the score rules know of a source."""

    REFERRAL = "referral", _("Referral")
    DEMO_REQUEST = "demo_request", _("Request for a demonstration")
    OTHER = "other", _("Other")


@tracked()
class Source(Retirable):
    NOUN: ClassVar[str] = "source"

    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(
        _("kind"), max_length=15, choices=SourceKind.choices, default=SourceKind.OTHER, db_default=SourceKind.OTHER
    )
    #: working minutes within which a lead from here is to be answered; empty: the organisation's
    response_minutes = models.PositiveSmallIntegerField(_("answer within working minutes"), null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SetUpQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="source_name_once", violation_error_message=_("There is a source of that name.")
            ),
            models.CheckConstraint(condition=Q(kind__in=SourceKind.values), name="source_kind_known"),
            models.CheckConstraint(
                condition=Q(response_minutes=None) | Q(response_minutes__gt=0), name="source_minutes_positive"
            ),
        ]
        triggers = [raise_version()]

    def __str__(self) -> str:
        return self.name


@tracked()
class Campaign(Retirable):
    NOUN: ClassVar[str] = "campaign"

    name = models.CharField(_("name"), max_length=100)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SetUpQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="campaign_name_once", violation_error_message=_("There is a campaign of that name.")
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="campaign_forward",
                violation_error_message=_("The campaign ends before it starts."),
            ),
        ]
        triggers = [raise_version()]

    def __str__(self) -> str:
        return self.name


class Rule(models.TextChoices):
    """What a lead can be seen to have. leads/score.py says how."""

    REFERRAL = "referral", _("Came by a referral")
    DEMO_REQUEST = "demo_request", _("Asked for a demonstration")
    BUSINESS_EMAIL = "business_email", _("Has a business e-mail address")
    FREE_EMAIL = "free_email", _("Uses a free mail service")
    BOUNCED = "bounced", _("Mail to them bounced")
    PHONE = "phone", _("Has a phone number")
    REPLIED = "replied", _("Answered in the last 7 days")
    MEETING = "meeting", _("Met us")
    BUDGET = "budget", _("Named a value")
    SILENT = "silent", _("No contact for 30 days")


@tracked()
class ScoreRule(Versioned):
    """So many points for what a rule finds; the score of a lead is their sum, kept between 0 and 100."""

    NOUN: ClassVar[str] = "score_rule"

    rule = models.CharField(_("rule"), max_length=20, choices=Rule.choices, unique=True)
    points = models.SmallIntegerField(_("points"))

    objects = SetUpQuerySet.as_manager()

    class Meta:
        ordering = ["-points", "rule"]
        verbose_name = _("score rule")
        verbose_name_plural = _("score rules")
        constraints = [
            models.CheckConstraint(condition=Q(rule__in=Rule.values), name="score_rule_known"),
            models.CheckConstraint(condition=Q(points__gte=-100, points__lte=100), name="score_points_in_range"),
        ]
        triggers = [raise_version()]

    def __str__(self) -> str:
        return f"{self.get_rule_display()}: {self.signed}"

    @property
    def signed(self) -> str:
        """With a minus that is as wide as the plus."""
        return f"{self.points:+d}".replace("-", "−") if self.points else "0"
