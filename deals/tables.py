"""The lists of deals."""

from __future__ import annotations

from deals.filters import DealFilter

__all__ = ["DealFilter"]
