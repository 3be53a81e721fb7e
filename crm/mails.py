"""The table of the outbox: what is to be sent, was sent, or could not be. It holds facts, never what a letter says."""

from __future__ import annotations

from email.utils import parseaddr
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import uuid4

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from crm.access import AccessQuerySet

if TYPE_CHECKING:
    from accounts.models import User

SUBJECT_LENGTH = 200


class MailState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    #: written on the worker's terminal: it reached nobody
    PRINTED = "printed", _("Printed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    DROPPED = "dropped", _("Dropped")


#: what has left the queue as a letter, sent or printed
WRITTEN = (MailState.SENT, MailState.PRINTED)
#: what may be queued once more
STOPPED = (MailState.FAILED, MailState.CANCELLED)


def new_message_id() -> str:
    """Never changed: a mail that is sent twice after a crash is the same mail to whoever receives it."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid4().hex}@{domain}>"


class MailQuerySet(AccessQuerySet["Mail"]):
    def visible_to(self, user: User) -> Self:
        return self if user.effective_role == "admin" else self.none()

    def editable_by(self, user: User) -> Self:
        return self.visible_to(user)

    def due(self, at: Any) -> Self:
        """Those whose turn has come, the longest waiting first."""
        return self.filter(state=MailState.QUEUED, due_at__lte=at).order_by("due_at", "pk")


class Mail(models.Model):
    """One letter to one address: its kind and the ids and facts from which it is written when it is sent."""

    NOUN: ClassVar[str] = "mail"

    kind = models.CharField(_("kind"), max_length=60)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="mails", verbose_name=_("user")
    )
    address = models.EmailField(_("address"), max_length=254)
    arguments = models.JSONField(default=dict)
    subject = models.CharField(_("subject"), max_length=SUBJECT_LENGTH, blank=True)
    message_id = models.CharField(max_length=300, unique=True, default=new_message_id, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=MailState.choices, default=MailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("queued"), default=now)
    #: when it is tried (again)
    due_at = models.DateTimeField(_("due"), default=now)
    #: the first attempt: nobody tries for ever
    tried_since = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="mail_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=WRITTEN, sent_at__isnull=False) | (~Q(state__in=WRITTEN) & Q(sent_at=None)),
                name="mail_sent_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(address="") & ~Q(address__regex="[[:cntrl:]]"), name="mail_address_on_one_line"
            ),
            models.CheckConstraint(condition=~Q(subject__regex="[[:cntrl:]]"), name="mail_subject_on_one_line"),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="mail_due", condition=Q(state="queued")),
            models.Index(fields=["created_at", "id"], name="mail_created"),
            models.Index(fields=["state", "created_at", "id"], name="mail_state_created"),
        ]

    def __str__(self) -> str:
        return self.subject or str(self.label)

    def get_absolute_url(self) -> str:
        return reverse("outbox:detail", args=[self.pk])

    @property
    def label(self) -> Any:
        """What kind of letter it is, in words."""
        from crm.letters import label_of

        return label_of(self.kind)

    @property
    def is_sample(self) -> bool:
        """Never queued: written for the preview alone, so no link in it may work."""
        return self.pk is None

    @property
    def is_stopped(self) -> bool:
        return self.state in STOPPED

    def cancel(self, *, by: User) -> bool:
        """Do not send it. False when it has left the queue, or is being sent at this moment."""
        return self._turn([MailState.QUEUED], "cancelled", by=by, state=MailState.CANCELLED)

    def send_again(self, *, by: User) -> bool:
        """Queue what failed or was cancelled once more, as the same message. False when it is neither."""
        from crm.jobs import send_mail

        afresh = {"due_at": now(), "tried_since": None, "attempts": 0, "error": ""}
        with transaction.atomic():
            changed = self._turn(STOPPED, "sent_again", by=by, state=MailState.QUEUED, **afresh)
            if changed:
                send_mail.defer()
        return changed

    def _turn(self, states: Any, verb: str, *, by: User, **values: Any) -> bool:
        from crm.events import record

        with transaction.atomic():
            # One that is being sent is locked: nobody waits here until a mail server has answered.
            free = Mail.objects.select_for_update(skip_locked=True).filter(pk=self.pk, state__in=states)
            changed = bool(free) and bool(Mail.objects.filter(pk=self.pk).update(**values))
            if changed:
                record(f"mail.{verb}", on=self, by=by, letter=self.kind, address=self.address)
        self.refresh_from_db()
        return changed
