"""The letters about signing in. Their links are made when they are sent: the outbox holds no secret."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import links
from accounts.models import User
from crm.letters import from_templates
from crm.models import Mail
from crm.outbox import Letter, letter

#: what was asked for so long ago, nobody waits for any more
STALE = dt.timedelta(days=1)
SAMPLE_ORIGIN = "https://crm.example.com"


def _sample(user: User) -> dict[str, Any]:
    return {"origin": SAMPLE_ORIGIN, "by": user.pk}


@letter("accounts.invitation", label=gettext_lazy("Invitation"), sample=_sample)
def invitation(mail: Mail) -> Letter | None:
    user = _user(mail)
    if not mail.is_sample and not user.is_invited:
        return None
    subject = _("Your invitation to %(organisation)s") % {"organisation": settings.ORGANISATION_NAME}
    return _written("invitation", subject, mail, by=User.objects.get(pk=mail.arguments["by"]))


@letter("accounts.reset", label=gettext_lazy("New password"), sample=_sample)
def reset(mail: Mail) -> Letter | None:
    if _is_stale(mail):
        return None
    subject = _("A new password for %(organisation)s") % {"organisation": settings.ORGANISATION_NAME}
    return _written("reset", subject, mail)


@letter("accounts.lock_warning", label=gettext_lazy("Warning of wrong passwords"), sample=_sample)
def lock_warning(mail: Mail) -> Letter | None:
    if _is_stale(mail):
        return None
    subject = _("Somebody cannot sign in to %(organisation)s as you") % {"organisation": settings.ORGANISATION_NAME}
    return _written("lock_warning", subject, mail)


def _written(name: str, subject: str, mail: Mail, **context: Any) -> Letter:
    user, origin = _user(mail), mail.arguments["origin"]
    context |= {
        "user": user,
        "link": f"{origin}/example/" if mail.is_sample else links.link_for(user, origin=origin),
        "hours": links.RESET_LASTS.seconds // 3600,
        "days": links.INVITATION_LASTS.days,
    }
    return from_templates(f"accounts/{name}", subject=subject, **context)


def _user(mail: Mail) -> User:
    assert mail.user is not None  # noqa: S101 - these letters are posted to users alone
    return mail.user


def _is_stale(mail: Mail) -> bool:
    return now() - mail.created_at > STALE
