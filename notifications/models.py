"""What people are told, and how they want to be told."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.access import AccessQuerySet
from crm.models import Event

if TYPE_CHECKING:
    from accounts.models import User


Own = TypeVar("Own", bound=models.Model)


class OwnQuerySet(AccessQuerySet[Own], Generic[Own]):
    """Rows that are one person's alone, whatever their role."""

    def visible_to(self, user: User) -> Self:
        return self.filter(user_id=user.pk)

    def editable_by(self, user: User) -> Self:
        return self.visible_to(user)


class NotificationQuerySet(AccessQuerySet["Notification"]):
    def visible_to(self, user: User) -> Self:
        """One's own, as far as one wants to see them here."""
        return self.filter(user_id=user.pk, in_app=True)

    def editable_by(self, user: User) -> Self:
        return self.visible_to(user)

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Notification(models.Model):
    """Something that one person is told, once. What it says is made when it is shown, of what they may see then."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notifications")
    #: which line of notices.NOTICES
    kind = models.CharField(max_length=20)
    #: what it comes from, such as "event:17": nobody is told twice of one thing
    source = models.CharField(max_length=120)
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+")
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=models.functions.Now())
    data = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    #: False when it goes out by other ways alone
    in_app = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [models.UniqueConstraint(fields=["user", "source"], name="notification_once")]
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="notification_newest", condition=Q(in_app=True)),
            models.Index(fields=["user"], name="notification_unread", condition=Q(in_app=True, read_at=None)),
            models.Index(fields=["at"], name="notification_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source}"


class Mailed(models.TextChoices):
    """When a notification goes out by e-mail."""

    NEVER = "", _("No")
    NOW = "now", _("At once")
    DIGEST = "digest", _("In the daily digest")


class Preference(models.Model):
    """How somebody wants to hear of one kind. Without a row it is as notices.NOTICES says."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notification_preferences")
    kind = models.CharField(max_length=20)
    in_app = models.BooleanField()
    email = models.CharField(max_length=10, choices=Mailed.choices, blank=True)
    push = models.BooleanField()

    objects = OwnQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="preference_once"),
            models.CheckConstraint(condition=Q(email__in=Mailed.values), name="preference_email_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


def usual_reminder() -> list[int]:
    return [15]


class Delivery(models.Model):
    """When somebody is to be reached: quiet hours, the hour of the digest, how long before something is due."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="delivery")
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("quiet until"), null=True, blank=True)
    digest_at = models.TimeField(_("daily digest at"), default=dt.time(8))
    #: the local day whose digest has been posted
    digest_on = models.DateField(null=True, editable=False)
    #: minutes before something is due
    remind_before = ArrayField(models.PositiveIntegerField(), default=usual_reminder, blank=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery of notifications")
        verbose_name_plural = _("deliveries of notifications")
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_to=None) | Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="delivery_quiet_from_and_to",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"


class Attention(models.TextChoices):
    """How closely somebody wants to hear of a record."""

    FOLLOWED = "followed", _("Followed")
    MUTED = "muted", _("Muted")


class Subscription(models.Model):
    """A record that somebody follows, or does not want to hear of."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="subscriptions")
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    attention = models.CharField(max_length=10, choices=Attention.choices)
    at = models.DateTimeField(db_default=models.functions.Now())

    objects = OwnQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "subject_type", "subject_id"], name="subscription_once"),
            models.CheckConstraint(condition=Q(attention__in=Attention.values), name="subscription_attention_known"),
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="subscription_subject")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.attention} {self.subject_type}:{self.subject_id}"


class PushSubscriptionQuerySet(OwnQuerySet["PushSubscription"]):
    """One's own browsers."""

    def newest(self) -> Self:
        return self.order_by("-created_at", "-pk")


class PushSubscription(models.Model):
    """A browser that shows what its user is told, without a page of Rapport. It ends with the session it is part of."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="push_subscriptions")
    session = models.OneToOneField(Session, models.CASCADE, related_name="+")
    #: where its push service takes messages for it: whoever knows this may send there
    endpoint = models.CharField(max_length=1000, unique=True)
    #: for its eyes alone
    p256dh = models.CharField(max_length=90)
    auth = models.CharField(max_length=24)
    #: the key of this installation that it listens to
    server_key = models.CharField(max_length=90)
    browser = models.CharField(_("browser"), max_length=60)
    created_at = models.DateTimeField(_("since"), db_default=models.functions.Now())
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    objects = PushSubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("browser")
        verbose_name_plural = _("browsers")
        constraints = [
            models.CheckConstraint(condition=Q(endpoint__startswith="https://"), name="push_subscription_https")
        ]

    def __str__(self) -> str:
        return self.browser


class Reminded(models.Model):
    """Up to which moment reminders of one kind of record have been sent: what came due while nobody ran is made up."""

    label = models.CharField(max_length=60, primary_key=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.label} until {self.until}"


class Presence(models.Model):
    """When somebody last looked at a record."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "subject_type", "subject_id"], name="presence_once"),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="presence_subject"),
            models.Index(fields=["at"], name="presence_at"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.subject_type}:{self.subject_id}"
