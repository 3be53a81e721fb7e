"""A lead among the kinds of records whose forms, facts and histories work alike."""

from __future__ import annotations

from customers.views.editing import Kind
from leads import facts  # noqa: F401 - its lines are those of the card
from leads.lead_forms import LeadForm
from leads.models import Lead

LEADS = Kind("leads", Lead, LeadForm, LeadForm.offered)
