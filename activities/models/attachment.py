from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from activities.models.activity import Activity
from activities.models.linked import Linked, reachable_by
from crm.history import tracked
from crm.models import RecordManager, RecordQuerySet
from crm.versions import raise_version

if TYPE_CHECKING:
    from accounts.models import User


class AttachmentQuerySet(RecordQuerySet["Attachment"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(reachable_by(user)) if user.effective_role else self.none()

    def editable_by(self, user: User) -> Self:
        match user.effective_role:
            case "admin":
                return self
            case "manager" | "sales" | "agent":
                return self.visible_to(user).filter(created_by_id=user.pk)
        return self.none()


class AttachmentManager(RecordManager["Attachment"]):
    queryset_class = AttachmentQuerySet


@tracked()
class Attachment(Linked):
    """A file. `content_type` is what its first bytes are, whatever its name says; it is only ever downloaded."""

    NOUN = "attachment"

    activity = models.ForeignKey(Activity, models.PROTECT, null=True, blank=True, related_name="attachments")
    file = models.FileField(_("file"), upload_to="attachments/%Y/%m", max_length=200)
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)

    everything: ClassVar[models.Manager[Attachment]] = models.Manager()
    objects: ClassVar[AttachmentManager] = AttachmentManager()

    class Meta:
        base_manager_name = "everything"
        default_manager_name = "objects"
        ordering = ["-created_at", "-pk"]
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.CheckConstraint(
                condition=Q(deal__isnull=False) | Q(lead__isnull=False) | Q(customer__isnull=False),
                name="attachment_of_something",
            )
        ]
        triggers = [raise_version()]

    def __str__(self) -> str:
        return self.name

    def event_facts(self) -> dict[str, Any]:
        return {"name": self.name}
