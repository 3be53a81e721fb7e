"""Mail out: queued in the caller's transaction, written and sent by jobs, tried again while the server is away."""

from __future__ import annotations

import datetime as dt
import logging
import time
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import bulk, delivery, jobs, letters
from crm.checks import letters_are_printed
from crm.delivery import Failure
from crm.letters import Letter, Writer, letter
from crm.mails import Mail, MailState

if TYPE_CHECKING:
    from accounts.models import User

__all__ = ["Letter", "Writer", "letter", "post", "prune", "send_due"]

logger = logging.getLogger(__name__)

FIRST_PAUSE = dt.timedelta(seconds=30)
LONGEST_PAUSE = dt.timedelta(hours=1)
TRIED_FOR = dt.timedelta(days=3)
KEPT_FOR = dt.timedelta(days=90)
#: so many over one connection: servers end it after some more
AT_ONCE = 50
#: seconds; what is due then is left to the next run
LONGEST_RUN = 50.0
#: after a run that found no server nobody asks it again for a while: each would wait for its answer
SILENCE = dt.timedelta(seconds=20)
SILENT_UNTIL = "crm.outbox.silent_until"


class Outcome(Enum):
    SENT = auto()
    NOT_SENT = auto()
    NO_SERVER = auto()
    #: no other is due
    DONE = auto()


ENDS = {Outcome.NO_SERVER, Outcome.DONE}


def post(kind: str, *, to: User | str, at: dt.datetime | None = None, **arguments: Any) -> Mail:
    """Queue a letter in the caller's transaction, for now or for `at`. Nothing is sent here, and nobody is asked.

    `arguments` are ids and facts for its writer. LookupError for a kind that nobody writes, ValidationError for an
    address that is none. That of a user is found out when the letter is sent, and said in the outbox: whoever else is
    told in the same transaction has no part in it.
    """
    letters.kind_of(kind)
    user = to if isinstance(to, get_user_model()) else None
    address = user.email if user else str(to)
    if user is None:
        validate_email(address)
    at_once = timezone.now()
    with transaction.atomic():
        mail = Mail(
            kind=kind, user=user, address=address, arguments=arguments, created_at=at_once, due_at=at or at_once
        )
        mail.save(force_insert=True)
        if mail.due_at <= at_once:
            jobs.send_mail.defer()
    return mail


def send_due(now: dt.datetime) -> int:
    """Send what is due and say how many were sent; the run ends where the mail server cannot be reached."""
    silent_until = cache.get(SILENT_UNTIL)
    if silent_until and now < silent_until:
        return 0
    sent, ended, until = 0, False, time.monotonic() + LONGEST_RUN
    while not ended and time.monotonic() < until:
        outcomes = _send_some(now)
        sent += outcomes.count(Outcome.SENT)
        ended = outcomes[-1] in ENDS
        if outcomes[-1] is Outcome.NO_SERVER:
            cache.set(SILENT_UNTIL, now + SILENCE, SILENCE.total_seconds())
    return sent


def _send_some(now: dt.datetime) -> list[Outcome]:
    """What goes over one connection."""
    outcomes: list[Outcome] = []
    with delivery.connected() as connection:
        while len(outcomes) < AT_ONCE and not ENDS & set(outcomes):
            outcomes.append(_send_next(connection, now))
    return outcomes


def _send_next(connection: Any, now: dt.datetime) -> Outcome:
    """Send the mail that waited longest, in a transaction of its own.

    Its row is locked until what became of it is written: nobody else sends it. When this process dies meanwhile the
    row is queued as before, and the mail goes out again under the same Message-ID.
    """
    with transaction.atomic():
        bulk.execute("SET LOCAL idle_in_transaction_session_timeout = '15min'")  # a mail server may be slow
        due = Mail.objects.due(now).select_related("user")
        mail = due.select_for_update(skip_locked=True, of=("self",)).first()
        return _send(mail, connection, now) if mail else Outcome.DONE


def _send(mail: Mail, connection: Any, now: dt.datetime) -> Outcome:
    if mail.user:
        mail.address = mail.user.email  # the one they have now
    try:
        with transaction.atomic():
            written = letters.write(mail)
    except Exception:
        logger.exception("mail %s (%s) cannot be written", mail.pk, mail.kind)
        return _keep(mail, Failure(_("The letter could not be written; the log says why.")), now)
    if written is None:
        return _mark(mail, Outcome.NOT_SENT, state=MailState.DROPPED, error="")
    mail.subject = written.listed or written.subject
    if failure := delivery.deliver(mail, written, connection):
        return _keep(mail, failure, now)
    state = MailState.PRINTED if letters_are_printed() else MailState.SENT
    return _mark(mail, Outcome.SENT, state=state, sent_at=now, error="", attempts=mail.attempts + 1)


def _keep(mail: Mail, failure: Failure, now: dt.datetime) -> Outcome:
    """Put it off, twice as long each time, or give it up."""
    since = mail.tried_since or now
    given_up = failure.for_good or now - since >= TRIED_FOR
    return _mark(
        mail,
        Outcome.NO_SERVER if failure.all_alike else Outcome.NOT_SENT,
        state=MailState.FAILED if given_up else MailState.QUEUED,
        due_at=now + _pause(mail.attempts),
        tried_since=since,
        attempts=mail.attempts + 1,
        error=failure.text,
    )


def _pause(attempts: int) -> dt.timedelta:
    return min(FIRST_PAUSE * (1 << min(attempts, 10)), LONGEST_PAUSE)


def _mark(mail: Mail, outcome: Outcome, **values: Any) -> Outcome:
    for name, value in values.items():
        setattr(mail, name, value)
    mail.save(update_fields=["address", "subject", *values])
    return outcome


def prune(now: dt.datetime) -> int:
    """Forget what left the queue long ago; returns how many."""
    over = Mail.objects.exclude(state=MailState.QUEUED).filter(due_at__lt=now - KEPT_FOR)
    return over.delete()[0]
