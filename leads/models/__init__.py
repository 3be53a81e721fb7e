"""Leads, where they come from, how they are rated, and what became of them."""

from __future__ import annotations

from leads.models.conversion import Conversion
from leads.models.handout import Handout
from leads.models.lead import OPEN_STATUSES, Lead, LeadQuerySet, LeadStatus
from leads.models.source import Campaign, Rule, ScoreRule, Source, SourceKind

__all__ = [
    "OPEN_STATUSES",
    "Campaign",
    "Conversion",
    "Handout",
    "Lead",
    "LeadQuerySet",
    "LeadStatus",
    "Rule",
    "ScoreRule",
    "Source",
    "SourceKind",
]
