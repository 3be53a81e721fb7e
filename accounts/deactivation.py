"""How somebody leaves: no more sign-in, and every record of theirs in other hands."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts import handover, jobs
from accounts.last_admin import an_admin_stays
from accounts.models import User
from crm.events import record

#: after this every request that was under way when the user left has ended
SWEEP_AFTER = 180


def deactivate(leaver: User, *, by: User, successor: User | None) -> bool:
    """Deactivate, end all sessions, hand over. False when somebody did it first; ValidationError for the last admin."""
    with an_admin_stays():
        _lock(leaver, successor)
        rows = User.objects.filter(pk=leaver.pk, is_active=True)
        changed = rows.update(is_active=False, deactivated_at=now(), session_epoch=F("session_epoch") + 1)
        if changed:
            new_owner = successor.pk if successor else None
            moved = handover.move(leaver.pk, new_owner)
            record("user.deactivated", on=leaver, by=by, successor=successor, moved=moved)
            sweep = jobs.hand_over_rest.configure(schedule_in={"seconds": SWEEP_AFTER})
            sweep.defer(leaver=leaver.pk, successor=new_owner, by=by.pk)
    leaver.refresh_from_db()
    return bool(changed)


def _lock(leaver: User, successor: User | None) -> None:
    both = [user.pk for user in (leaver, successor) if user]
    list(User.objects.filter(pk__in=both).order_by("pk").select_for_update().values_list("pk"))
    if successor is None:
        return
    if successor.pk == leaver.pk or not User.objects.owners().filter(pk=successor.pk).exists():
        raise ValidationError(_("The colleague you chose can no longer take records over. Choose another."))
