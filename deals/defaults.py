"""What a new installation begins with: one pipeline and reasons for losing. Percentages: common practice of CRMs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Models = Callable[[str, str], Any]

PIPELINE = "Sales"
#: name, kind, probability in percent, rots after days, needed to enter
STAGES = (
    ("New", "open", 10, 14, []),
    ("Qualified", "open", 20, 14, []),
    ("Needs analysis", "open", 35, 21, []),
    ("Proposal", "open", 50, 21, ["amount"]),
    ("Negotiation", "open", 75, 14, ["amount", "expected_close"]),
    ("Won", "won", 100, None, ["amount"]),
    ("Lost", "lost", 0, None, []),
)
#: name, for deals, for leads
LOST_REASONS = (
    ("Price", True, False),
    ("Chose a competitor", True, True),
    ("No budget", True, True),
    ("No decision", True, False),
    ("Bad timing", True, True),
    ("Something is missing in our offer", True, False),
    ("Cannot be reached", True, True),
    ("Not interested", False, True),
    ("Does not fit us", False, True),
    ("Duplicate", True, True),
    ("Spam or test", False, True),
    ("Not recorded", True, True),
)


def make_defaults(get_model: Models) -> None:
    """Write them where there is none yet; `get_model` as of django.apps or of a migration."""
    pipelines, reasons = get_model("deals", "Pipeline").objects, get_model("deals", "LostReason").objects
    if not pipelines.exists():
        pipeline = pipelines.create(name=PIPELINE, position=1)
        stages = get_model("deals", "Stage")
        stages.objects.bulk_create(
            stages(
                pipeline=pipeline,
                name=name,
                position=position,
                kind=kind,
                probability=probability,
                rotting_days=days,
                required=required,
            )
            for position, (name, kind, probability, days, required) in enumerate(STAGES, 1)
        )
    if not reasons.exists():
        reason = get_model("deals", "LostReason")
        reasons.bulk_create(
            reason(name=name, for_deals=for_deals, for_leads=for_leads) for name, for_deals, for_leads in LOST_REASONS
        )
