from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from crm.access import AccessQuerySet, visible
from customers.models import Company, Customer
from deals.models import Deal
from leads.models.lead import Lead

if TYPE_CHECKING:
    from accounts.models import User


class ConversionQuerySet(AccessQuerySet["Conversion"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(lead__in=visible(Lead, user))


class Conversion(models.Model):
    """What a lead became, and what of it was made for it: undoing it takes away only that."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="conversions")
    #: the status that the lead goes back to
    status_before = models.CharField(max_length=10)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="+")
    deal = models.ForeignKey(Deal, models.PROTECT, null=True, related_name="+")
    made_customer = models.BooleanField(default=False)
    made_company = models.BooleanField(default=False)
    #: the versions right after it: a higher one later means that something else has happened
    versions = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=now)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ConversionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead"], name="conversion_once", condition=Q(undone_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} → {self.customer_id}"
