"""The way of a lead, from new to converted, as the head of its page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from leads.models import Lead, LeadStatus
from leads.models.lead import STEPS

WAY = (LeadStatus.NEW, LeadStatus.CONTACTED, LeadStatus.QUALIFIED, LeadStatus.CONVERTED)
VERBS = {LeadStatus.CONTACTED: "contact", LeadStatus.QUALIFIED: "qualify"}


@dataclass(frozen=True)
class Step:
    """A status on the way: `state` is done, current or ahead; `url` takes the lead there by POST."""

    label: str
    state: str
    url: str = ""
    #: the last step asks for more: its form
    form_url: str = ""


def steps_of(lead: Lead, *, writable: bool) -> list[Step]:
    place = WAY.index(LeadStatus(lead.status)) if lead.status in WAY else -1
    return [_step(lead, number - place, status, writable=writable) for number, status in enumerate(WAY)]


def _step(lead: Lead, distance: int, status: LeadStatus, *, writable: bool) -> Step:
    """`distance` from where the lead is."""
    is_lost = lead.status == LeadStatus.LOST
    state = "ahead" if is_lost or distance > 0 else "current" if distance == 0 else "done"
    able = writable and lead.is_open
    url = form_url = ""
    if able and status in VERBS and status in STEPS[LeadStatus(lead.status)]:
        url = reverse(f"leads:{VERBS[status]}", args=[lead.pk])
    if able and status == LeadStatus.CONVERTED:
        form_url = reverse("leads:convert", args=[lead.pk])
    return Step(str(status.label), state, url, form_url)
