"""The lists of customers and companies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from crm import moments
from crm.fields import DateField
from crm.keyset import Sort
from crm.lists import Cell, Column, Empty, ListFilter, Listing, View
from crm.navigation import ORDERS, WRITERS
from crm.phones import screen_text
from crm.text import folded
from customers import contacts, lookup, owners
from customers.customer_forms import company_choice, country_options
from customers.facts import TONES
from customers.models import Channel, Company, Customer, Lifecycle, Order
from customers.models.customer import LAST_ORDER
from customers.models.order import IS_PURCHASE

#: Filters, columns and sorts that rest on orders, which agents do not see.
ON_ORDERS = frozenset(
    {"bought_from", "bought_to", "bought_country", "bought_channel", "buyers", "first_from", "first_to"}
)
ORDER_FIGURES = frozenset({"value", "orders", "last_order"})
ON_PURCHASES = frozenset({"bought_from", "bought_to", "bought_country", "bought_channel", "buyers"})
#: In place of a country: orders of which none is known.
UNKNOWN = "-"


class OwnerFilter(ListFilter):
    q = forms.CharField(required=False, max_length=200)
    owner = forms.ChoiceField(label=gettext_lazy("Owner"), required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False, choices=country_options)

    def tailor(self, user: User) -> None:
        owners.offer_owners(self)

    def narrow(self, rows: QuerySet[Any], data: dict[str, Any]) -> QuerySet[Any]:
        if owner := data.get("owner"):
            rows = rows.filter(owner_id={owners.MINE: self.user.pk, owners.NOBODY: None}.get(owner, owner))
        if country := data.get("country"):
            rows = rows.filter(country=country)
        return self.search(rows, data["q"]) if "q" in data else rows

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(sort_key__contains=folded(Value(text.strip())))


class CustomerFilter(OwnerFilter):
    lifecycle = forms.ChoiceField(
        label=gettext_lazy("Lifecycle"), required=False, choices=[("", "–"), *Lifecycle.choices]
    )
    tag = forms.CharField(label=gettext_lazy("Tag"), required=False, max_length=40)
    eligible = forms.ChoiceField(
        label=gettext_lazy("May be called"),
        required=False,
        choices=[("", "–"), ("1", gettext_lazy("Yes")), ("0", gettext_lazy("No"))],
    )
    bought_from = DateField(gettext_lazy("Bought from"))
    bought_to = DateField(gettext_lazy("Bought up to"))
    bought_country = forms.ChoiceField(
        label=gettext_lazy("Bought from country"),
        required=False,
        choices=lambda: [*country_options(), (UNKNOWN, _("Unknown"))],
    )
    bought_channel = forms.ChoiceField(
        label=gettext_lazy("Bought through"), required=False, choices=[("", "–"), *Channel.choices]
    )
    buyers = forms.ChoiceField(
        label=gettext_lazy("Buyers"),
        required=False,
        choices=[("", "–"), ("new", gettext_lazy("New with these orders")), ("returning", gettext_lazy("Returning"))],
    )
    first_from = DateField(gettext_lazy("First order from"))
    first_to = DateField(gettext_lazy("First order up to"))
    field_order = ["q", "owner", "company"]

    def tailor(self, user: User) -> None:
        super().tailor(user)
        if self.asks("company"):
            self.fields["company"] = company_choice(user, None)
            self.order_fields(self.field_order)
        hidden = set() if user.effective_role in ORDERS else set(ON_ORDERS)
        if "call_eligible" in Customer.hidden_from(user):
            hidden.add("eligible")
        for name in hidden:
            self.fields.pop(name, None)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for start, end in (("bought_from", "bought_to"), ("first_from", "first_to")):
            if data.get(start) and data.get(end) and data[end] < data[start]:
                self.add_error(end, _("The last day lies before the first."))
        return data

    def narrow(self, rows: QuerySet[Any], data: dict[str, Any]) -> QuerySet[Any]:
        fits = Q()
        for name in ("company", "lifecycle"):
            if name in data:
                fits &= Q(**{name: data[name]})
        if "tag" in data:
            fits &= Q(tags__contains=[data["tag"]])
        if "eligible" in data:
            fits &= Q(call_eligible=data["eligible"] == "1")
        fits &= _within("first_order_at", data.get("first_from"), data.get("first_to"))
        if ON_PURCHASES & data.keys():
            fits &= self._bought(data)
        return super().narrow(rows.filter(fits), data)

    def _bought(self, data: dict[str, Any]) -> Q:
        """A purchase of these days, country and channel; the first one ever for the new, none such for the others."""
        fits = _within("placed_at", data.get("bought_from"), data.get("bought_to"))
        if country := data.get("bought_country"):
            fits &= Q(country="" if country == UNKNOWN else country)
        if channel := data.get("bought_channel"):
            fits &= Q(channel=channel)
        counted = Order.objects.visible_to(self.user).counted().filter(IS_PURCHASE)
        bought = counted.filter(fits, customer=OuterRef("pk"))
        earlier = counted.filter(customer=OuterRef("customer"), placed_at__lt=OuterRef("placed_at"))
        new = Q(Exists(bought.filter(~Exists(earlier))))
        return {"": Q(Exists(bought)), "new": new, "returning": Q(Exists(bought)) & ~new}[data.get("buyers", "")]

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return lookup.narrow(rows, text)


def _within(field: str, first: dt.date | None, last: dt.date | None) -> Q:
    """Between two local days of the organisation, both included, either open."""
    zone = moments.organisation_zone()
    fits = Q()
    if first:
        fits &= Q(**{f"{field}__gte": moments.day_start(first, zone)})
    if last:
        fits &= Q(**{f"{field}__lt": moments.day_start(last + dt.timedelta(days=1), zone)})
    return fits


# Cells


def _owner(row: Customer | Company) -> Cell:
    return Cell("face", str(row.owner), extra=row.owner.initials) if row.owner else Cell("face", "")


def _company(row: Customer) -> Cell:
    if row.company is None:
        return Cell("link", "")
    if row.company.deleted_at:
        return Cell("text", str(row.company))  # a link would lead most people to a 404
    return Cell("link", str(row.company), extra=row.company.get_absolute_url())


def _phone(row: Any) -> str:
    return row.first_phone or ""


def _phone_cell(row: Customer) -> Cell:
    number = _phone(row)
    return Cell("phone", number, label=screen_text(number) if number else "")


def _email(row: Any) -> str:
    return row.first_email or ""


def _lifecycle(row: Customer) -> Cell:
    return Cell("badge", Lifecycle(row.lifecycle).label, extra=TONES[Lifecycle(row.lifecycle)])


NAME = Column("name", gettext_lazy("Name"), str, kind="link", sort="name")
NAME_UNSORTED = replace(NAME, sort="")
PHONE = Column("phone", gettext_lazy("Phone"), _phone, kind="phone", cell=_phone_cell)
OWNER = Column("owner", gettext_lazy("Owner"), lambda row: str(row.owner or ""), kind="face", cell=_owner)
CREATED = Column("created", gettext_lazy("Created"), lambda row: row.created_at, kind="time", sort="created")


def _only_exported(name: str, label: Any, **more: Any) -> Column:
    return Column(name, label, lambda row: getattr(row, name), screen=False, **more)


def nothing_for(user: User, title: str) -> Empty:
    """An empty list to whoever cannot fill it."""
    if not user.effective_role:
        return Empty(title, _("Your account has no role and team yet: ask an admin to give you both."), icon="lock")
    return Empty(title, _("As soon as there is something for you, you find it here."))


class CustomerList(Listing[Customer]):
    name = "customers"
    model = Customer
    title = gettext_lazy("Customers")
    url_name = "customers:index"
    create_url_name, create_label, create_roles = "customers:create", gettext_lazy("Customer"), WRITERS
    export_url_name = "customers:export"
    filter_class: type[ListFilter] = CustomerFilter
    sorts = {
        "name": Sort("sort_key"),
        "value": Sort("net_total"),
        "last_order": Sort(LAST_ORDER),
        "created": Sort("created_at"),
    }
    default_sort = "name"
    read: Sequence[str] = (
        *("name", "reference", "lifecycle", "net_total", "last_order_at", "tags", "created_at"),
        *("company__name", "company__deleted_at", "owner__name", "owner__email"),
    )
    columns: Sequence[Column] = (
        NAME,
        PHONE,
        Column("email", gettext_lazy("E-mail"), _email, kind="email"),
        Column("company", gettext_lazy("Company"), lambda row: str(row.company or ""), kind="link", cell=_company),
        OWNER,
        Column("lifecycle", gettext_lazy("Lifecycle"), lambda row: Lifecycle(row.lifecycle).label, cell=_lifecycle),
        Column("value", gettext_lazy("Value"), lambda row: row.net_total, kind="money", sort="value"),
        Column("orders", gettext_lazy("Orders"), lambda row: row.orders_count, kind="number", screen=False),
        Column("last_order", gettext_lazy("Last order"), lambda row: row.last_order_at, kind="time", sort="last_order"),
        Column("tags", gettext_lazy("Tags"), lambda row: row.tags, kind="tags"),
        CREATED,
        _only_exported("id", gettext_lazy("Our number")),
        _only_exported("reference", gettext_lazy("Reference")),
        _only_exported("job_title", gettext_lazy("Job title")),
        _only_exported("street", gettext_lazy("Street")),
        _only_exported("postal_code", gettext_lazy("Postal code")),
        _only_exported("city", gettext_lazy("City")),
        _only_exported("country", gettext_lazy("Country")),
        _only_exported("time_zone", gettext_lazy("Time zone")),
        _only_exported("call_eligible", gettext_lazy("May be called"), masked_as="call_eligible"),
        _only_exported("monthly_income", gettext_lazy("Monthly income"), masked_as="monthly_income"),
    )

    def __init__(self, user: User, query: QueryDict) -> None:
        if user.effective_role not in ORDERS:
            self.sorts = {name: sort for name, sort in self.sorts.items() if name not in ORDER_FIGURES}
        super().__init__(user, query)

    @cached_property
    def shown_columns(self) -> list[Column]:
        sees_orders = self.user.effective_role in ORDERS
        return [column for column in super().shown_columns if sees_orders or column.name not in ORDER_FIGURES]

    def prepare(self, rows: QuerySet[Customer]) -> QuerySet[Customer]:
        return rows.select_related("company", "owner").annotate(**contacts.first_ones())

    def exportable(self, rows: QuerySet[Customer]) -> QuerySet[Customer]:
        return rows.filter(owner_id=self.user.pk) if self.user.effective_role == "sales" else rows

    def empty(self) -> Empty:
        if self.user.effective_role not in WRITERS:
            return nothing_for(self.user, _("No customers yet"))
        text = _("People you sell to, with their phones, orders and everything that was said. Begin with one.")
        return Empty(_("No customers yet"), text, reverse("customers:create"), _("Customer"), icon="users")

    @property
    def views(self) -> list[View]:
        return _views(self.user, self.filters, "customers", _("My customers"))


def _views(user: User, filters: dict[str, Any], namespace: str, mine: str) -> list[View]:
    url, owner = reverse(f"{namespace}:index"), filters.get("owner")
    views = [View(_("All"), url, owner not in {owners.MINE, owners.NOBODY})]
    if user.effective_role in WRITERS:
        views.append(View(mine, f"{url}?owner={owners.MINE}", owner == owners.MINE))
    if user.effective_role in ORDERS:
        views.append(View(_("Unowned"), f"{url}?owner={owners.NOBODY}", owner == owners.NOBODY))
    if user.effective_role in WRITERS:
        views.append(View(_("Deleted"), reverse(f"{namespace}:deleted"), False))
    return views


def deleted_views(views: list[View]) -> list[View]:
    """The same views, seen from the deleted ones."""
    return [replace(view, is_current=view is views[-1]) for view in views]


class CompanyList(Listing[Company]):
    name = "companies"
    model = Company
    title = gettext_lazy("Companies")
    url_name = "companies:index"
    create_url_name, create_label, create_roles = "companies:create", gettext_lazy("Company"), WRITERS
    export_url_name = "companies:export"
    filter_class: type[ListFilter] = OwnerFilter
    sorts = {"name": Sort("sort_key"), "created": Sort("created_at")}
    default_sort = "name"
    read: Sequence[str] = ("name", "industry", "city", "created_at", "owner__name", "owner__email")
    columns: Sequence[Column] = (
        NAME,
        Column("industry", gettext_lazy("Industry"), lambda row: row.industry),
        Column("city", gettext_lazy("City"), lambda row: row.city),
        OWNER,
        Column("customers", gettext_lazy("Customers"), lambda row: row.customers_seen, kind="number"),
        CREATED,
        _only_exported("id", gettext_lazy("Our number")),
        _only_exported("website", gettext_lazy("Website")),
        _only_exported("street", gettext_lazy("Street")),
        _only_exported("postal_code", gettext_lazy("Postal code")),
        _only_exported("country", gettext_lazy("Country")),
    )

    def prepare(self, rows: QuerySet[Company]) -> QuerySet[Company]:
        people = Customer.objects.visible_to(self.user).filter(company=OuterRef("pk")).order_by().values("company")
        count = Coalesce(Subquery(people.annotate(count=Count("pk")).values("count")), 0)
        return rows.select_related("owner").annotate(customers_seen=count)

    def exportable(self, rows: QuerySet[Company]) -> QuerySet[Company]:
        return rows.filter(owner_id=self.user.pk) if self.user.effective_role == "sales" else rows

    def empty(self) -> Empty:
        if self.user.effective_role not in WRITERS:
            return nothing_for(self.user, _("No companies yet"))
        text = _("Where your customers work. A company gathers its people and what they bought.")
        return Empty(_("No companies yet"), text, reverse("companies:create"), _("Company"), icon="building-2")

    @property
    def views(self) -> list[View]:
        return _views(self.user, self.filters, "companies", _("My companies"))
