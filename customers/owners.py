"""To whom a record may belong."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import OWNER_ROLES, User, UserQuerySet

MINE, NOBODY = "me", "none"


def choices_for(user: User, current: int | None) -> UserQuerySet:
    """Whom `user` may make the owner; whoever is it now can stay."""
    allowed = User.objects.assignable_by(user)
    return allowed | User.objects.get_queryset().filter(pk=current) if current else allowed


def filter_choices() -> list[tuple[str, str]]:
    """For lists: me, nobody, and everybody who can own a record, those who left included."""
    people = User.objects.get_queryset().filter(role__in=OWNER_ROLES).order_by("name", "pk")
    named = [(str(pk), name or email) for pk, name, email in people.values_list("pk", "name", "email")]
    return [("", _("Anybody")), (MINE, _("Me")), (NOBODY, _("Nobody")), *named]
