"""What operators are warned of before they serve people."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as Warned

PRINTED = "django.core.mail.backends.console.EmailBackend"


def letters_are_printed() -> bool:
    """Whether letters reach nobody, only the terminal of the worker."""
    return bool(settings.EMAIL_BACKEND == PRINTED)


@register(Tags.security, deploy=True)
def letters_are_sent(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """New passwords, invitations and reminders go by e-mail."""
    if settings.DEMO or not letters_are_printed():
        return []
    return [
        Warned(
            "Letters are printed on the worker's terminal and reach nobody.",
            hint="Set EMAIL_URL to your mail server, such as smtp+tls://user:password@mail.example.com:587.",
            id="crm.W001",
        )
    ]
