from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models, transaction
from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from crm.addresses import address
from crm.countries import CountryField
from crm.history import tracked
from crm.models import Record, RecordManager, RecordQuerySet
from crm.money import MoneyField
from crm.text import folded
from crm.versions import raise_version
from customers.models.company import Company
from customers.models.stamp import stamp_customers

if TYPE_CHECKING:
    from accounts.models import User

#: Columns kept from the orders by Customer.refresh_figures(); no version, no history.
ROLLUPS = ("orders_count", "net_total", "first_order_at", "last_order_at")

#: For sorting: those who never ordered come before everybody who did. Written as the index has it.
NEVER = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
LAST_ORDER = Coalesce(F("last_order_at"), Value(NEVER, models.DateTimeField()))


class Lifecycle(models.TextChoices):
    PROSPECT = "prospect", _("Prospect")
    CUSTOMER = "customer", _("Customer")
    FORMER = "former", _("Former customer")


class CustomerQuerySet(RecordQuerySet["Customer"]):
    def visible_to(self, user: User) -> Self:
        match user.effective_role:
            case "admin" | "manager" | "sales" | "analyst":
                return self
            case "agent":
                return self.filter(call_eligible=True)
        return self.none()

    def editable_by(self, user: User) -> Self:
        match user.effective_role:
            case "admin" | "manager":
                return self
            case "sales":
                return self.filter(Q(owner_id=user.pk) | Q(owner=None))
            case "agent":
                return self.visible_to(user)
        return self.none()

    def removable_by(self, user: User) -> Self:
        """Agents keep the data of customers up to date; they do not take customers away."""
        return self.none() if user.effective_role == "agent" else self.editable_by(user)


class CustomerManager(RecordManager["Customer"]):
    queryset_class = CustomerQuerySet

    def visible_to(self, user: User) -> CustomerQuerySet:
        return CustomerQuerySet(self.model, using=self._db).alive().visible_to(user)

    def editable_by(self, user: User) -> CustomerQuerySet:
        return CustomerQuerySet(self.model, using=self._db).alive().editable_by(user)


@tracked("sort_key", *ROLLUPS)
class Customer(Record):
    """A person we deal with. Name, e-mail and phone may all be unknown: then "Customer 17850" by `reference`."""

    NOUN = "customer"
    MASKED = {
        "monthly_income": frozenset({"admin", "analyst"}),
        "call_eligible": frozenset({"admin", "manager", "agent", "analyst"}),
    }

    name = models.CharField(_("name"), max_length=200, blank=True, db_default="")
    reference = models.CharField(_("reference"), max_length=100, blank=True, db_default="")
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, blank=True, related_name="customers", verbose_name=_("company")
    )
    job_title = models.CharField(_("job title"), max_length=100, blank=True, db_default="")
    street = models.CharField(_("street"), max_length=200, blank=True, db_default="")
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True, db_default="")
    city = models.CharField(_("city"), max_length=100, blank=True, db_default="")
    country = CountryField(_("country"), db_default="")
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True, db_default="")
    lifecycle = models.CharField(
        _("lifecycle"),
        max_length=10,
        choices=Lifecycle.choices,
        default=Lifecycle.PROSPECT,
        db_default=Lifecycle.PROSPECT,
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="customers",
        verbose_name=_("owner"),
    )
    tags = ArrayField(models.CharField(max_length=40), default=list, db_default=[], blank=True, verbose_name=_("tags"))
    call_eligible = models.BooleanField(_("may be called"), default=False, db_default=False)
    monthly_income = MoneyField(_("monthly income"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    orders_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    net_total = MoneyField(default=0, db_default=0, editable=False)
    first_order_at = models.DateTimeField(null=True, editable=False)
    last_order_at = models.DateTimeField(null=True, editable=False)

    sort_key = models.GeneratedField(
        expression=folded(
            Case(
                When(~Q(name=""), then=F("name")),
                When(~Q(reference=""), then=Concat(Value("Customer "), F("reference"))),
                default=Concat(Value("Customer "), Cast(F("id"), CharField())),
                output_field=models.TextField(),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    everything: ClassVar[models.Manager[Customer]] = models.Manager()
    objects: ClassVar[CustomerManager] = CustomerManager()

    class Meta:
        base_manager_name = "everything"
        default_manager_name = "objects"
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.CheckConstraint(condition=Q(lifecycle__in=Lifecycle.values), name="customer_lifecycle_known"),
            models.CheckConstraint(
                condition=Q(monthly_income=None) | Q(monthly_income__gte=0), name="customer_income_not_negative"
            ),
        ]
        indexes = [
            models.Index(F("sort_key"), F("id"), name="customer_sort", condition=Q(deleted_at=None)),
            models.Index(F("owner"), F("sort_key"), F("id"), name="customer_owner_sort", condition=Q(deleted_at=None)),
            models.Index(F("created_at"), F("id"), name="customer_created", condition=Q(deleted_at=None)),
            models.Index(F("deleted_at"), F("id"), name="customer_deleted", condition=~Q(deleted_at=None)),
            models.Index(LAST_ORDER, F("id"), name="customer_last_order_sort", condition=Q(deleted_at=None)),
            models.Index(F("net_total"), F("id"), name="customer_value", condition=Q(deleted_at=None)),
            models.Index(F("company"), F("sort_key"), F("id"), name="customer_company_sort"),
            models.Index(F("lifecycle"), F("sort_key"), F("id"), name="customer_lifecycle_sort"),
            models.Index(F("country"), F("sort_key"), F("id"), name="customer_country_sort"),
            models.Index(
                F("sort_key"), F("id"), name="customer_callable_sort", condition=Q(deleted_at=None, call_eligible=True)
            ),
            models.Index(F("reference"), name="customer_reference", condition=~Q(reference="")),
            models.Index(F("first_order_at"), name="customer_first_order"),
            models.Index(F("last_order_at"), name="customer_last_order"),
            GinIndex(OpClass(F("sort_key"), "gin_trgm_ops"), name="customer_search"),
            GinIndex(F("tags"), name="customer_tags"),
        ]
        triggers = [raise_version("sort_key", *ROLLUPS), *stamp_customers()]

    def __str__(self) -> str:
        return self.name or f"{_('Customer')} {self.reference or self.pk}"

    def get_absolute_url(self) -> str:
        return address("customers:detail", self.pk)

    @property
    def initials(self) -> str:
        words = self.name.split() or ["#"]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    def refresh_figures(self) -> None:
        """Recompute the order figures kept on the customer."""
        refresh_figures([self.pk])


def refresh_figures(customer_ids: list[int]) -> None:
    """Recompute the order figures of these customers from their counted orders, in id order (no deadlocks)."""
    from customers.figures import figures_of

    with transaction.atomic():
        locked = Customer.everything.select_for_update().filter(pk__in=customer_ids).order_by("pk")
        list(locked.values_list("pk"))
        figures_of(Customer.everything.filter(pk__in=customer_ids))
