"""The one form of an order: full, of a single fact, of its lines, and for taking back a value from the history."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms import BoundField
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from crm import money
from crm.deleted import with_deleted
from crm.editing import Clash, RecordForm, plain
from crm.moments import organisation_zone, shown
from crm.text import is_blank
from customers.customer_forms import country_options
from customers.lines import Line
from customers.models import Customer, Order, OrderKind
from customers.models.customer import refresh_figures
from customers.models.order import next_number, proposed_number
from customers.order_fields import (
    MOST_LINES,
    CustomerChoiceField,
    LinesField,
    MomentField,
    OrderChoiceField,
)

SECTIONS = (
    (gettext_lazy("What"), ("number", "customer", "kind", "status", "returns_order")),
    (gettext_lazy("Where and when"), ("placed_at", "channel", "country", "currency")),
    (gettext_lazy("What was bought"), ("lines",)),
)
FIELDS = [name for _legend, names in SECTIONS for name in names]
#: What the figures of customers rest on, and what the total in the base currency does.
COUNTED_BY = frozenset({"customer", "kind", "status", "placed_at", "currency", "lines"})
RECKONED_BY = frozenset({"placed_at", "currency", "lines"})
SHOWN_LINES = 20


class OrderForm(RecordForm[Order]):
    noun = "order"

    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=country_options, required=False)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    placed_at = MomentField(label=gettext_lazy("Placed at"))
    lines = LinesField(
        label=gettext_lazy("Lines"), help_text=gettext_lazy("Empty rows are left out. Decimals with a point: 12.50.")
    )

    class Meta:
        model = Order
        fields = [name for name in FIELDS if name != "lines"]

    field_order = FIELDS

    def tailor(self, user: User) -> None:
        row = self.instance
        customers = with_deleted(Customer).visible_to(user).filter(Q(deleted_at=None) | Q(pk=row.customer_id))
        suggest = {"customer": reverse("orders:customers"), "returns_order": reverse("orders:suggest")}
        needed = user.effective_role == "sales"
        self.fields["customer"] = CustomerChoiceField(
            customers, suggest_url=suggest["customer"], label=_("Customer"), required=needed
        )
        sales = with_deleted(Order).visible_to(user).filter(Q(deleted_at=None) | Q(pk=row.returns_order_id))
        self.fields["returns_order"] = OrderChoiceField(
            sales.filter(kind=OrderKind.SALE).exclude(pk=row.pk),
            suggest_url=suggest["returns_order"],
            label=_("Returns the order"),
            help_text=_("Of a return: the number of the order it takes back."),
            required=False,
        )
        currency = self.fields["currency"]
        assert isinstance(currency, forms.ChoiceField)  # noqa: S101 - declared above
        currency.choices = [(code, code) for code in _currencies(row.currency)]
        self.fields["placed_at"].help_text = _("In the time zone %(zone)s.") % {"zone": timezone.get_current_timezone()}
        if self.is_new:
            self._propose()
        elif row.lines.count() > MOST_LINES:
            del self.fields["lines"]  # more than a browser can send back
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def _propose(self) -> None:
        self.fields["number"].required = False
        self.fields["number"].widget.attrs["placeholder"] = proposed_number()
        self.fields["number"].help_text = _("Leave empty for the next one of ours.")
        self.initial.setdefault("currency", settings.BASE_CURRENCY)
        self.initial.setdefault("placed_at", timezone.now().replace(microsecond=0))

    @property
    def sections(self) -> list[tuple[str, list[BoundField]]]:
        groups = [(str(legend), [self[name] for name in names if name in self.fields]) for legend, names in SECTIONS]
        return [(legend, fields) for legend, fields in groups if fields]

    # What lies in the table of lines

    def read(self, row: Order, name: str) -> Any:
        if name != "lines":
            return super().read(row, name)
        return [Line(*values) for values in row.lines.values_list(*Line._fields)]

    def write(self, row: Order, changed: list[str]) -> None:
        before = row.customer_id
        super().write(row, changed)
        if COUNTED_BY.intersection(changed):
            refresh_figures(sorted({pk for pk in (before, row.customer_id) if pk}))

    def _create(self, by: User) -> Order:
        self.instance.number = self.instance.number or next_number()
        row = super()._create(by)
        if row.customer_id:
            refresh_figures([row.customer_id])
        return row

    def write_related(self, row: Order, changed: list[str]) -> None:
        if "lines" in changed:
            row.set_lines(self.cleaned_data["lines"])
        elif RECKONED_BY.intersection(changed):
            row.reckon()

    # What is refused

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"].strip()
        if number and is_blank(number):
            raise ValidationError(_("Enter a number that can be seen."))
        if number and (taken := self.instance.same_number(number)):
            sentence = _("There is an order %(number)s already, which was deleted. Take another number.")
            if not taken.deleted_at:
                sentence = _("There is an order %(number)s already. Take another number.")
            raise ValidationError(sentence, params={"number": number})
        return number

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self._keep_the_moment(data)
        for name in ("lines", "returns_order", "currency"):
            try:
                if not self.errors:
                    getattr(self, f"_check_{name}")()
            except ValidationError as error:
                self.add_error(name if name in self.fields else None, error)
        return data

    def _keep_the_moment(self, data: dict[str, Any]) -> None:
        """An hour that the clock shows twice: what was not touched stays the one of both that it was."""
        opened = getattr(self, "opened_with", {}).get("placed_at")
        if opened and data.get("placed_at"):
            was = dt.datetime.fromisoformat(opened)
            if _clock(was) == _clock(data["placed_at"]):
                data["placed_at"] = was

    def _touched(self, *names: str) -> bool:
        """Whether the user changed one of these: what was there before the form need not fit its rules."""
        opened = getattr(self, "opened_with", {})
        return any(plain(self.cleaned_data.get(n)) != opened.get(n) for n in names if n in self.fields)

    def _of(self, name: str) -> Any:
        """The value that the order will have, in the form or not."""
        return self.cleaned_data[name] if name in self.fields else self.read(self.instance, name)

    def _check_lines(self) -> None:
        if not self._touched("lines", "kind"):
            return
        kind, lines = self._of("kind"), self._of("lines")
        if not lines:
            raise ValidationError(_("Enter at least one line."))
        for number, line in enumerate(lines, 1):
            if kind == OrderKind.SALE and line.quantity < 0:
                raise ValidationError(
                    _("Line %(number)s: a sale has positive quantities; what comes back is a return."),
                    params={"number": number},
                )
            if kind == OrderKind.RETURN and line.quantity > 0:
                raise ValidationError(
                    _("Line %(number)s: a return has negative quantities, such as -1."), params={"number": number}
                )

    def _check_returns_order(self) -> None:
        if not self._touched("returns_order", "kind", "customer") or not (returned := self._of("returns_order")):
            return
        if self._of("kind") != OrderKind.RETURN:
            raise ValidationError(_("Only an order of the kind Return takes another order back."))
        order = returned if isinstance(returned, Order) else self.instance.returns_order
        customer = self._of("customer")
        if order and order.customer_id and order.customer_id != getattr(customer, "pk", customer):
            raise ValidationError(_("That order is of another customer."))

    def _check_currency(self) -> None:
        if self._touched(*RECKONED_BY):
            day = self._of("placed_at").astimezone(organisation_zone()).date()
            lines = self._of("lines") if self._touched("lines") else []
            total = sum((line.amount for line in lines), Decimal()) or self.instance.total
            if abs(money.to_base(total, self._of("currency"), day)) >= money.LIMIT:
                raise ValidationError(
                    _("The sum is too large in %(currency)s."), params={"currency": settings.BASE_CURRENCY}
                )

    # What clashes

    def _clash(self, fresh: RecordForm[Order], name: str) -> Clash:
        clash = super()._clash(fresh, name)
        return (
            replace(clash, yours_raw=self[name].field.widget.format_value(self[name].value()))
            if name == "lines"
            else clash
        )

    def show(self, name: str, value: Any) -> str:
        if name == "lines" and value:
            rows = [
                f"{quantity} × {sku} {text} · {money.price_text(Decimal(price), self.instance.currency)}"
                for sku, text, quantity, price in value[:SHOWN_LINES]
            ]
            more = [_("and %(count)s more") % {"count": len(value) - SHOWN_LINES}] if len(value) > SHOWN_LINES else []
            return "\n".join([*rows, *more])
        if name == "placed_at" and value:
            return shown(dt.datetime.fromisoformat(value)).when
        return super().show(name, value)


def _currencies(current: str) -> list[str]:
    """The base currency, those with a rate, and the one the order has."""
    return list(dict.fromkeys([settings.BASE_CURRENCY, *money.currencies(), *filter(None, [current])]))


def _clock(moment: dt.datetime) -> dt.datetime:
    return timezone.localtime(moment).replace(tzinfo=None, microsecond=0, fold=0)
