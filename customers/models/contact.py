"""A customer's phone numbers, e-mail addresses and numbers in other systems."""

from __future__ import annotations

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Replace, Reverse
from django.utils.translation import gettext_lazy as _

from crm.history import tracked
from crm.phones import screen_text
from customers.models.customer import Customer


@tracked("tail")
class Phone(models.Model):
    """`number` in E.164; `national` the digits as dialled at home; `tail` the digits backwards, for "ends with"."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="phones")
    number = models.CharField(_("phone"), max_length=20)
    national = models.CharField(max_length=24, blank=True, db_default="")
    position = models.PositiveSmallIntegerField(default=0, db_default=0)
    tail = models.GeneratedField(
        expression=Reverse(Replace("number", models.Value("+"), models.Value(""))),
        output_field=models.CharField(max_length=20),
        db_persist=True,
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "number"], name="phone_once_a_customer"),
            models.CheckConstraint(condition=Q(number__regex=r"^\+[0-9]{4,18}$"), name="phone_e164"),
        ]
        indexes = [
            models.Index(fields=["number"], name="phone_number"),
            models.Index(fields=["national"], name="phone_national"),
            models.Index(OpClass(F("tail"), "varchar_pattern_ops"), name="phone_tail"),
        ]

    def __str__(self) -> str:
        return screen_text(self.number)


@tracked()
class Email(models.Model):
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="emails")
    address = models.EmailField(_("e-mail"), max_length=254)
    position = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(F("customer"), Lower("address"), name="email_once_a_customer")]
        indexes = [models.Index(OpClass(Lower("address"), "text_pattern_ops"), name="email_address")]

    def __str__(self) -> str:
        return self.address


@tracked()
class ExternalId(models.Model):
    """The customer's number in another system: unique per source, found as "ID"."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="external_ids")
    source = models.CharField(_("source"), max_length=60)
    value = models.CharField(_("number"), max_length=100)

    class Meta:
        ordering = ["source", "value"]
        constraints = [models.UniqueConstraint(fields=["source", "value"], name="external_id_once_a_source")]
        indexes = [models.Index(fields=["value"], name="external_id_value")]

    def __str__(self) -> str:
        return f"{self.source}: {self.value}"
