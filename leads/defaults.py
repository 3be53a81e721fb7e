"""What a new installation begins with: sources and the rules of the score (points: common practice, no model)."""

from __future__ import annotations

from leads.models import ScoreRule, Source

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


def make_defaults() -> None:
    """Write them where there is none yet."""
    if not Source.objects.exists():
        Source.objects.bulk_create(
            Source(name=name, kind=kind, response_minutes=minutes) for name, kind, minutes in SOURCES
        )
    if not ScoreRule.objects.exists():
        ScoreRule.objects.bulk_create(ScoreRule(rule=rule, points=points) for rule, points in POINTS.items())
