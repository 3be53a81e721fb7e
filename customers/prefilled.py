"""A new order begun elsewhere: for a customer, or as the return of a sale."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from accounts.models import User
from customers.lines import Line
from customers.models import Customer, Order, OrderKind


class OrderFor(forms.Form):
    """?customer= or ?returns=, each the id of a record that the user sees; anything else is left out."""

    customer = forms.ModelChoiceField(Customer.objects.none(), required=False)
    returns = forms.ModelChoiceField(Order.objects.none(), required=False)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self._among("customer", Customer.objects.visible_to(user))
        self._among("returns", Order.objects.visible_to(user).filter(kind=OrderKind.SALE))
        self.is_valid()

    def _among(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = rows

    @property
    def title(self) -> str:
        sale = self.cleaned_data.get("returns")
        return _("Return of %(order)s") % {"order": sale} if sale else _("New order")

    @property
    def initial_values(self) -> dict[str, Any]:
        if sale := self.cleaned_data.get("returns"):
            return _return_of(sale)
        customer = self.cleaned_data.get("customer")
        return {"customer": customer.pk, "country": customer.country} if customer else {}


def _return_of(sale: Order) -> dict[str, Any]:
    lines = [Line(*values) for values in sale.lines.values_list(*Line._fields)]
    return {
        "kind": OrderKind.RETURN,
        "returns_order": sale.pk,
        "customer": sale.customer_id,
        "country": sale.country,
        "channel": sale.channel,
        "currency": sale.currency,
        "lines": [line._replace(quantity=-line.quantity) for line in lines],
    }
