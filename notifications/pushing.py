"""One notification to one browser by its push service, as an open tab would show it; tried while there is time."""

from __future__ import annotations

import datetime as dt
import json
import logging
import math
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.text import Truncator

from crm import outward, webpush
from notifications import browsers, fresh, quiet
from notifications.jobs import NotNow
from notifications.models import Notification, PushSubscription
from notifications.ways import ways_of

if TYPE_CHECKING:
    from accounts.models import User
    from notifications.centre import Line

logger = logging.getLogger(__name__)

#: what reaches no browser in this time waits in the centre
SHOWN_FOR = dt.timedelta(hours=1)
FIRST_PAUSE = dt.timedelta(seconds=10)
#: for so long nobody asks a service that did not answer: each would wait for it, and there are few workers
SILENCE = dt.timedelta(seconds=30)
LONGEST_WORDS = 300
GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


def push(notification: int, browser: int, now: dt.datetime, *, attempts: int = 0) -> None:
    """Have it shown, if it is still to be shown to whoever is signed in there. NotNow when that has to wait."""
    kept = PushSubscription.objects.filter(pk=browser).first()
    user = browsers.reader_of(kept) if kept else None
    if kept is None or user is None:
        return
    rows = Notification.objects.filter(pk=notification, at__gt=now - SHOWN_FOR)
    with timezone.override(quiet.zone_of(user)):
        for line in fresh.shown_of(rows, user, now):
            _Sending(kept, user, line, now, attempts).send()


class _Sending:
    """One attempt."""

    def __init__(self, kept: PushSubscription, user: User, line: Line, now: dt.datetime, attempts: int) -> None:
        self.kept, self.user, self.line, self.now, self.attempts = kept, user, line, now, attempts
        self.row = line.row

    def send(self) -> None:
        host = ""
        try:
            host = outward.target(self.kept.endpoint).host
            if not browsers.is_service(host):
                raise outward.Refused("it is no push service that may be asked")
            answer = None if cache.get(_silent(host)) else self._post(host)
        except outward.Refused as problem:
            self._give_up(f"nothing is sent to {host or 'its address'}: {problem}")
        except outward.Unreachable as problem:
            cache.set(_silent(host), True, SILENCE.total_seconds())
            self._later(f"{host} does not answer: {problem}")
        else:
            if answer:
                self._take(answer)
            else:
                self._later(f"{host} did not answer just now")

    def _post(self, host: str) -> outward.Answer:
        point, secret = webpush.read_point(self.kept.p256dh), webpush.read_secret(self.kept.auth)
        headers = {
            "Authorization": webpush.proof(f"https://{host}", self.now),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(self._lasts()),
            "Urgency": "high",
            # What is still on its way and says the same is replaced.
            "Topic": salted_hmac("notifications.topic", str(self.row.pk)).hexdigest()[:32],
        }
        return outward.post(self.kept.endpoint, webpush.encrypted(self._words(), point, secret), headers)

    def _words(self) -> bytes:
        """As static/js/desktop.js shows it: under the same tag it takes the place of one that is there already."""
        words = {
            "title": Truncator(settings.ORGANISATION_NAME).chars(LONGEST_WORDS),
            "body": Truncator(self.line.text).chars(LONGEST_WORDS),
            "tag": f"notification-{self.row.pk}",
            "url": self.line.url or reverse("notifications:index"),
        }
        return json.dumps(words, ensure_ascii=False).encode()

    def _lasts(self) -> int:
        """For how many seconds the service keeps it: not into the quiet hours."""
        rest = self.row.at + SHOWN_FOR - self.now
        quiet_in = quiet.until_quiet(self.now, ways_of([self.user])[self.user.pk].delivery, self.user)
        return max(0, math.floor(min(rest, quiet_in or rest, SHOWN_FOR).total_seconds()))

    def _take(self, answer: outward.Answer) -> None:
        status = answer.status
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            PushSubscription.objects.filter(pk=self.kept.pk).update(last_used_at=self.now)
        elif status in GONE:
            self.kept.delete()
        elif status in LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._later(f"it was answered {status}", self._asked_to_wait(answer.retry_after))
        else:
            self._give_up(f"it was answered {status}")

    def _asked_to_wait(self, text: str) -> dt.timedelta:
        """In seconds or until a date, as Retry-After may say; nothing when it says neither."""
        if text.isascii() and text.isdigit():
            return dt.timedelta(seconds=min(int(text[:9]), SHOWN_FOR.total_seconds() * 2))
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return FIRST_PAUSE
        return until - self.now if until.tzinfo else FIRST_PAUSE

    def _later(self, reason: str, asked: dt.timedelta = FIRST_PAUSE) -> None:
        pause = max(FIRST_PAUSE * 3 ** min(self.attempts, 10), asked)
        if self.now + pause >= self.row.at + SHOWN_FOR:
            self._give_up(f"{reason}, and later it would be too late")
        else:
            raise NotNow(reason, math.ceil(pause.total_seconds()))

    def _give_up(self, reason: str) -> None:
        """It is in the centre all the same. The address is not said: whoever knows it may send there."""
        logger.warning("notification %s is not pushed to browser %s: %s", self.row.pk, self.kept.pk, reason)


def _silent(host: str) -> str:
    return f"notifications.silent:{host}"
