"""What people did or plan to do about a record. This far: notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from crm.access import visible
from crm.history import tracked
from crm.models import Record, RecordManager, RecordQuerySet
from crm.versions import raise_version

if TYPE_CHECKING:
    from accounts.models import User


class Kind(models.TextChoices):
    NOTE = "note", _("Note")


class ActivityQuerySet(RecordQuerySet["Activity"]):
    def visible_to(self, user: User) -> Self:
        """Whoever sees the customer sees what was done about it."""
        customers = visible(apps.get_model("customers", "Customer"), user)
        return self.filter(customer__in=customers)

    def editable_by(self, user: User) -> Self:
        """One's own words, while one sees the customer; admins all."""
        match user.effective_role:
            case "admin":
                return self
            case "manager" | "sales" | "agent":
                return self.visible_to(user).filter(created_by_id=user.pk)
        return self.none()


class ActivityManager(RecordManager["Activity"]):
    queryset_class = ActivityQuerySet


@tracked()
class Activity(Record):
    NOUN = "activity"

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.NOTE)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="activities")
    body = models.TextField(_("note"), max_length=20_000)
    done_at = models.DateTimeField(_("done at"), default=now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="activities")

    everything: ClassVar[models.Manager[Activity]] = models.Manager()
    objects: ClassVar[ActivityManager] = ActivityManager()

    class Meta:
        base_manager_name = "everything"
        default_manager_name = "objects"
        verbose_name_plural = "activities"
        indexes = [models.Index(fields=["customer", "-done_at"], name="activity_customer_done")]
        triggers = [raise_version()]

    def __str__(self) -> str:
        return self.body[:80]
