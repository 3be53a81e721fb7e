"""What events about leads are called on a timeline."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.words import Words

PAGE = "leads:detail"
EVENTS = {
    "lead.created": Words(_("Lead added"), "user-round-plus", "accent", PAGE),
    "lead.changed": Words(_("%(fields)s changed"), "pencil"),
    "lead.assigned": Words(_("Lead assigned to %(to)s"), "user-check", "accent", PAGE),
    "lead.unassigned": Words(_("Lead taken from %(before)s"), "user-minus", "", PAGE),
    "lead.contacted": Words(_("Lead contacted"), "phone-call", "accent", PAGE),
    "lead.qualified": Words(_("Lead qualified"), "circle-check", "accent", PAGE),
    "lead.lost": Words(_("Lead lost"), "circle-x", "bad", PAGE),
    "lead.reopened": Words(_("Lead taken up again"), "rotate-ccw", "", PAGE),
    "lead.converted": Words(_("Lead converted"), "git-merge", "good", PAGE),
    "lead.conversion_undone": Words(_("Conversion undone"), "undo-2", "warn", PAGE),
    "lead.deleted": Words(_("Lead deleted"), "trash-2", "bad"),
    "lead.restored": Words(_("Lead restored"), "rotate-ccw", "good", PAGE),
}
