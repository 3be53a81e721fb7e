from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from activities.models.activity import Activity
from crm.access import visible
from crm.history import tracked
from crm.models import Record, RecordManager, RecordQuerySet
from crm.versions import raise_version

if TYPE_CHECKING:
    from accounts.models import User


class CommentQuerySet(RecordQuerySet["Comment"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(activity__in=visible(Activity, user))

    def editable_by(self, user: User) -> Self:
        match user.effective_role:
            case "admin":
                return self
            case "manager" | "sales" | "agent":
                return self.visible_to(user).filter(created_by_id=user.pk)
        return self.none()


class CommentManager(RecordManager["Comment"]):
    queryset_class = CommentQuerySet


@tracked()
class Comment(Record):
    """What a colleague says to an activity."""

    NOUN = "comment"

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="comments")
    body = models.TextField(_("comment"), max_length=5_000)
    mentioned = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    everything: ClassVar[models.Manager[Comment]] = models.Manager()
    objects: ClassVar[CommentManager] = CommentManager()

    class Meta:
        base_manager_name = "everything"
        default_manager_name = "objects"
        ordering = ["created_at", "pk"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [models.CheckConstraint(condition=~Q(body=""), name="comment_says_something")]
        triggers = [raise_version()]

    def __str__(self) -> str:
        return self.body[:80]

    @property
    def customer_id(self) -> int | None:
        """For events: they are found with the customer."""
        return self.activity.customer_id

    @property
    def lead_id(self) -> int | None:
        return self.activity.lead_id

    @property
    def deal_id(self) -> int | None:
        return self.activity.deal_id
