"""Leads on the page of the customer that they became."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crm.navigation import SELLING
from crm.shares import Panel
from leads.facts import TONES
from leads.models import Lead, LeadStatus

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 5
#: the columns that the panel shows
READ = (
    "name",
    "company_name",
    "external_id",
    "status",
    "created_at",
    "deleted_at",
    "source__name",
    "owner__name",
    "owner__email",
)


def of_customer(customer: Any, user: User) -> Panel | None:
    """Nothing for a customer who never was a lead."""
    if user.effective_role not in SELLING:
        return None
    rows = Lead.objects.visible_to(user).filter(customer=customer).select_related("source", "owner").only(*READ)
    found = list(rows.order_by("-created_at", "-pk")[:SHOWN])
    shown = [(lead, TONES[LeadStatus(lead.status)]) for lead in found]
    return Panel("leads/_panel.html", {"leads": shown}, found) if found else None


PANELS = {"customers.customer": [of_customer]}
