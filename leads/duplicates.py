"""Who is there already: asked while somebody types a new lead, on the page of a lead, and before it is converted."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django import forms
from django.contrib.postgres.search import TrigramSimilarity
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import User
from crm import phones
from crm.countries import country_names
from crm.text import folded, is_storable
from customers.models import Company, Customer, Email, Phone
from leads.models import Lead

MOST, LOOKED_AT = 5, 30
#: how alike two names must be, as pg_trgm counts: with the same company, and alone
ALIKE, VERY_ALIKE = 0.5, 0.75
#: how alike two companies must be to be one
SAME_COMPANY = 0.75
#: what follows the name of a company and says nothing
FORMS = frozenset(
    ["ab", "ag", "as", "bv", "co", "corp", "gmbh", "inc", "kg", "limited", "llc", "ltd", "nv", "oy", "plc", "sa", "srl"]
)


@dataclass(frozen=True)
class Match:
    """A lead or a customer that may be the same, and why. `exact` when a number or an address says so."""

    row: Lead | Customer
    reason: str
    exact: bool
    kind: str
    company: str


@dataclass(frozen=True)
class Wanted:
    """What is known of somebody."""

    name: str = ""
    company: str = ""
    numbers: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()

    @property
    def has_keys(self) -> bool:
        return bool(self.numbers or self.addresses)

    @property
    def has_name(self) -> bool:
        return len(self.name) > 2


class Typed(forms.Form):
    """What was typed so far. Half a number is no mistake: it fits nobody."""

    name = forms.CharField(required=False, max_length=200)
    company_name = forms.CharField(required=False, max_length=200)
    reach = forms.CharField(required=False, max_length=254)
    phone = forms.CharField(required=False, max_length=60)
    email = forms.CharField(required=False, max_length=254)
    country = forms.CharField(required=False, max_length=2)

    def wanted(self) -> Wanted:
        data = {name: text if is_storable(text) else "" for name, text in self.cleaned_data.items()}
        region = data["country"] if data["country"] in country_names() else ""
        numbers = {_number(text, region) for text in (data["reach"], data["phone"])}
        addresses = {text.lower() for text in (data["reach"], data["email"]) if "@" in text}
        return Wanted(
            " ".join(data["name"].split()),
            " ".join(data["company_name"].split()),
            frozenset(numbers - {""}),
            frozenset(addresses),
        )


def _number(text: str, region: str) -> str:
    with contextlib.suppress(ValidationError):
        return phones.parse(text, region).e164 if text else ""
    return ""


def wanted_of(lead: Lead) -> Wanted:
    numbers, addresses = {lead.phone} - {""}, {lead.email.lower()} - {""}
    return Wanted(lead.name, lead.company_name, frozenset(numbers), frozenset(addresses))


def of_lead(typed: Typed, user: User) -> list[Match]:
    return _first([*leads_like(typed.wanted(), user), *customers_like(typed.wanted(), user)])


def of(lead: Lead, user: User) -> list[Match]:
    """Others that may be the same as `lead`."""
    wanted = wanted_of(lead)
    return _first([*leads_like(wanted, user, but=lead.pk), *customers_like(wanted, user)])


def _first(matches: Iterable[Match]) -> list[Match]:
    return sorted(matches, key=lambda match: not match.exact)[:MOST]


# Leads


def leads_like(wanted: Wanted, user: User, *, but: int = 0) -> list[Match]:
    seen = Lead.objects.visible_to(user).exclude(pk=but)
    found: dict[int, Match] = {}
    if wanted.has_keys:
        keyed = seen.alias(address=Lower("email")).filter(Q(phone__in=wanted.numbers) | Q(address__in=wanted.addresses))
        for row in keyed.order_by("sort_key", "pk")[:MOST]:
            same = [phones.screen_text(row.phone)] if row.phone in wanted.numbers else []
            same += [row.email] if row.email.lower() in wanted.addresses else []
            found[row.pk] = Match(row, ", ".join(same), True, "lead", row.company_name)
    for row in _alike(seen, wanted, lambda row: row.company_name):
        found.setdefault(row.pk, Match(row, _how_like(row), False, "lead", row.company_name))
    return list(found.values())


# Customers


def customers_like(wanted: Wanted, user: User) -> list[Match]:
    seen = Customer.objects.visible_to(user).select_related("company")
    found: dict[int, Match] = {}
    if wanted.has_keys:
        by_phone = Phone.objects.filter(number__in=wanted.numbers).values("customer")
        by_mail = Email.objects.alias(folded=Lower("address")).filter(folded__in=wanted.addresses).values("customer")
        rows = seen.filter(Q(pk__in=by_phone) | Q(pk__in=by_mail)).prefetch_related("phones", "emails")
        for row in rows.order_by("sort_key", "pk")[:MOST]:
            found[row.pk] = Match(row, _same(row, wanted), True, "customer", str(row.company or ""))
    for row in _alike(seen, wanted, lambda row: str(row.company or "")):
        found.setdefault(row.pk, Match(row, _how_like(row), False, "customer", str(row.company or "")))
    return list(found.values())


def _same(row: Customer, wanted: Wanted) -> str:
    same = [str(phone) for phone in row.phones.all() if phone.number in wanted.numbers]
    same += [email.address for email in row.emails.all() if email.address.lower() in wanted.addresses]
    return ", ".join(same)


# Names


def _alike(rows: QuerySet[Any], wanted: Wanted, company_of: Any) -> list[Any]:
    """The rows with nearly the same name, of nearly the same company; without one of the two, a name that is closer."""
    if not wanted.has_name:
        return []
    name = folded(Value(wanted.name))
    likeness = TrigramSimilarity("sort_key", name)  # type: ignore[arg-type]  # takes expressions too
    near = rows.filter(sort_key__trigram_similar=name).annotate(likeness=likeness)
    found = near.order_by("-likeness", "pk")[:LOOKED_AT]
    return [row for row in found if _is_near(row.likeness, wanted.company, company_of(row))][:MOST]


def _how_like(row: Any) -> str:
    return _("the same name") if row.likeness == 1 else _("nearly the same name")


def _is_near(likeness: float, one: str, other: str) -> bool:
    if not one or not other:
        return likeness >= VERY_ALIKE
    return likeness >= ALIKE and is_same_company(one, other)


def is_same_company(one: str, other: str) -> bool:
    first, second = _core(one), _core(other)
    return first == second or SequenceMatcher(None, first, second).ratio() >= SAME_COMPANY


def _core(name: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in name.casefold()).split()
    return " ".join(word for word in words if word not in FORMS) or name.casefold()


# Companies


@dataclass(frozen=True)
class CompanyMatch:
    row: Company
    exact: bool


def companies_like(name: str, user: User) -> list[CompanyMatch]:
    """Companies that `user` sees of nearly this name; exact when only its legal form may differ."""
    name = " ".join(name.split())
    if len(name) < 2:
        return []
    wanted = folded(Value(name))
    likeness = TrigramSimilarity("sort_key", wanted)  # type: ignore[arg-type]  # takes expressions too
    rows = Company.objects.visible_to(user).filter(Q(sort_key__trigram_similar=wanted) | Q(sort_key=wanted))
    near = rows.annotate(likeness=likeness).order_by("-likeness", "sort_key", "pk")[:LOOKED_AT]
    found = [CompanyMatch(row, _core(row.name) == _core(name)) for row in near if is_same_company(row.name, name)]
    return sorted(found, key=lambda match: not match.exact)[:MOST]
