"""What is about a deal, a lead or a customer, and who sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from crm.access import visible
from crm.models import Record

if TYPE_CHECKING:
    from accounts.models import User


def reachable_by(user: User) -> Q:
    """What is about the nearest record that `user` sees: the deal, else the lead, else the customer."""
    # Asked row by row: a list of all visible deals would be made for each page otherwise.
    deal = Q(deal__isnull=False) & sees("deals.Deal", user, "deal_id")
    lead = Q(deal=None, lead__isnull=False) & sees("leads.Lead", user, "lead_id")
    return (
        deal
        | lead
        | (Q(deal=None, lead=None, customer__isnull=False) & sees("customers.Customer", user, "customer_id"))
    )


def sees(label: str, user: User, column: str) -> Q:
    """Whether `user` sees the row of the model that `column` names."""
    return Q(Exists(visible(apps.get_model(label), user).filter(pk=OuterRef(column))))


class Linked(Record):
    """About a deal, a lead, a customer, or several of them: then all lie on the way from the lead to the customer."""

    customer = models.ForeignKey("customers.Customer", models.PROTECT, null=True, blank=True)
    lead = models.ForeignKey("leads.Lead", models.PROTECT, null=True, blank=True)
    deal = models.ForeignKey("deals.Deal", models.PROTECT, null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    @property
    def subject(self) -> Record | None:
        """The nearest record it is about."""
        nearest: Record | None = self.deal or self.lead or self.customer
        return nearest
