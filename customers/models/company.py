from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from crm.addresses import address
from crm.countries import CountryField
from crm.history import tracked
from crm.models import Record, RecordManager, RecordQuerySet
from crm.text import folded
from crm.versions import raise_version

if TYPE_CHECKING:
    from accounts.models import User


class CompanyQuerySet(RecordQuerySet["Company"]):
    def visible_to(self, user: User) -> Self:
        """Everybody but agents reads all; agents see the companies of the customers they see."""
        from customers.models.customer import Customer

        match user.effective_role:
            case "admin" | "manager" | "sales" | "analyst":
                return self
            case "agent":
                return self.filter(Exists(Customer.objects.visible_to(user).filter(company=OuterRef("pk"))))
        return self.none()

    def editable_by(self, user: User) -> Self:
        match user.effective_role:
            case "admin" | "manager":
                return self
            case "sales":
                return self.filter(Q(owner_id=user.pk) | Q(owner=None))
        return self.none()


class CompanyManager(RecordManager["Company"]):
    queryset_class = CompanyQuerySet

    def visible_to(self, user: User) -> CompanyQuerySet:
        return CompanyQuerySet(self.model, using=self._db).alive().visible_to(user)

    def editable_by(self, user: User) -> CompanyQuerySet:
        return CompanyQuerySet(self.model, using=self._db).alive().editable_by(user)


@tracked("sort_key")
class Company(Record):
    NOUN = "company"

    name = models.CharField(_("name"), max_length=200)
    website = models.URLField(_("website"), max_length=300, blank=True, db_default="")
    industry = models.CharField(_("industry"), max_length=100, blank=True, db_default="")
    street = models.CharField(_("street"), max_length=200, blank=True, db_default="")
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True, db_default="")
    city = models.CharField(_("city"), max_length=100, blank=True, db_default="")
    country = CountryField(_("country"), db_default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="companies",
        verbose_name=_("owner"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    sort_key = models.GeneratedField(expression=folded("name"), output_field=models.TextField(), db_persist=True)

    everything: ClassVar[models.Manager[Company]] = models.Manager()
    objects: ClassVar[CompanyManager] = CompanyManager()

    class Meta:
        base_manager_name = "everything"
        default_manager_name = "objects"
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="company_named")]
        indexes = [
            models.Index(F("sort_key"), F("id"), name="company_sort", condition=Q(deleted_at=None)),
            models.Index(F("owner"), F("sort_key"), F("id"), name="company_owner_sort", condition=Q(deleted_at=None)),
            models.Index(F("created_at"), F("id"), name="company_created", condition=Q(deleted_at=None)),
            models.Index(F("deleted_at"), F("id"), name="company_deleted", condition=~Q(deleted_at=None)),
            GinIndex(OpClass(F("sort_key"), "gin_trgm_ops"), name="company_search"),
        ]
        triggers = [raise_version("sort_key")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("companies:detail", self.pk)
