"""What people did or plan to do: about a customer, a lead, a deal, or for themselves."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from activities.figures import keep_figures
from crm.access import visible
from crm.history import tracked
from crm.models import Record, RecordManager, RecordQuerySet
from crm.versions import raise_version

if TYPE_CHECKING:
    from accounts.models import User

__all__ = ["Activity", "Attachment", "Comment", "Kind", "Outcome", "Repeats"]

EARLIEST, LATEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


class Kind(models.TextChoices):
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    EMAIL = "email", _("E-mail")
    TASK = "task", _("Task")
    NOTE = "note", _("Note")


class Outcome(models.TextChoices):
    """How it went. FRUITLESS ones are attempts, not contacts."""

    REACHED = "reached", _("Reached")
    NO_ANSWER = "no_answer", _("No answer")
    LEFT_MESSAGE = "left_message", _("Left a message")
    HELD = "held", _("Took place")
    NO_SHOW = "no_show", _("Nobody came")
    SENT = "sent", _("Sent")
    REPLIED = "replied", _("Answer received")
    BOUNCED = "bounced", _("Could not be delivered")
    DONE = "done", _("Done")


OUTCOMES: dict[str, tuple[Outcome, ...]] = {
    Kind.CALL: (Outcome.REACHED, Outcome.NO_ANSWER, Outcome.LEFT_MESSAGE),
    Kind.MEETING: (Outcome.HELD, Outcome.NO_SHOW),
    Kind.EMAIL: (Outcome.SENT, Outcome.REPLIED, Outcome.BOUNCED),
    Kind.TASK: (Outcome.DONE,),
    Kind.NOTE: (),
}


class Repeats(models.TextChoices):
    DAILY = "daily", _("Every day")
    WORKDAYS = "workdays", _("Every working day")
    WEEKLY = "weekly", _("Every week")
    FORTNIGHTLY = "fortnightly", _("Every two weeks")
    MONTHLY = "monthly", _("Every month")
    YEARLY = "yearly", _("Every year")


def reachable_by(user: User) -> Q:
    """What is about the nearest record that `user` sees: the deal, else the lead, else the customer."""
    deals, leads, customers = (
        visible(apps.get_model(label), user) for label in ("deals.Deal", "leads.Lead", "customers.Customer")
    )
    return Q(deal__in=deals) | Q(deal=None, lead__in=leads) | Q(deal=None, lead=None, customer__in=customers)


class ActivityQuerySet(RecordQuerySet["Activity"]):
    def visible_to(self, user: User) -> Self:
        """Whoever sees the record sees what was done about it; what is about none is its people's."""
        if not user.effective_role:
            return self.none()
        own = Q(deal=None, lead=None, customer=None) & (Q(owner_id=user.pk) | Q(created_by_id=user.pk))
        return self.filter(reachable_by(user) | own)

    def editable_by(self, user: User) -> Self:
        """One's own, while one sees the record; a manager also what the team has planned; admins all."""
        match user.effective_role:
            case "admin":
                return self
            case "manager":
                own = Q(created_by_id=user.pk) | Q(owner_id=user.pk) | Q(done_at=None, owner__team_id=user.team_id)
                return self.visible_to(user).filter(own)
            case "sales" | "agent":
                return self.visible_to(user).filter(Q(created_by_id=user.pk) | Q(owner_id=user.pk))
        return self.none()

    def planned(self) -> Self:
        return self.filter(done_at=None)

    def done(self) -> Self:
        return self.filter(done_at__isnull=False)

    def due_by(self, day: dt.date) -> Self:
        return self.planned().filter(due_on__lte=day)


class ActivityManager(RecordManager["Activity"]):
    queryset_class = ActivityQuerySet


class Linked(Record):
    """About a deal, a lead, a customer, or several of them: then all lie on the way from the lead to the customer."""

    customer = models.ForeignKey("customers.Customer", models.PROTECT, null=True, blank=True)
    lead = models.ForeignKey("leads.Lead", models.PROTECT, null=True, blank=True)
    deal = models.ForeignKey("deals.Deal", models.PROTECT, null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    @property
    def subject(self) -> models.Model | None:
        """The nearest record it is about."""
        nearest: models.Model | None = self.deal or self.lead or self.customer
        return nearest


@tracked()
class Activity(Linked):
    """Planned while `done_at` is empty. `due_on` is the owner's local day; `due_at` the instant if an hour was set."""

    NOUN = "activity"
    #: what was done stays with whoever did it
    HANDED_OVER: ClassVar[Q] = Q(done_at=None)

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.NOTE)
    title = models.CharField(_("title"), max_length=200, blank=True, db_default="")
    body = models.TextField(_("note"), max_length=20_000, blank=True, db_default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="activities",
        verbose_name=_("owner"),
    )
    collaborators = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("with colleagues")
    )
    mentioned = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    duration = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome.choices, blank=True, db_default="")
    repeats = models.CharField(_("repeats"), max_length=15, choices=Repeats.choices, blank=True, db_default="")
    repeat_until = models.DateField(_("repeats until"), null=True, blank=True)
    #: the day the repetition counts from: the 31st stays the 31st after a February
    repeat_anchor = models.DateField(null=True, blank=True, editable=False)
    pinned_at = models.DateTimeField(null=True, blank=True, editable=False)

    everything: ClassVar[models.Manager[Activity]] = models.Manager()
    objects: ClassVar[ActivityManager] = ActivityManager()

    class Meta:
        base_manager_name = "everything"
        default_manager_name = "objects"
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="activity_kind_known"),
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome.values]), name="activity_outcome_known"),
            models.CheckConstraint(condition=Q(repeats__in=["", *Repeats.values]), name="activity_repeats_known"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="activity_done_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.NOTE) | Q(done_at__isnull=False), name="activity_note_is_no_plan"
            ),
            models.CheckConstraint(condition=Q(due_at=None) | Q(due_on__isnull=False), name="activity_due_day_of_hour"),
            models.CheckConstraint(condition=Q(outcome="") | Q(done_at__isnull=False), name="activity_outcome_of_done"),
            models.CheckConstraint(condition=Q(repeats="") | Q(due_on__isnull=False), name="activity_repeats_a_day"),
            models.CheckConstraint(condition=Q(duration=None) | Q(duration__lte=10_080), name="activity_duration_week"),
            models.CheckConstraint(
                condition=(Q(done_at=None) | Q(done_at__gte=EARLIEST, done_at__lt=LATEST))
                & (Q(due_on=None) | Q(due_on__gte=EARLIEST.date(), due_on__lt=LATEST.date())),
                name="activity_of_this_era",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-done_at"], name="activity_customer_done"),
            models.Index(fields=["lead", "-done_at"], name="activity_lead_done"),
            models.Index(fields=["deal", "-done_at"], name="activity_deal_done"),
            models.Index(
                fields=["owner", "due_on", "due_at"],
                name="activity_owner_due",
                condition=Q(done_at=None, deleted_at=None),
            ),
            models.Index(fields=["done_by", "-done_at"], name="activity_done_by"),
            models.Index(fields=["-done_at"], name="activity_done"),
        ]
        triggers = [raise_version("pinned_at"), *keep_figures()]

    def __str__(self) -> str:
        return self.title or self.body[:80] or self.get_kind_display()

    def get_absolute_url(self) -> str:
        return reverse("activities:detail", args=[self.pk])


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
