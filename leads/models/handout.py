from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from crm.access import AccessQuerySet

if TYPE_CHECKING:
    from accounts.models import User


class HandoutQuerySet(AccessQuerySet["Handout"]):
    """A handing out is its maker's to look at and to take back."""

    def visible_to(self, user: User) -> Self:
        return self.filter(by_id=user.pk) if user.effective_role in {"admin", "manager"} else self.none()

    def editable_by(self, user: User) -> Self:
        return self.visible_to(user)


class Handout(models.Model):
    """Leads given away at one go: what was asked, what went to whom, who got none and why. leads/assignment.py."""

    class Way(models.TextChoices):
        ASSIGNED = "assigned", _("Assigned")
        SHARED_OUT = "shared_out", _("Shared out")

    way = models.CharField(max_length=10, choices=Way.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    #: to one person, or taken from everybody; when shared out, among these (empty: the sales executives in reach)
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    among = ArrayField(models.BigIntegerField(), default=list)
    #: the ids asked for, in the order of handing out; so many of them are dealt with
    leads = ArrayField(models.BigIntegerField())
    dealt_with = models.PositiveIntegerField(default=0)
    #: [lead, owner before, owner after] each
    given = models.JSONField(default=list)
    #: {"lead", "why", …} each
    left = models.JSONField(default=list)
    #: {"person", "why", …} each
    skipped = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)
    job = models.ForeignKey("crm.JobProgress", models.SET_NULL, null=True, related_name="+")

    objects = HandoutQuerySet.as_manager()

    class Meta:
        verbose_name = _("handing out of leads")
        verbose_name_plural = _("handings out of leads")
        constraints = [
            models.CheckConstraint(condition=models.Q(way__in=["assigned", "shared_out"]), name="handout_way_known")
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()}: {len(self.leads)}"

    def get_absolute_url(self) -> str:
        return reverse("leads:handout", args=[self.pk])

    @property
    def is_over(self) -> bool:
        return self.dealt_with >= len(self.leads)
