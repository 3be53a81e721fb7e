"""What is known of a deal, as the card on the left of its page shows it."""

from __future__ import annotations

from typing import Any

from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from crm import moments
from crm.money import money_text
from customers.facts import LINES, Line
from deals.models import Deal, DealStatus
from deals.states import days_left

TONES = {DealStatus.OPEN: "accent", DealStatus.WON: "good", DealStatus.LOST: "bad"}


def _record(name: str) -> Any:
    """A record that has a page of its own; a deleted one has none for most people."""

    def show(row: Deal) -> dict[str, Any]:
        other = getattr(row, name)
        if other is None:
            return {}
        known = {"value": str(other)}
        return known if other.deleted_at else known | {"kind": "link", "url": other.get_absolute_url()}

    return show


def _named(name: str) -> Any:
    return lambda row: {"value": str(getattr(row, name) or "")}


def amount_text(row: Deal) -> str:
    return money_text(row.amount, row.currency) if row.amount is not None else ""


def _amount(row: Deal) -> dict[str, Any]:
    text = amount_text(row)
    notes = []
    if row.amount is not None and row.base_amount != row.amount:
        notes.append(money_text(row.base_amount))
    if row.amount_from_lines:
        notes.append(_("sum of the products"))
    if not notes:
        return {"value": text}
    html = format_html('{} <span class="muted">{}</span>', text or "–", " · ".join(notes))
    return {"value": text or "–", "html": html}


def _day(name: str) -> Any:
    def show(row: Deal) -> dict[str, Any]:
        day = getattr(row, name)
        return {"value": formats.date_format(day, "SHORT_DATE_FORMAT") if day else ""}

    return show


def _expected(row: Deal) -> dict[str, Any]:
    shown: dict[str, Any] = _day("expected_close")(row)
    mark = days_left(row, timezone.localdate())
    if mark:
        html = format_html('{} <span class="badge {}">{}</span>', shown["value"], mark.tone, mark.text)
        shown["html"] = html
    return shown


def _probability(row: Deal) -> dict[str, Any]:
    standard = _("%(percent)s %% of the stage") % {"percent": row.stage.probability}
    if row.probability is None:
        return {"value": standard, "html": format_html('<span class="muted">{}</span>', standard)}
    own = f"{row.probability} %"
    return {"value": own, "html": format_html('{} <span class="muted">{}</span>', own, standard)}


def _committed(row: Deal) -> dict[str, Any]:
    return {"value": _("Yes") if row.is_committed else _("No")}


def _shared(row: Deal) -> dict[str, Any]:
    return {"value": ", ".join(sorted(map(str, row.shared_with.all())))}


def _created(row: Deal) -> dict[str, Any]:
    by = f", {row.created_by}" if row.created_by else ""
    return {"value": f"{moments.shown(row.created_at).when}{by}"}


def _outside(row: Deal) -> dict[str, Any]:
    return {"value": f"{row.external_source}: {row.external_id}" if row.external_id else ""}


def deal_lines() -> list[Line]:
    return [
        ("title", _("Title"), "handshake", lambda row: {"value": row.title}),
        ("amount", _("Amount"), "coins", _amount),
        ("currency", _("Currency"), "coins", lambda row: {"value": row.currency}),
        ("customer", _("Customer"), "user", _record("customer")),
        ("company", _("Company"), "building-2", _record("company")),
        ("expected_close", _("Expected close"), "calendar-days", _expected),
        ("probability", _("Probability"), "gauge", _probability),
        ("is_committed", _("Committed"), "flag", _committed),
        ("owner", _("Owner"), "user-check", _named("owner")),
        ("shared_with", _("Shared with"), "users", _shared),
        ("source", _("Source"), "link", _named("source")),
        ("campaign", _("Campaign"), "tag", _named("campaign")),
        ("opened_on", _("Opened on"), "calendar-days", _day("opened_on")),
        ("closed_on", _("Closed on"), "calendar-days", _day("closed_on")),
        ("lost_reason", _("Reason for losing"), "circle-alert", _named("lost_reason")),
        ("lost_note", _("Why it was lost"), "circle-alert", lambda row: {"value": row.lost_note}),
        ("external", _("Number elsewhere"), "id-card", _outside),
        ("created", _("Created"), "clock", _created),
    ]


LINES[Deal] = ("deals:edit", deal_lines)
