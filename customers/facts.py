"""What is known of a record, as the card on the left of its page shows it."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm import moments
from crm.countries import country_name
from crm.models import Record
from crm.money import money_text
from crm.phones import screen_text
from customers.models import Company, Customer, Lifecycle, Order, OrderKind, OrderStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

TONES = {Lifecycle.PROSPECT: "accent", Lifecycle.CUSTOMER: "good", Lifecycle.FORMER: ""}
KIND_TONES = {OrderKind.SALE: "", OrderKind.RETURN: "warn", OrderKind.ADJUSTMENT: "accent"}
STATUS_TONES = {
    OrderStatus.DRAFT: "",
    OrderStatus.OPEN: "accent",
    OrderStatus.COMPLETED: "good",
    OrderStatus.CANCELLED: "",
    OrderStatus.FAILED: "bad",
}


@dataclass(frozen=True)
class Fact:
    """One line of the card. `html` when the value is more than a text."""

    name: str
    label: Any
    icon: str
    value: Any = ""
    kind: str = "text"
    text: str = ""
    html: str = ""
    url: str = ""
    tone: str = ""
    edit_url: str = ""

    @property
    def editable(self) -> bool:
        return bool(self.edit_url)

    @property
    def is_plain(self) -> bool:
        return self.kind == "text" and bool(self.value) and not self.html

    @property
    def edit_label(self) -> str:
        return _edit_words(get_language()) % {"name": self.label}

    @property
    def is_copied(self) -> bool:
        return bool(self.value) and self.kind in {"phone", "email"}

    @property
    def copy_label(self) -> str:
        return _("Copy %(name)s") % {"name": self.label}


@cache
def _edit_words(language: str | None) -> str:
    return _("Edit %(name)s")


Line = tuple[str, Any, str, Callable[[Any], dict[str, Any]]]


def _plain(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda row: {"value": getattr(row, name)}


def _phones(row: Customer) -> dict[str, Any]:
    numbers = [phone.number for phone in row.phones.all()]
    links = ((number, screen_text(number)) for number in numbers)
    html = format_html_join("\n", '<a href="tel:{}">{}</a>', links)
    return {"value": numbers[0] if numbers else "", "kind": "phone", "html": html}


def _emails(row: Customer) -> dict[str, Any]:
    addresses = [email.address for email in row.emails.all()]
    html = format_html_join("\n", '<a href="mailto:{}">{}</a>', ((address, address) for address in addresses))
    return {"value": addresses[0] if addresses else "", "kind": "email", "html": html}


def _company(row: Customer) -> dict[str, Any]:
    company = row.company
    if company is None:
        return {}
    known = {"value": str(company)}
    return known if company.deleted_at else known | {"kind": "link", "url": company.get_absolute_url()}


def _buyer(row: Order) -> dict[str, Any]:
    customer = row.customer
    if customer is None:
        return {}
    known = {"value": str(customer)}
    return known if customer.deleted_at else known | {"kind": "link", "url": customer.get_absolute_url()}


def _returned(row: Order) -> dict[str, Any]:
    order = row.returns_order
    return {"value": order.number, "kind": "link", "url": order.get_absolute_url()} if order else {}


def _kind(row: Order) -> dict[str, Any]:
    return {"value": row.get_kind_display(), "kind": "badge", "tone": KIND_TONES[OrderKind(row.kind)]}


def _status(row: Order) -> dict[str, Any]:
    return {"value": row.get_status_display(), "kind": "badge", "tone": STATUS_TONES[OrderStatus(row.status)]}


def _placed(row: Order) -> dict[str, Any]:
    return {"value": moments.shown(row.placed_at).when}


def _country(row: Customer | Company | Order) -> dict[str, Any]:
    return {"value": country_name(row.country)}


def _time_zone(row: Customer) -> dict[str, Any]:
    if row.time_zone not in moments.zone_names():
        return {"value": row.time_zone}
    local = timezone.now().astimezone(zoneinfo.ZoneInfo(row.time_zone))
    now = formats.time_format(local)
    return {"value": row.time_zone, "html": format_html('{} <span class="quiet">{}</span>', row.time_zone, now)}


def _lifecycle(row: Customer) -> dict[str, Any]:
    return {"value": row.get_lifecycle_display(), "kind": "badge", "tone": TONES[Lifecycle(row.lifecycle)]}


def _yes_or_no(row: Customer) -> dict[str, Any]:
    return {"value": _("Yes") if row.call_eligible else _("No")}


def _income(row: Customer) -> dict[str, Any]:
    return {"value": "" if row.monthly_income is None else money_text(row.monthly_income)}


def _external_ids(row: Customer) -> dict[str, Any]:
    return {"value": "\n".join(str(number) for number in row.external_ids.all())}


def _website(row: Company) -> dict[str, Any]:
    shown = row.website.removeprefix("https://").removeprefix("http://").rstrip("/")
    link = format_html('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>', row.website, shown)
    return {"value": row.website, "html": link if row.website else ""}


def _created(row: Customer | Company | Order) -> dict[str, Any]:
    moment = moments.shown(row.created_at)
    by = f", {row.created_by}" if row.created_by else ""
    return {"value": f"{moment.when}{by}"}


def customer_lines() -> list[Line]:
    return [
        ("name", _("Name"), "user", _plain("name")),
        ("phones", _("Phone"), "phone", _phones),
        ("emails", _("E-mail"), "mail", _emails),
        ("company", _("Company"), "building-2", _company),
        ("job_title", _("Job title"), "briefcase", _plain("job_title")),
        ("street", _("Street"), "map-pin", _plain("street")),
        ("postal_code", _("Postal code"), "map-pin", _plain("postal_code")),
        ("city", _("City"), "map-pin", _plain("city")),
        ("country", _("Country"), "globe", _country),
        ("time_zone", _("Time zone"), "clock", _time_zone),
        ("lifecycle", _("Lifecycle"), "flag", _lifecycle),
        ("owner", _("Owner"), "user-check", lambda row: {"value": str(row.owner or "")}),
        ("tags", _("Tags"), "tag", lambda row: {"value": row.tags, "kind": "tags"}),
        ("call_eligible", _("May be called"), "phone-call", _yes_or_no),
        ("monthly_income", _("Monthly income"), "wallet", _income),
        ("reference", _("Reference"), "hash", _plain("reference")),
        ("external_ids", _("Numbers in other systems"), "id-card", _external_ids),
        ("created", _("Created"), "calendar-days", _created),
    ]


def company_lines() -> list[Line]:
    return [
        ("name", _("Name"), "building-2", _plain("name")),
        ("industry", _("Industry"), "briefcase", _plain("industry")),
        ("website", _("Website"), "globe", _website),
        ("street", _("Street"), "map-pin", _plain("street")),
        ("postal_code", _("Postal code"), "map-pin", _plain("postal_code")),
        ("city", _("City"), "map-pin", _plain("city")),
        ("country", _("Country"), "flag", _country),
        ("owner", _("Owner"), "user-check", lambda row: {"value": str(row.owner or "")}),
        ("created", _("Created"), "calendar-days", _created),
    ]


def order_lines() -> list[Line]:
    return [
        ("number", _("Number"), "hash", _plain("number")),
        ("customer", _("Customer"), "user", _buyer),
        ("kind", _("Kind"), "tag", _kind),
        ("status", _("Status"), "flag", _status),
        ("placed_at", _("Placed"), "calendar-days", _placed),
        ("channel", _("Channel"), "store", lambda row: {"value": row.get_channel_display()}),
        ("country", _("Country"), "globe", _country),
        ("currency", _("Currency"), "coins", _plain("currency")),
        ("returns_order", _("Returns the order"), "undo-2", _returned),
        ("source", _("Source"), "link", _plain("source")),
        ("created", _("Created"), "clock", _created),
    ]


#: The URL of the form, and the lines, by model; apps above add theirs.
LINES: dict[type[Any], tuple[str, Callable[[], list[Line]]]] = {
    Customer: ("customers:edit", customer_lines),
    Company: ("companies:edit", company_lines),
    Order: ("orders:edit", order_lines),
}


def facts_of(row: Record, *, editable: Iterable[str], hidden: Iterable[str], only: str = "") -> list[Fact]:
    """The facts, or the one named `only`; those in `editable` lead to their form, those in `hidden` are not there."""
    url, lines = LINES[type(row)]
    edit = reverse(url, args=[row.pk])
    able, away = set(editable), set(hidden)
    return [
        Fact(name, label, icon, edit_url=f"{edit}?field={name}" if name in able else "", **show(row))
        for name, label, icon, show in lines()
        if name not in away and only in {"", name}
    ]
