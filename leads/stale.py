"""Why a lead could not be taken on: who has taken it where."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.models import Event
from leads.models import Lead

MOVES = ("lead.contacted", "lead.qualified", "lead.lost", "lead.reopened", "lead.converted", "lead.conversion_undone")


def sentence_about(lead: Lead) -> str:
    """The lead as it is now, and by whom; `lead` was read again."""
    last = Event.objects.about(lead).filter(kind__in=MOVES).select_related("actor").order_by("-at", "-pk").first()
    words = {"name": lead, "status": lead.get_status_display(), "who": (last and last.actor) or ""}
    if not words["who"]:
        return _("“%(name)s” is in the status %(status)s already.") % words
    return _("%(who)s has taken “%(name)s” to the status %(status)s in the meantime.") % words
