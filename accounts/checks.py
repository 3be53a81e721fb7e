"""What must not be so when the program starts to serve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import OperationalError, ProgrammingError, transaction

from accounts.demo_logins import demo_logins


@register(Tags.database)
def demo_logins_stay_in_the_demo(
    app_configs: Any, databases: Sequence[str] | None = None, **options: Any
) -> list[CheckMessage]:
    """Asks the database, so it runs with `check --database default` and before serving, not with every command."""
    if settings.DEMO or not databases:
        return []
    try:
        with transaction.atomic():
            found = list(demo_logins().values_list("email", flat=True)[:5])
    except ProgrammingError:
        return []  # no tables yet: no logins either
    except OperationalError as problem:
        reason = str(problem).splitlines()[0]
        return [Error(f"The database does not answer: {reason}", id="accounts.E003")]
    if not found:
        return []
    return [
        Error(
            f"Demo logins are active outside demo mode: {', '.join(found)}. Their password is public.",
            hint="Deactivate them with: manage.py end_demo",
            id="accounts.E001",
        )
    ]


@register(Tags.security)
def hosts_are_named(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Letters carry links to the host that the request named: with "*" a stranger would choose it."""
    if settings.DEMO or "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            'ALLOWED_HOSTS must name the hosts: "*" lets strangers write the links in our letters.', id="accounts.E002"
        )
    ]
