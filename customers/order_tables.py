"""The list of orders. Its filters are where every figure of the revenue board leads: they must fit the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from crm import moments
from crm.countries import country_name
from crm.deleted import with_deleted
from crm.fields import DateField
from crm.keyset import Sort
from crm.lists import Cell, Column, Empty, ListFilter, Listing, View
from crm.money import money_text
from crm.navigation import ORDERS, WRITERS
from customers import lookup, owners
from customers.customer_forms import country_options
from customers.facts import KIND_TONES, STATUS_TONES
from customers.models import Channel, Customer, Order, OrderKind, OrderStatus
from customers.models.order import IS_COUNTED, IS_PURCHASE
from customers.order_fields import CustomerChoiceField
from customers.tables import deleted_views

#: in place of a country: orders of which none is known
UNKNOWN = "-"


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices)


def _yes(label: Any) -> forms.ChoiceField:
    """A filter that is on or not there: no "0" that would be taken for a yes."""
    return _choice(label, [("", "–"), ("1", gettext_lazy("Yes"))])


def _countries() -> list[tuple[str, str]]:
    return [*country_options(), (UNKNOWN, _("Unknown"))]


class OrderFilter(ListFilter):
    q = forms.CharField(required=False, max_length=200)
    placed_from = DateField(gettext_lazy("Placed from"))
    placed_to = DateField(gettext_lazy("Placed up to"))
    kind = _choice(gettext_lazy("Kind"), [("", "–"), *OrderKind.choices])
    status = _choice(gettext_lazy("Status"), [("", "–"), *OrderStatus.choices])
    channel = _choice(gettext_lazy("Channel"), [("", "–"), *Channel.choices])
    country = _choice(gettext_lazy("Country"), _countries)
    sku = forms.CharField(label=gettext_lazy("Article"), required=False, max_length=60, strip=False)
    owner = _choice(gettext_lazy("Owner of the customer"), ())
    counted = _yes(gettext_lazy("Counts as revenue"))
    purchase = _yes(gettext_lazy("Purchase"))
    known = _yes(gettext_lazy("Customer known"))

    def tailor(self, user: User) -> None:
        owners.offer_owners(self)
        if not self.asks("customer"):
            return
        # Whoever sees the revenue of all finds the orders of deleted customers too; nobody else learns their names.
        sees_all = user.effective_role in {"admin", "manager", "analyst"}
        living, all_there_were = Customer.objects.visible_to(user), with_deleted(Customer).visible_to(user)
        self.fields["customer"] = CustomerChoiceField(
            all_there_were if sees_all else living,
            suggest_url=reverse("orders:customers"),
            label=gettext_lazy("Customer"),
            required=False,
        )
        self.order_fields(["q", "placed_from", "placed_to", "customer", "kind", "status"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("placed_from"), data.get("placed_to")
        if first and last and last < first:
            self.add_error("placed_to", _("The last day lies before the first."))
        return data

    def narrow(self, rows: Any, data: dict[str, Any]) -> QuerySet[Any]:
        fits = self._placed(data)
        for name in ("kind", "status", "channel", "customer"):
            if name in data:
                fits &= Q(**{name: data[name]})
        if "country" in data:
            fits &= Q(country="" if data["country"] == UNKNOWN else data["country"])
        if "owner" in data:
            owner = {owners.MINE: self.user.pk, owners.NOBODY: None}.get(data["owner"], data["owner"])
            fits &= Q(customer__owner_id=owner) if owner else Q(customer__isnull=False, customer__owner=None)
        if "counted" in data or "purchase" in data:
            fits &= IS_COUNTED
        if "purchase" in data:
            fits &= IS_PURCHASE
        if "known" in data:
            fits &= Q(customer__isnull=False)
        rows = rows.filter(fits)
        if "sku" in data:
            rows = rows.with_article(data["sku"])
        return self._search(rows, data["q"]) if "q" in data else rows

    def _placed(self, data: dict[str, Any]) -> Q:
        zone = moments.organisation_zone()
        fits = Q()
        if first := data.get("placed_from"):
            fits &= Q(placed_at__gte=moments.bounds(first, first, zone)[0])
        if last := data.get("placed_to"):
            fits &= Q(placed_at__lt=moments.bounds(last, last, zone)[1])
        return fits

    def _search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """By the whole number, else by whatever finds the customer."""
        number = lookup.tidy(text).removeprefix("#")
        by_number = rows.filter(number__in={number, number.upper()})
        if not number or by_number.exists():
            return by_number
        people = lookup.narrow(Customer.objects.visible_to(self.user), text)
        return rows.filter(customer__in=people)


def _customer(row: Order) -> Cell:
    customer = row.customer
    if customer is None:
        return Cell("link", "")
    if customer.deleted_at:
        return Cell("text", str(customer))
    return Cell("link", str(customer), extra=customer.get_absolute_url())


def _kind(row: Order) -> Cell:
    return Cell("badge", OrderKind(row.kind).label, extra=KIND_TONES[OrderKind(row.kind)])


def _status(row: Order) -> Cell:
    return Cell("badge", OrderStatus(row.status).label, extra=STATUS_TONES[OrderStatus(row.status)])


NUMBER = Column("number", gettext_lazy("Number"), lambda row: row.number, kind="link", sort="number")
PLACED = Column("placed", gettext_lazy("Placed"), lambda row: row.placed_at, kind="time", sort="placed")
CUSTOMER = Column(
    "customer", gettext_lazy("Customer"), lambda row: str(row.customer or ""), kind="link", cell=_customer
)
KIND = Column("kind", gettext_lazy("Kind"), lambda row: OrderKind(row.kind).label, cell=_kind)
STATUS = Column("status", gettext_lazy("Status"), lambda row: OrderStatus(row.status).label, cell=_status)
TOTAL = Column(
    "total",
    gettext_lazy("Total"),
    lambda row: row.total,
    kind="money",
    sort="total",
    cell=lambda row: Cell("money", money_text(row.total, row.currency)),
)


class OrderList(Listing[Order]):
    name = "orders"
    model = Order
    title = gettext_lazy("Orders")
    url_name = "orders:index"
    create_url_name, create_label, create_roles = "orders:create", gettext_lazy("Order"), WRITERS
    export_url_name, export_roles = "orders:export", ORDERS
    filter_class: type[ListFilter] = OrderFilter
    sorts = {"placed": Sort("placed_at"), "total": Sort("base_total"), "number": Sort("number")}
    default_sort = "-placed"
    read: Sequence[str] = (
        *("number", "placed_at", "kind", "status", "channel", "country", "total", "currency"),
        *("customer__name", "customer__reference", "customer__deleted_at"),
    )
    columns: Sequence[Column] = (
        NUMBER,
        PLACED,
        CUSTOMER,
        KIND,
        STATUS,
        Column("channel", gettext_lazy("Channel"), lambda row: Channel(row.channel).label),
        Column("country", gettext_lazy("Country"), lambda row: country_name(row.country)),
        TOTAL,
        Column("currency", gettext_lazy("Currency"), lambda row: row.currency, screen=False),
        Column("base_total", gettext_lazy("Total in base currency"), lambda row: row.base_total, screen=False),
        Column("customer_id", gettext_lazy("Customer number"), lambda row: row.customer_id, screen=False),
        Column("source", gettext_lazy("Source"), lambda row: row.source, screen=False),
        Column("id", gettext_lazy("Our number"), lambda row: row.pk, screen=False),
    )

    def prepare(self, rows: QuerySet[Order]) -> QuerySet[Order]:
        return rows.select_related("customer")

    def exportable(self, rows: QuerySet[Order]) -> QuerySet[Order]:
        return rows.filter(customer__owner_id=self.user.pk) if self.user.effective_role == "sales" else rows

    def empty(self) -> Empty:
        if self.user.effective_role not in WRITERS:
            return Empty(_("No orders yet"), _("As soon as there are some, you find them here."), icon="shopping-cart")
        text = _("What customers buy and send back. Enter the first one, or import the orders of a shop.")
        return Empty(_("No orders yet"), text, reverse("orders:create"), _("Order"), icon="shopping-cart")

    @property
    def views(self) -> list[View]:
        url, kind = reverse("orders:index"), self.filters.get("kind")
        views = [View(_("All"), url, not kind)]
        views += [View(label, f"{url}?kind={name}", kind == name) for name, label in _VIEWS]
        if self.user.effective_role in WRITERS:
            views.append(View(_("Deleted"), reverse("orders:deleted"), False))
        return views


_VIEWS = (
    (OrderKind.SALE.value, gettext_lazy("Sales")),
    (OrderKind.RETURN.value, gettext_lazy("Returns")),
    (OrderKind.ADJUSTMENT.value, gettext_lazy("Adjustments")),
)


class DeletedFilter(ListFilter):
    q = forms.CharField(required=False, max_length=200)

    def narrow(self, rows: QuerySet[Any], data: dict[str, Any]) -> QuerySet[Any]:
        return rows.filter(number=data["q"].strip())


class DeletedOrders(OrderList):
    """What was deleted, for whoever may restore it."""

    name = "deleted-orders"
    title = gettext_lazy("Deleted orders")
    url_name = "orders:deleted"
    create_url_name = export_url_name = ""
    filter_class = DeletedFilter
    sorts = {"deleted": Sort("deleted_at")}
    default_sort = "-deleted"
    read: Sequence[str] = ()
    columns = (
        Column("number", gettext_lazy("Number"), lambda row: row.number, kind="link"),
        CUSTOMER,
        Column("total", TOTAL.label, TOTAL.value, kind="money", cell=TOTAL.cell),
        Column("deleted", gettext_lazy("Deleted"), lambda row: row.deleted_at, kind="time", sort="deleted"),
    )

    @cached_property
    def branches(self) -> list[QuerySet[Order]]:
        return [self._narrow(self.rows_in_scope)]

    @cached_property
    def rows_in_scope(self) -> QuerySet[Order]:
        return with_deleted(Order).deleted().removable_by(self.user)

    def url_of(self, row: Order) -> str:
        return row.get_absolute_url()

    def empty(self) -> Empty:
        return Empty(_("Nothing is deleted"), _("An order that somebody deletes waits here."), icon="trash-2")

    @property
    def views(self) -> list[View]:
        return deleted_views(super().views)
