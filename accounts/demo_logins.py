"""Logins whose password everybody knows."""

from __future__ import annotations

from accounts.models import User, UserQuerySet

DOMAIN = "demo.test"
PASSWORD = "rapport-demo"  # noqa: S105 - public on purpose, and refused outside demo mode


def demo_logins() -> UserQuerySet:
    """Those that could be used now."""
    return User.objects.active().filter(email__endswith=f"@{DOMAIN}")
