"""Deals, the stages they go through, what is in them, and what is expected of people."""

from __future__ import annotations

from deals.models.deal import Deal, DealLine, DealQuerySet, DealStatus, StageVisit
from deals.models.pipeline import LostReason, Pipeline, Product, Stage, StageKind, Target
from deals.models.snapshot import ForecastLine, ForecastSnapshot

__all__ = [
    "Deal",
    "DealLine",
    "DealQuerySet",
    "DealStatus",
    "ForecastLine",
    "ForecastSnapshot",
    "LostReason",
    "Pipeline",
    "Product",
    "Stage",
    "StageKind",
    "StageVisit",
    "Target",
]
