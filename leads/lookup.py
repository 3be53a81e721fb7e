"""Find leads by what somebody typed: a name or a company in any order, a phone in any spelling, an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Contains, StartsWith
from django.utils.translation import gettext as _

from crm import phones
from crm.text import folded
from customers import lookup

if TYPE_CHECKING:
    from leads.models import Lead

#: shorter numbers of other systems fit too many
SHORTEST = 4
COMPANY = folded(F("company_name"))


def narrow(rows: QuerySet[Lead], text: str) -> QuerySet[Lead]:
    """The leads of `rows` whom `text` may mean."""
    text = lookup.tidy(text)
    return rows.filter(fits(text)) if text else rows.none()


def fits(text: str) -> Q:
    found = named(text)
    if number := keyed(text):
        found |= number
    return found


def keyed(text: str) -> Q:
    """By phone, address, or number in another system; nothing for what is none of them."""
    found = Q()
    if phones.looks_like_phone(text):
        found |= numbered(text)
    if "@" in text.strip("@"):
        found |= Q(StartsWith(Lower("email"), text.lower()))
    if number := elsewhere(text):
        found |= ~Q(external_id="") & Q(StartsWith(Lower("external_id"), number))
    return found


def elsewhere(text: str) -> str:
    """The number in another system by which a lead without a name is called: "Lead 7927b2df", or as it stands there."""
    number = text.lower().removeprefix(str(_("Lead")).lower()).strip().removeprefix("#")
    return number if len(number) >= SHORTEST and " " not in number and any(map(str.isdigit, number)) else ""


def numbered(text: str) -> Q:
    """The number in any spelling, or its last digits; as dialled at home too, in whatever country that is."""
    exact, spelt = lookup.exactly(text)
    found = Q(phone__in=exact) | Q(phone_tail__startswith=spelt[0][::-1])
    at_home = spelt[0].removeprefix("0")
    return found | Q(phone_tail__startswith=at_home[::-1]) if len(at_home) >= 6 else found


def named(text: str) -> Q:
    """Every word is part of the name or of the company; a text too short for that begins one of them."""
    wanted = folded(Value(text))
    if not lookup.has_trigram(text):
        return Q(sort_key__startswith=wanted) | Q(StartsWith(COMPANY, wanted))
    words = [folded(Value(word)) for word in text.split()]
    return Q(*(Q(sort_key__contains=word) | Q(Contains(COMPANY, word)) for word in words))
