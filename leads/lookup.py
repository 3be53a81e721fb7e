"""Find leads by what somebody typed: a name or a company in any order, a phone in any spelling, an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Contains, StartsWith

from crm import phones
from crm.text import folded
from customers import lookup

if TYPE_CHECKING:
    from leads.models import Lead

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
    """By phone, address, or number elsewhere; nothing for what is none of them."""
    found = Q()
    if phones.looks_like_phone(text):
        found |= numbered(text)
    if "@" in text.strip("@"):
        found |= Q(StartsWith(Lower("email"), text.lower()))
    return found


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
