"""What events about activities and files are called on a timeline."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.words import Words

EVENTS = {
    "activity.deleted": Words(_("%(title)s deleted"), "trash-2"),
    "activity.restored": Words(_("%(title)s restored"), "rotate-ccw"),
    "activity.reopened": Words(_("%(title)s taken up again"), "rotate-ccw"),
    "activity.snoozed": Words(_("%(title)s put off from %(due_from)s to %(due_to)s"), "alarm-clock"),
    "activity.rescheduled": Words(_("%(title)s moved from %(due_from)s to %(due_to)s"), "calendar-clock"),
    "attachment.created": Words(_("File added: %(name)s"), "paperclip", "accent", "activities:file"),
    "attachment.deleted": Words(_("File deleted: %(name)s"), "trash-2"),
    "attachment.restored": Words(_("File restored: %(name)s"), "rotate-ccw", "", "activities:file"),
}
