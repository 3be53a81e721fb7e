"""What the boards add up is there, in the organisation's days, after every migrate."""

from __future__ import annotations

from crm.moments import organisation_zone
from dashboard import tallies


def make_defaults() -> None:
    """Count all of it where it is missing, or in the days of another zone than is set now."""
    if not tallies.is_kept_in(organisation_zone()):
        tallies.recount()
