"""Deals in the one box for everything: by title, by who may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access import visible
from crm.finding import Hit, Kind
from crm.money import money_text
from customers import lookup
from deals.models import Deal

if TYPE_CHECKING:
    from accounts.models import User

KINDS = {"deal": Kind(gettext_lazy("Deals"), "handshake", "deals:detail")}
#: two letters of a title say nothing yet
SHORTEST = 2


def find(text: str, user: User, limit: int) -> list[Hit]:
    if len(text) < SHORTEST:
        return []
    rows = visible(Deal, user).filter(lookup.named(text)).select_related("stage")
    return [_hit(row, _("Title")) for row in rows.order_by("sort_key", "pk")[:limit]]


def nearly(text: str, user: User, limit: int) -> list[Hit]:
    if not lookup.is_name(text):
        return []
    rows = lookup.alike(visible(Deal, user).select_related("stage"), text)
    return [_hit(row, _("Similar title")) for row in rows[:limit]]


def _hit(row: Deal, reason: str) -> Hit:
    amount = "" if row.amount is None else money_text(row.amount, row.currency, 0)
    return Hit("deal", row.pk, row.title, reason, detail=" · ".join(part for part in (str(row.stage), amount) if part))
