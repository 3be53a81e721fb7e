"""What events about users, teams and working time are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.words import Words

PAGE = "accounts:user"
EVENTS = {
    "user.invited": Words(_("Invited"), "mail", "accent", PAGE),
    "user.reminded": Words(_("Invited once more"), "mail", "", PAGE),
    "user.created": Words(_("User added"), "user-plus", "accent", PAGE),
    "user.changed": Words(_("User changed: %(fields)s"), "pencil", "", PAGE),
    "user.deactivated": Words(_("User deactivated"), "user-x", "bad", PAGE),
    "user.reactivated": Words(_("User let in again"), "user-check", "good", PAGE),
    "user.handed_over": Words(_("Records handed over that came in late"), "users", "", PAGE),
    "user.password_changed": Words(_("Password changed"), "key-round", "", PAGE),
    "user.signed_out_everywhere": Words(_("Signed out everywhere"), "log-out", "", PAGE),
    "team.created": Words(_("Team added"), "users-round", "accent"),
    "team.changed": Words(_("Team renamed"), "pencil"),
    "working_hours.created": Words(_("Working hours added"), "clock"),
    "working_hours.changed": Words(_("Working hours changed: %(fields)s"), "clock"),
    "working_hours.removed": Words(_("Working hours removed: %(what)s"), "trash-2"),
    "holiday.created": Words(_("Holiday added"), "calendar-days"),
    "holiday.changed": Words(_("Holiday changed: %(fields)s"), "calendar-days"),
    "holiday.removed": Words(_("Holiday removed: %(what)s"), "trash-2"),
    "absence.created": Words(_("Absence entered"), "calendar-off"),
    "absence.changed": Words(_("Absence changed: %(fields)s"), "calendar-off"),
    "absence.removed": Words(_("Absence removed: %(what)s"), "trash-2"),
}
