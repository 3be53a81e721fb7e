"""Leads in the one box for everything: by name, company, phone and e-mail, by who may see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import phones
from crm.access import visible
from crm.finding import Hit, Kind
from customers import lookup as names
from leads import lookup
from leads.models import Lead, LeadStatus

if TYPE_CHECKING:
    from accounts.models import User

KINDS = {"lead": Kind(gettext_lazy("Leads"), "user-round-plus", "leads:detail")}


def find(text: str, user: User, limit: int) -> list[Hit]:
    hits = {hit.pk: hit for hit in _by_key(text, user, limit)}
    if names.is_name(text):
        for row in _ordered(visible(Lead, user).filter(lookup.named(text)))[:limit]:
            hits.setdefault(row.pk, _hit(row, _("Name")))
    return list(hits.values())


def nearly(text: str, user: User, limit: int) -> list[Hit]:
    if not names.is_name(text):
        return []
    return [_hit(row, _("Similar name")) for row in names.alike(visible(Lead, user), text)[:limit]]


def _by_key(text: str, user: User, limit: int) -> Iterator[Hit]:
    keyed = lookup.keyed(text)
    if not keyed:
        return
    for row in _ordered(visible(Lead, user).filter(keyed))[:limit]:
        yield _hit(row, *_why(row, text))


def _why(row: Lead, text: str) -> tuple[str, bool]:
    """What of the lead fits, and whether it is all of it."""
    number = lookup.elsewhere(text)
    if number and row.external_id.lower().startswith(number):
        return f"{_('ID')} {row.external_id}", row.external_id.lower() == number
    if "@" in text:
        return f"{_('E-mail')} {row.email}", row.email.lower() == text.lower()
    exact, _spelt = names.exactly(text)
    return f"{_('Phone')} {phones.screen_text(row.phone)}", row.phone in exact


def _ordered(rows: QuerySet[Lead]) -> QuerySet[Lead]:
    return rows.order_by("sort_key", "pk")


def _hit(row: Lead, reason: str, exact: bool = False) -> Hit:
    parts = [row.company_name if row.name else "", str(LeadStatus(row.status).label)]
    return Hit("lead", row.pk, str(row), reason, exact, " · ".join(part for part in parts if part))
