"""Who is there already: asked while somebody types a new customer or company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import User
from crm import phones
from crm.countries import country_names
from crm.text import folded, is_storable
from customers.customer_forms import company_choice
from customers.models import Company, Customer, Email, Phone

MOST = 5


@dataclass(frozen=True)
class Match:
    """A record that may be the same, and why."""

    row: Customer | Company
    reason: str


class Typed(forms.Form):
    """What was typed so far. Half a number is no mistake: it fits nobody."""

    phones = forms.CharField(required=False, max_length=6000)
    emails = forms.CharField(required=False, max_length=6000)
    country = forms.CharField(required=False, max_length=2)
    name = forms.CharField(required=False, max_length=200)

    def lines(self, name: str) -> list[str]:
        text = self.cleaned_data.get(name, "")
        return [line.strip() for line in text.splitlines() if line.strip() and is_storable(line)][:20]

    @property
    def region(self) -> str:
        country: str = self.cleaned_data.get("country", "")
        return country if country in country_names() else ""


class CompanyInQuery(forms.Form):
    """A new customer begun on the page of a company."""

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.fields["company"] = company_choice(user, None)

    @property
    def initial_values(self) -> dict[str, Any]:
        company = self.cleaned_data.get("company") if self.is_valid() else None
        return {"company": company.pk} if company else {}


def of_customer(typed: Typed, user: User) -> list[Match]:
    """Customers that `user` sees with one of these numbers or addresses."""
    numbers = {number for line in typed.lines("phones") if (number := _number(line, typed.region))}
    addresses = {line.lower() for line in typed.lines("emails") if "@" in line}
    if not numbers and not addresses:
        return []
    by_phone = Phone.objects.filter(number__in=numbers).values("customer")
    by_address = Email.objects.alias(folded=Lower("address")).filter(folded__in=addresses).values("customer")
    fits = Q(pk__in=by_phone) | Q(pk__in=by_address)
    found = (
        Customer.objects.visible_to(user).filter(fits).prefetch_related("phones", "emails").select_related("company")
    )
    return [Match(row, _why(row, numbers, addresses)) for row in found.order_by("sort_key", "pk")[:MOST]]


def _number(line: str, region: str) -> str:
    try:
        return phones.parse(line, region).e164
    except ValidationError:
        return ""


def _why(row: Customer, numbers: set[str], addresses: set[str]) -> str:
    same = [str(phone) for phone in row.phones.all() if phone.number in numbers]
    same += [email.address for email in row.emails.all() if email.address.lower() in addresses]
    return ", ".join(same)


def of_company(typed: Typed, user: User) -> list[Match]:
    """Companies that `user` sees of nearly this name."""
    name = " ".join(typed.cleaned_data.get("name", "").split())
    if len(name) < 3:
        return []
    wanted = folded(Value(name))
    found = Company.objects.visible_to(user).filter(Q(sort_key__trigram_similar=wanted) | Q(sort_key=wanted))
    return [Match(row, row.city or _("same name")) for row in found.order_by("sort_key", "pk")[:MOST]]


class Question(forms.Form):
    """What a box asks suggestions for."""

    q = forms.CharField(required=False, max_length=200)

    @property
    def text(self) -> str:
        return " ".join(self.cleaned_data["q"].split()) if self.is_valid() else ""
