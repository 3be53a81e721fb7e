"""What came in from files: each import, and which order it brought with which content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from crm.access import AccessQuerySet
from customers.models import Order
from deals.models import Deal
from leads.models import Lead

if TYPE_CHECKING:
    from accounts.models import User


class ImportState(models.TextChoices):
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")


class ImportRunQuerySet(AccessQuerySet["ImportRun"]):
    def visible_to(self, user: User) -> Self:
        return self if user.effective_role == "admin" else self.none()


class ImportRun(models.Model):
    """One file that was imported, or refused as a whole with the first of its problems."""

    file_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64)
    source = models.CharField(_("source"), max_length=60)
    state = models.CharField(_("state"), max_length=10, choices=ImportState.choices)
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(default=now)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_known")]
        indexes = [models.Index(fields=["sha256"], name="import_sha256")]

    def __str__(self) -> str:
        return self.file_name


class ImportedOrder(models.Model):
    """Which import brought an order. The fingerprint is of the content in the file, whatever was edited here since."""

    order = models.OneToOneField(Order, models.PROTECT, primary_key=True, related_name="imported")
    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="orders")
    fingerprint = models.UUIDField()

    def __str__(self) -> str:
        return str(self.order_id)


class ImportedDeal(models.Model):
    """Which import brought a deal, and the fingerprint of what the file said of it."""

    deal = models.OneToOneField(Deal, models.PROTECT, primary_key=True, related_name="imported")
    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="deals")
    fingerprint = models.UUIDField()

    def __str__(self) -> str:
        return str(self.deal_id)


class ImportedLead(models.Model):
    """Which import brought a lead, and the fingerprint of what the file said of it."""

    lead = models.OneToOneField(Lead, models.PROTECT, primary_key=True, related_name="imported")
    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="leads")
    fingerprint = models.UUIDField()

    def __str__(self) -> str:
        return str(self.lead_id)
