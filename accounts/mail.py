"""The letters about signing in. They are sent by jobs, which were deferred with what they tell about."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts import links
from accounts.models import User


def send_invitation(user: User, *, by: User, origin: str) -> None:
    subject = _("Your invitation to %(organisation)s") % {"organisation": settings.ORGANISATION_NAME}
    _send(user, subject, "accounts/mail/invitation.txt", origin, by=by)


def send_reset(user: User, *, origin: str) -> None:
    subject = _("A new password for %(organisation)s") % {"organisation": settings.ORGANISATION_NAME}
    _send(user, subject, "accounts/mail/reset.txt", origin)


def send_lock_warning(user: User, *, origin: str) -> None:
    subject = _("Somebody cannot sign in to %(organisation)s as you") % {"organisation": settings.ORGANISATION_NAME}
    _send(user, subject, "accounts/mail/lock_warning.txt", origin)


def _send(user: User, subject: str, template: str, origin: str, **context: Any) -> None:
    context |= {
        "user": user,
        "organisation": settings.ORGANISATION_NAME,
        "link": links.link_for(user, origin=origin),
        "hours": links.RESET_LASTS.seconds // 3600,
        "days": links.INVITATION_LASTS.days,
    }
    send_mail(" ".join(subject.split()), render_to_string(template, context), None, [user.email])
