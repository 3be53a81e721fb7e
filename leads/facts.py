"""What is known of a lead, as the card on the left of its page shows it."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

from crm import moments
from crm.countries import country_name
from crm.money import money_text
from crm.phones import screen_text
from customers.facts import LINES, Line
from leads.models import Lead, LeadStatus

TONES = {
    LeadStatus.NEW: "accent",
    LeadStatus.CONTACTED: "accent",
    LeadStatus.QUALIFIED: "good",
    LeadStatus.LOST: "bad",
    LeadStatus.CONVERTED: "good",
}


def _plain(name: str) -> Any:
    return lambda row: {"value": getattr(row, name)}


def _phone(row: Lead) -> dict[str, Any]:
    return {"value": row.phone, "kind": "phone", "text": screen_text(row.phone) if row.phone else ""}


def _website(row: Lead) -> dict[str, Any]:
    shown = row.website.removeprefix("https://").removeprefix("http://").rstrip("/")
    link = format_html('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>', row.website, shown)
    return {"value": row.website, "html": link if row.website else ""}


def _value(row: Lead) -> dict[str, Any]:
    if row.value is None:
        return {}
    text = money_text(row.value, row.currency)
    if row.base_value is None or row.base_value == row.value:
        return {"value": text}
    return {"value": text, "html": format_html('{} <span class="quiet">{}</span>', text, money_text(row.base_value))}


def _shared(row: Lead) -> dict[str, Any]:
    return {"value": ", ".join(str(user) for user in row.shared_with.all())}


def _created(row: Lead) -> dict[str, Any]:
    by = f", {row.created_by}" if row.created_by else ""
    return {"value": f"{moments.shown(row.created_at).when}{by}"}


def lead_lines() -> list[Line]:
    return [
        ("name", _("Name"), "user", _plain("name")),
        ("phone", _("Phone"), "phone", _phone),
        ("email", _("E-mail"), "mail", lambda row: {"value": row.email, "kind": "email"}),
        ("company_name", _("Company"), "building-2", _plain("company_name")),
        ("job_title", _("Job title"), "briefcase", _plain("job_title")),
        ("industry", _("Industry"), "store", _plain("industry")),
        ("website", _("Website"), "link", _website),
        ("city", _("City"), "map-pin", _plain("city")),
        ("country", _("Country"), "globe", lambda row: {"value": country_name(row.country)}),
        ("value", _("Estimated value"), "wallet", _value),
        ("currency", _("Currency"), "coins", _plain("currency")),
        ("source", _("Source"), "megaphone", lambda row: {"value": str(row.source or "")}),
        ("campaign", _("Campaign"), "flag", lambda row: {"value": str(row.campaign or "")}),
        ("owner", _("Owner"), "user-check", lambda row: {"value": str(row.owner or "")}),
        ("shared_with", _("Shared with"), "users", _shared),
        ("created", _("Created"), "calendar-days", _created),
    ]


LINES[Lead] = ("leads:edit", lead_lines)
