"""What events about deals are called on a timeline."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.words import Words

PAGE = "deals:detail"
EVENTS = {
    "deal.created": Words(_("Deal opened: %(title)s, %(money)s"), "handshake", "accent", PAGE),
    "deal.changed": Words(_("%(fields)s changed"), "pencil"),
    "deal.moved": Words(_("%(title)s: from %(stage_from)s to %(stage_to)s"), "arrow-right", "accent", PAGE),
    "deal.won": Words(_("Won: %(title)s, %(money)s"), "trophy", "good", PAGE),
    "deal.lost": Words(_("Lost: %(title)s, %(reason)s. %(note)s"), "thumbs-down", "bad", PAGE),
    "deal.reopened": Words(_("Reopened: %(title)s, in %(stage_to)s"), "rotate-ccw", "", PAGE),
    "deal.repriced": Words(_("Amount changed from %(was)s to %(money)s"), "coins", "", PAGE, is_whole=True),
    "deal.assigned": Words(_("Deal given to %(to)s"), "user-check", "", PAGE),
    "deal.deleted": Words(_("Deal deleted"), "trash-2", "bad"),
    "deal.restored": Words(_("Deal restored"), "rotate-ccw", "good", PAGE),
    "stage.changed": Words(_("Stage changed: %(fields)s"), "square-kanban"),
    "stage.created": Words(_("Stage added"), "square-kanban", "accent"),
    "stage.deleted": Words(_("Stage removed: %(name)s, its deals moved to %(into)s"), "trash-2"),
    "target.created": Words(_("Target set: %(after)s"), "target", "accent"),
    "target.changed": Words(_("Target changed from %(before)s to %(after)s"), "target"),
    "target.deleted": Words(_("Target taken back: %(before)s"), "target"),
}
