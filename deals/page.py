"""What the head of a deal's page says in figures."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils import formats
from django.utils.translation import gettext as _

from activities.next_state import next_badge
from crm.money import money_text
from deals.models import Deal, DealStatus
from deals.states import days_left

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Figure:
    """One card above the facts."""

    label: str
    value: str
    note: str = ""
    tone: str = ""


def weighted(deal: Deal) -> Decimal:
    """As the database rounds it: deal by deal, to cents."""
    amount = deal.base_amount or Decimal()
    return (amount * deal.chance_in_percent / 100).quantize(CENT, rounding=ROUND_HALF_UP)


def figures_of(deal: Deal, today: dt.date) -> list[Figure]:
    return [_value(deal), _chance(deal), _close(deal, today), _next(deal, today)]


def _value(deal: Deal) -> Figure:
    if deal.amount is None:
        return Figure(_("Amount"), "–", _("not known yet"))
    note = money_text(deal.base_amount) if deal.base_amount != deal.amount else ""
    if deal.amount_from_lines:
        note = " · ".join(filter(None, [note, _("sum of the products")]))
    return Figure(_("Amount"), money_text(deal.amount, deal.currency), note)


def _chance(deal: Deal) -> Figure:
    percent = _("%(percent)s %%") % {"percent": deal.chance_in_percent}
    own = _("%(own)s, own estimate; the stage says %(stage)s %%")
    note = percent if deal.probability is None else own % {"own": percent, "stage": deal.stage.probability}
    if deal.is_committed:
        note = f"{note} · {_('committed')}"
    return Figure(_("Weighted"), money_text(weighted(deal)), note)


def _close(deal: Deal, today: dt.date) -> Figure:
    if deal.closed_on:
        days = (deal.closed_on - deal.opened_on).days if deal.opened_on else None
        note = _("after %(days)s days") % {"days": days} if days is not None else ""
        label = _("Won on") if deal.status == DealStatus.WON else _("Lost on")
        return Figure(label, _day(deal.closed_on), note)
    mark = days_left(deal, today)
    note, tone = (mark.text, mark.tone) if mark else ("", "")
    return Figure(_("Expected close"), _day(deal.expected_close) or "–", note, tone)


def _next(deal: Deal, today: dt.date) -> Figure:
    if deal.status != DealStatus.OPEN:
        return Figure(_("Reason") if deal.lost_reason_id else _("Outcome"), str(deal.lost_reason or _("Won")))
    text, tone = next_badge(deal.next_due_on, deal.open_activities, today)
    return Figure(_("Next activity"), text, "", tone)


def _day(day: dt.date | None) -> str:
    return formats.date_format(day, "SHORT_DATE_FORMAT") if day else ""
