"""How somebody comes in: a user without a password, and a link with which they choose one."""

from __future__ import annotations

from django.db import transaction

from accounts.models import BELOW_MANAGER, Role, User
from crm import outbox
from crm.events import record


def invite(user: User, *, by: User, origin: str) -> User:
    """Create the user and mail them their link, or neither."""
    with transaction.atomic():
        user.set_unusable_password()
        user.save(force_insert=True)
        record("user.invited", on=user, by=by, email=user.email, role=user.role)
        outbox.post("accounts.invitation", to=user, by=by.pk, origin=origin)
    return user


def remind(user: User, *, by: User, origin: str) -> bool:
    """Mail the link once more. False when it was used meanwhile."""
    user.refresh_from_db()
    if not user.is_invited:
        return False
    with transaction.atomic():
        record("user.reminded", on=user, by=by)
        outbox.post("accounts.invitation", to=user, by=by.pk, origin=origin)
    return True


def may_hold_link(viewer: User, user: User) -> bool:
    """Whoever holds the link can sign in as the invited: only for roles that the viewer could give anyway."""
    if not user.is_invited:
        return False
    return viewer.effective_role == Role.ADMIN or (
        viewer.effective_role == Role.MANAGER and user.team_id == viewer.team_id and user.role in BELOW_MANAGER
    )
