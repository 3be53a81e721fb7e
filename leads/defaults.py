"""What a new installation begins with: sources and the rules of the score (points: common practice, no model)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Models = Callable[[str, str], Any]

#: name, kind, answer within working minutes
SOURCES = (
    ("Website", "other", None),
    ("Demo request", "demo_request", 15),
    ("Referral", "referral", None),
    ("Trade fair", "other", None),
    ("Advertising", "other", None),
    ("Cold call", "other", None),
)
POINTS = {
    "referral": 25,
    "demo_request": 25,
    "business_email": 10,
    "free_email": -5,
    "bounced": -30,
    "phone": 10,
    "replied": 15,
    "meeting": 20,
    "budget": 10,
    "silent": -15,
}


def make_defaults(get_model: Models) -> None:
    """Write them where there is none yet; `get_model` as of django.apps or of a migration."""
    source, rule = get_model("leads", "Source"), get_model("leads", "ScoreRule")
    if not source.objects.exists():
        source.objects.bulk_create(
            source(name=name, kind=kind, response_minutes=minutes) for name, kind, minutes in SOURCES
        )
    if not rule.objects.exists():
        rule.objects.bulk_create(rule(rule=name, points=points) for name, points in POINTS.items())
