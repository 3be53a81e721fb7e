"""Somebody must be able to let the others in: the last active admin stays one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role, User


@contextmanager
def an_admin_stays() -> Iterator[None]:
    """The block leaves an active admin behind, or nothing of it is written: ValidationError.

    The admins are locked in the order of their ids before anything else is, so that two demotions at once wait for
    each other instead of both finding the other one still there.
    """
    with transaction.atomic():
        admins = User.objects.active().filter(role=Role.ADMIN)
        before = list(admins.order_by("pk").select_for_update().values_list("pk", flat=True))
        yield
        if before and not admins.exists():
            raise ValidationError(_("This is the last active admin. Make somebody else an admin first."))
