"""A deal among the kinds of records whose forms, facts and histories work alike."""

from __future__ import annotations

from typing import Any

from customers.views.editing import Kind
from deals import facts  # noqa: F401 - its lines are those of the card
from deals.deal_forms import DealForm
from deals.models import Deal


class DealKind(Kind[Deal]):
    """Deals begin with their board."""

    def url(self, verb: str, *args: Any) -> str:
        return super().url("board" if verb == "index" else verb, *args)


DEALS = DealKind("deals", Deal, DealForm, DealForm.offered)
