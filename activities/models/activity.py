from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from activities.figures import keep_figures
from activities.models.kinds import Kind, Outcome, Reminder, Repeats
from activities.models.linked import Linked, reachable_by
from activities.models.verbs import Verbs
from crm.addresses import address
from crm.history import tracked
from crm.models import RecordManager, RecordQuerySet
from crm.versions import raise_version

if TYPE_CHECKING:
    from accounts.models import User
    from activities.models.attachment import Attachment
    from activities.models.comment import Comment

EARLIEST, LATEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


class ActivityQuerySet(RecordQuerySet["Activity"]):
    def visible_to(self, user: User) -> Self:
        """Whoever sees the record sees what was done about it; what is about none is its people's."""
        if not user.effective_role:
            return self.none()
        own = Q(deal=None, lead=None, customer=None) & (Q(owner_id=user.pk) | Q(created_by_id=user.pk))
        return self.filter(reachable_by(user) | own)

    def editable_by(self, user: User) -> Self:
        """Also what one is to do with its owner, until somebody else has done it."""
        if user.effective_role not in {"manager", "sales", "agent"}:
            return self.removable_by(user)
        through: Any = Activity.collaborators.through
        with_owner = Q(pk__in=through._default_manager.filter(user_id=user.pk).values("activity_id"))
        mine = with_owner & (Q(done_at=None) | Q(done_by_id=user.pk))
        return self.visible_to(user).filter(_own(user) | mine)

    def removable_by(self, user: User) -> Self:
        """One's own, while one sees the record; a manager also what the team has planned; admins all."""
        match user.effective_role:
            case "admin":
                return self
            case "manager" | "sales" | "agent":
                return self.visible_to(user).filter(_own(user))
        return self.none()

    def planned(self) -> Self:
        return self.filter(done_at=None)

    def done(self) -> Self:
        return self.filter(done_at__isnull=False)

    def due_by(self, day: dt.date) -> Self:
        return self.planned().filter(due_on__lte=day)

    def of(self, user: User) -> Self:
        """Those that `user` owns."""
        return self.filter(owner_id=user.pk)

    def overdue(self, day: dt.date) -> Self:
        return self.planned().filter(due_on__lt=day)

    def due_on_day(self, day: dt.date) -> Self:
        return self.planned().filter(due_on=day)

    def undated(self) -> Self:
        return self.planned().filter(due_on=None)

    def by_due(self) -> Self:
        """The most urgent first; what has no date comes last."""
        return self.order_by(models.F("due_on").asc(nulls_last=True), models.F("due_at").asc(nulls_last=True), "pk")

    def with_subjects(self) -> Self:
        """With all that a line of a list shows (activities/page.py: line_of)."""
        return self.select_related("owner", "customer", "lead", "deal")


def _own(user: User) -> Q:
    own = Q(created_by_id=user.pk) | Q(owner_id=user.pk)
    if user.effective_role == "manager":
        own |= Q(done_at=None, owner__team_id=user.team_id)
    return own


class ActivityManager(RecordManager["Activity"]):
    queryset_class = ActivityQuerySet


@tracked()
class Activity(Verbs, Linked):
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
    #: minutes before it is due; empty: as its people usually want to be reminded
    remind_before = models.IntegerField(_("reminder"), null=True, blank=True, choices=Reminder.choices)
    #: the one before, in a repetition
    follows = models.ForeignKey("self", models.PROTECT, null=True, blank=True, editable=False, related_name="+")
    pinned_at = models.DateTimeField(null=True, blank=True, editable=False)

    #: whether the reader is to do it with its owner, where activities/entries.py: mark_shared() has asked
    is_shared = False
    if TYPE_CHECKING:
        #: comments and files, where activities/entries.py: prepare() has fetched them
        said: list[Comment]
        enclosed: list[Attachment]

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
            models.CheckConstraint(
                condition=Q(remind_before=None) | Q(remind_before__in=Reminder.values), name="activity_reminder_known"
            ),
            models.CheckConstraint(condition=Q(outcome="") | Q(done_at__isnull=False), name="activity_outcome_of_done"),
            models.CheckConstraint(condition=Q(repeats="") | Q(due_on__isnull=False), name="activity_repeats_a_day"),
            models.CheckConstraint(condition=Q(duration=None) | Q(duration__lte=10_080), name="activity_duration_week"),
            models.UniqueConstraint(
                fields=["follows"], name="activity_followed_once", condition=Q(deleted_at=None, follows__isnull=False)
            ),
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
            models.Index(fields=["due_at"], name="activity_due_at", condition=Q(done_at=None, deleted_at=None)),
            models.Index(fields=["done_by", "-done_at"], name="activity_done_by"),
            models.Index(fields=["-done_at"], name="activity_done"),
        ]
        triggers = [raise_version("pinned_at"), *keep_figures()]

    def __str__(self) -> str:
        return self.title or self.body[:80] or self.get_kind_display()

    def get_absolute_url(self) -> str:
        return address("activities:detail", self.pk)

    def event_facts(self) -> dict[str, Any]:
        return {"activity": self.kind, "title": self.title or str(self.get_kind_display())}
