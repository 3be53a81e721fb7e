"""What one has to know of a record before one calls: who it is, how to reach them, what happened last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils import formats
from django.utils.translation import gettext as _

from activities.story import Story
from activities.timeline import Timeline
from crm.money import money_text
from crm.phones import screen_text
from customers.models import Customer
from deals.models import Deal
from leads.models import Lead

if TYPE_CHECKING:
    from accounts.models import User
    from activities.models import Activity

LAST = 3


@dataclass(frozen=True)
class Essentials:
    """Of the nearest record of an activity, and of whoever it is about."""

    subject: Any
    kind: str = ""
    #: the person and the company behind a deal, the company of a lead
    about: list[tuple[str, str]] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    phones: list[tuple[str, str]] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    entries: list[Any] = field(default_factory=list)


def essentials_of(activity: Activity, user: User) -> Essentials | None:
    """None for what is about nobody."""
    subject: Any = activity.subject
    if isinstance(subject, Deal):
        found = _of_deal(subject)
    elif isinstance(subject, Lead):
        found = _of_lead(subject)
    elif isinstance(subject, Customer):
        found = _of_customer(subject)
    else:
        return None
    timeline = Timeline(Story(subject, user), QueryDict(), url=subject.get_absolute_url())
    entries = (entry for day in timeline.days for entry in day.entries)
    found.entries.extend(islice(entries, LAST))
    return found


def _of_deal(deal: Deal) -> Essentials:
    facts = [
        (_("Amount"), money_text(deal.amount, deal.currency)),
        (_("Stage"), f"{deal.stage}, {deal.chance_in_percent}\u00a0%"),
        (_("Expected close"), formats.date_format(deal.expected_close) if deal.expected_close else "–"),
    ]
    people = [row for row in (deal.customer, deal.company) if row and not row.deleted_at]
    about = [(str(row), row.get_absolute_url()) for row in people]
    return Essentials(deal, _("Deal"), about, facts, *_reached(deal.customer))


def _of_lead(lead: Lead) -> Essentials:
    facts = [
        (_("Status"), str(lead.get_status_display())),
        (_("Source"), str(lead.source or "–")),
        (_("Score"), str(lead.score)),
        (_("Estimated value"), money_text(lead.value, lead.currency)),
    ]
    about = [(text, "") for text in (lead.job_title, lead.company_name if lead.name else "") if text]
    phones = [(lead.phone, screen_text(lead.phone))] if lead.phone else []
    return Essentials(lead, _("Lead"), about, facts, phones, [lead.email] if lead.email else [])


def _of_customer(customer: Customer) -> Essentials:
    company = customer.company if customer.company and not customer.company.deleted_at else None
    about = [(customer.job_title, "")] if customer.job_title else []
    about += [(str(company), company.get_absolute_url())] if company else []
    facts = [
        (_("Lifecycle"), str(customer.get_lifecycle_display())),
        (_("City"), customer.city or "–"),
    ]
    return Essentials(customer, _("Customer"), about, facts, *_reached(customer))


def _reached(customer: Customer | None) -> tuple[list[tuple[str, str]], list[str]]:
    if customer is None or customer.deleted_at:
        return [], []
    numbers: Iterable[Any] = customer.phones.all()
    addresses: Iterable[Any] = customer.emails.all()
    return [(phone.number, str(phone)) for phone in numbers], [email.address for email in addresses]
