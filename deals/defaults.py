"""What a new installation begins with: one pipeline and reasons for losing. Percentages: common practice of CRMs."""

from __future__ import annotations

from deals.models import LostReason, Pipeline, Stage

PIPELINE = "Sales"
#: name, kind, probability in percent, rots after days, needed to enter
STAGES: tuple[tuple[str, str, int, int | None, list[str]], ...] = (
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
    (LostReason.NOT_RECORDED, True, True),
)


def make_defaults() -> None:
    """Write them where there is none yet."""
    if not Pipeline.objects.exists():
        pipeline = Pipeline.objects.create(name=PIPELINE, position=1)
        Stage.objects.bulk_create(
            Stage(
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
    if not LostReason.objects.exists():
        LostReason.objects.bulk_create(
            LostReason(name=name, for_deals=for_deals, for_leads=for_leads, is_active=name != LostReason.NOT_RECORDED)
            for name, for_deals, for_leads in LOST_REASONS
        )
