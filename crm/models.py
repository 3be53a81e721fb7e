"""The kernel's own tables: events, idempotency keys, job progress, mails; and what every business record shares."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from crm.access import AccessQuerySet
from crm.mails import Mail, MailState
from crm.money import ExchangeRate
from crm.versions import Versioned

if TYPE_CHECKING:
    from accounts.models import User

__all__ = [
    "Event",
    "ExchangeRate",
    "FailedAttempt",
    "IdempotencyKey",
    "JobProgress",
    "Mail",
    "MailState",
    "Record",
    "RecordManager",
    "RecordQuerySet",
]

R = TypeVar("R", bound="Record")


class RecordQuerySet(AccessQuerySet[R], Generic[R]):
    def alive(self) -> Self:
        return self.filter(deleted_at=None)

    def deleted(self) -> Self:
        return self.exclude(deleted_at=None)

    def removable_by(self, user: User) -> Self:
        """Those that `user` may delete and restore."""
        return self.editable_by(user)


class RecordManager(models.Manager[R]):
    """The rows that are not deleted, as `queryset_class` (each model names its own)."""

    queryset_class: type[RecordQuerySet[Any]] = RecordQuerySet

    def get_queryset(self) -> RecordQuerySet[R]:
        return self.with_deleted().alive()

    def with_deleted(self) -> RecordQuerySet[R]:
        return self.queryset_class(self.model, using=self._db)


class Record(Versioned):
    """A business record: versioned, soft-deleted, restorable. `everything` sees deleted rows too.

    Subclasses declare `everything = Manager()` first, then `objects`, and `base_manager_name = "everything"`.
    """

    NOUN: ClassVar[str]
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    if TYPE_CHECKING:

        def get_absolute_url(self) -> str: ...

    def delete_softly(self, *, by: User) -> bool:
        """Put away, restorable. False when somebody did it first."""
        return self._turn(from_deleted=False, kind="deleted", by=by)

    def undelete(self, *, by: User) -> bool:
        """Take back from the deleted. False when it is not deleted (any more)."""
        return self._turn(from_deleted=True, kind="restored", by=by)

    def event_facts(self) -> dict[str, Any]:
        """What the events of its deletion and return tell of it."""
        return {}

    def _turn(self, *, from_deleted: bool, kind: str, by: User) -> bool:
        from crm.events import record

        with transaction.atomic():
            rows = type(self)._base_manager.filter(pk=self.pk, deleted_at__isnull=not from_deleted)
            changed = rows.update(deleted_at=None if from_deleted else now())
            if changed:
                record(f"{self.NOUN}.{kind}", on=self, by=by, **self.event_facts())
        self.refresh_from_db()
        return bool(changed)


class EventQuerySet(AccessQuerySet["Event"]):
    def about(self, subject: models.Model) -> Self:
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)


class Event(models.Model):
    """The system's own record of a change: the one stream that timelines, notices and reports read. Never changed."""

    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    customer = models.ForeignKey("customers.Customer", models.PROTECT, null=True, related_name="events")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=now, db_default=models.functions.Now())
    data = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-at"], name="event_customer_at"),
            # With the id: a page of the stream begins in the middle of a second.
            models.Index(fields=["subject_type", "subject_id", "-at", "-id"], name="event_of_subject"),
            models.Index(fields=["subject_type", "-at", "-id"], name="event_of_type"),
            models.Index(fields=["kind", "-at", "-id"], name="event_of_kind"),
            models.Index(fields=["actor", "-at", "-id"], name="event_of_actor"),
            models.Index(fields=["-at", "-id"], name="event_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type}:{self.subject_id}"


class IdempotencyKey(models.Model):
    """The answer that a POST with this key got, kept in the transaction that did its work."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    content = models.BinaryField(default=b"")
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_created")]

    def __str__(self) -> str:
        return self.key


class JobState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


OVER = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


class JobProgressQuerySet(AccessQuerySet["JobProgress"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(user_id=user.pk)

    def editable_by(self, user: User) -> Self:
        return self.visible_to(user)


class JobProgress(models.Model):
    """How far a long job is: a page shows it, and it can be left and found again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs")
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    error = models.TextField(blank=True)
    file = models.FileField(upload_to="jobs/%Y/%m", blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    arguments = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)
    #: somebody wants it to stop; a running one does at its next step
    cancel_asked_at = models.DateTimeField(null=True)

    objects = JobProgressQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(fields=["user", "-created_at"], name="job_user_created"),
            models.Index(fields=["finished_at"], name="job_finished", condition=models.Q(finished_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def is_stopping(self) -> bool:
        return self.cancel_asked_at is not None and not self.is_over

    def cancel(self) -> bool:
        """Stop it: at once while it waits, at its next step while it runs. False when it is over, or was asked."""
        rows, at = JobProgress.objects.filter(pk=self.pk), now()
        changed = rows.filter(state=JobState.QUEUED).update(
            state=JobState.CANCELLED, cancel_asked_at=at, finished_at=at
        )
        if not changed:
            changed = rows.filter(state=JobState.RUNNING, cancel_asked_at=None).update(cancel_asked_at=at)
        self.refresh_from_db()
        return bool(changed)

    def claim(self) -> bool:
        """Begin with it, also after a worker that died. False when there is nothing to do any more."""
        waiting = JobProgress.objects.filter(pk=self.pk).exclude(state__in=OVER)
        waiting.exclude(cancel_asked_at=None).update(state=JobState.CANCELLED, finished_at=now())
        changed = waiting.filter(cancel_asked_at=None).update(state=JobState.RUNNING, done=0, error="")
        self.refresh_from_db()
        return bool(changed)

    def begin_again(self) -> bool:
        """Let one that failed or was cancelled wait for its turn once more. False when it is in another state."""
        ended = JobProgress.objects.filter(pk=self.pk, state__in=[JobState.FAILED, JobState.CANCELLED])
        changed = ended.update(state=JobState.QUEUED, error="", finished_at=None, cancel_asked_at=None)
        self.refresh_from_db()
        return bool(changed)


class FailedAttempt(models.Model):
    """Why an attempt of a job failed: the queue itself keeps only that it did."""

    job_id = models.BigIntegerField()
    attempt = models.PositiveIntegerField()
    error = models.CharField(max_length=300)
    at = models.DateTimeField(default=now, db_default=models.functions.Now())

    class Meta:
        verbose_name = _("failed attempt")
        verbose_name_plural = _("failed attempts")
        indexes = [
            models.Index(fields=["job_id", "-id"], name="attempt_of_job"),
            models.Index(fields=["at"], name="attempt_at"),
        ]

    def __str__(self) -> str:
        return self.error
