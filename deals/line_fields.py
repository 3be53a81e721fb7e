"""The form field of a deal's products: edited as one value, a table of inputs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.fields import LineField, RecordChoiceField
from crm.money import LIMIT, MoneyField, currency_code, money_text
from crm.text import is_blank, is_storable
from deals.lines import Line, amount_of
from deals.models import Product

PARTS = ("product", "description", "quantity", "unit_price", "discount")
MOST_LINES = 200
EMPTY_ROWS = 3
#: names offered while one types; any other can be typed in full
OFFERED = 300
_INPUT = re.compile(r"-(\d{1,4})-(product|description|quantity|unit_price|discount)\Z")

Typed = dict[str, str]


class Sums(NamedTuple):
    """What lines come to, by their numbers, and all of them: for the screen."""

    lines: dict[int, str]
    total: str


class LineForm(forms.Form):
    """One line. What is wrong in it is said by the field of all lines."""

    description = LineField(label=gettext_lazy("Description"), max_length=300, required=False)
    quantity = forms.DecimalField(
        label=gettext_lazy("Quantity"), max_digits=14, decimal_places=4, min_value=Decimal("0.0001")
    )
    unit_price = MoneyField().formfield(label=gettext_lazy("Unit price"), min_value=0, required=False)
    discount = forms.DecimalField(
        label=gettext_lazy("Discount"), max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False
    )


class ProductsInput(forms.Widget):
    """A table of inputs, `<name>-<row>-<part>`; also reads its own hidden twin, one JSON text."""

    template_name = "deals/_lines_input.html"
    use_fieldset = True
    products: Any = None
    currency = ""
    reckon: Callable[[dict[int, Typed]], Sums] | None = None

    def _render(self, template_name: str, context: Any, renderer: Any = None) -> SafeString:
        return render_to_string(template_name, context)  # from our own folder, where form renderers do not look

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Typed]:
        if name in data:
            return _from_json(data[name])
        rows = typed_rows(data, name)
        return [rows[place] for place in sorted(rows) if _says_something(rows[place])]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and not any(key.startswith(f"{name}-") for key in data)

    def format_value(self, value: Any) -> str:
        """As the hidden twin sends it."""
        return json.dumps([[typed.get(part, "") for part in PARTS] for typed in value or []])

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        rows = [*(value or []), *({} for _row in range(EMPTY_ROWS))][: MOST_LINES + EMPTY_ROWS]
        sums = self.reckon(dict(enumerate(rows))) if self.reckon else Sums({}, "")
        context["rows"] = [
            [*(row.get(part, "") for part in PARTS), sums.lines.get(place, "")] for place, row in enumerate(rows)
        ]
        context["total"], context["currency"] = sums.total, self.currency
        context["products"] = self.products[:OFFERED] if self.products is not None else []
        return context

    def id_for_label(self, id_: str, index: Any = None) -> str:
        return ""  # a table of inputs, each with a label of its own

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class HiddenProducts(forms.HiddenInput):
    def format_value(self, value: Any) -> str:
        return ProductsInput().format_value(value)


def typed_rows(data: Any, name: str) -> dict[int, Typed]:
    """By the number of the row, empty ones too."""
    rows: dict[int, Typed] = {}
    for key in data:
        if key.startswith(name) and (found := _INPUT.fullmatch(key[len(name) :])):
            rows.setdefault(int(found[1]), {})[found[2]] = data[key]
    return rows


def _says_something(row: Typed) -> bool:
    return any(text.strip() for text in row.values())


def _from_json(text: Any) -> list[Typed]:
    try:
        rows = json.loads(str(text) or "[]")
        lines = [{part: str(row[place]) for place, part in enumerate(PARTS)} for row in rows]
        if all(is_storable(text) for line in lines for text in line.values()):
            return lines
    except (ValueError, TypeError, LookupError, RecursionError):
        pass
    return [{"quantity": "?"}]  # nobody's browser sends that: refused as a line that cannot be read


class ProductsField(forms.Field):
    """The products of a deal; cleaned to a list of Line. Without a price, the list price in the deal's currency."""

    widget = ProductsInput
    hidden_widget = HiddenProducts

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.product = RecordChoiceField(Product._default_manager.none(), suggest_url="", required=False)
        self.currency = ""

    def offer(self, products: Any, currency: str) -> None:
        """The products to choose from, in use or in the deal already; prices are in `currency`."""
        self.product.queryset, self.currency = products, currency
        self.widget.products, self.widget.currency, self.widget.reckon = products, currency, self.sums

    def sums(self, rows: dict[int, Typed]) -> Sums:
        """As far as they are typed: what is lacking or wrong in a line is said when it is saved."""
        unpriced = (row.get("product", "") for row in rows.values() if not row.get("unit_price"))
        products = self.product.named_by_number(unpriced)
        amounts = {number: self._so_far(row, products) for number, row in rows.items()}
        known = [amount for amount in amounts.values() if amount is not None]
        total = money_text(sum(known, Decimal()) if known else None, self.currency)
        return Sums({n: "" if a is None else money_text(a, self.currency) for n, a in amounts.items()}, total)

    def _so_far(self, row: Typed, products: dict[str, Product]) -> Decimal | None:
        form = LineForm(row | {"description": ""})
        if not form.is_valid():
            return None
        quantity, price, discount = (form.cleaned_data[name] for name in PARTS[2:])
        try:
            if price is None:
                price = self._list_price(self._product(row, products))
        except ValidationError:
            return None
        amount = amount_of(quantity, price, discount or Decimal())
        return amount if amount < LIMIT else None

    def prepare_value(self, value: Any) -> list[Typed]:
        known = {line.product for line in value or [] if isinstance(line, Line) and line.product}
        rows = self.product._rows()
        names = {row.pk: row.name for row in rows.model._base_manager.filter(pk__in=known)} if known else {}
        return [_typed(row, names) if isinstance(row, Line) else row for row in value or []]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data)

    def clean(self, value: Any) -> list[Line]:
        rows: list[Typed] = value or []
        if len(rows) > MOST_LINES:
            raise ValidationError(_("Enter at most %(most)s lines."), params={"most": MOST_LINES}, code="too_many")
        products = self.product.named_by_number(row.get("product", "") for row in rows)
        lines = [self._line(number, row, products) for number, row in enumerate(rows, 1)]
        if sum((line.amount for line in lines), Decimal()) >= LIMIT:
            raise ValidationError(_("The sum of the products is too large."), code="too_large")
        return lines

    def _product(self, row: Typed, products: dict[str, Product]) -> Product | None:
        """One of `products`, by what was typed, or looked for by its name."""
        typed = row.get("product", "")
        return products.get(typed) or self.product.clean(typed)

    def _line(self, number: int, row: Typed, products: dict[str, Product]) -> Line:
        try:
            return self._read(row, products)
        except ValidationError as error:
            problem = " ".join(error.messages)
            raise ValidationError(
                _("Line %(number)s: %(problem)s"), params={"number": number, "problem": problem}
            ) from error

    def _read(self, row: Typed, products: dict[str, Product]) -> Line:
        form = LineForm(row)
        if not form.is_valid():
            name, messages = next(iter(form.errors.items()))
            raise ValidationError(f"{form.fields[name].label}: {messages[0]}")
        product = self._product(row, products)
        description, price = form.cleaned_data["description"], form.cleaned_data["unit_price"]
        if not product and (not description or is_blank(description)):
            raise ValidationError(_("Choose a product or describe what it is."))
        if not is_storable(description):
            raise ValidationError(_("Remove the characters that cannot be stored (NUL or broken Unicode)."))
        if price is None:
            price = self._list_price(product)
        discount = form.cleaned_data["discount"] or Decimal()
        line = Line(product.pk if product else None, description, form.cleaned_data["quantity"], price, discount)
        if line.amount >= LIMIT:
            raise ValidationError(_("The amount is too large."))
        return line

    def _list_price(self, product: Product | None) -> Decimal:
        if product and product.price is not None and product.currency == self.currency:
            return Decimal(product.price)
        raise ValidationError(_("Enter a unit price; there is no list price in the currency of the deal."))


class SumsForm(forms.Form):
    """The currency of lines that somebody is typing."""

    currency = forms.CharField(validators=[currency_code])

    def sums(self, data: Any, products: Any) -> Sums:
        lines = ProductsField()
        lines.offer(products, self.cleaned_data["currency"])
        return lines.sums(dict(list(typed_rows(data, "lines").items())[: MOST_LINES + EMPTY_ROWS]))


def _typed(line: Line, names: dict[int, str]) -> Typed:
    numbers = (format(number.normalize(), "f") for number in (line.quantity, line.unit_price, line.discount))
    quantity, price, discount = numbers
    product = f"{names.get(line.product, '')} (#{line.product})".strip() if line.product else ""
    return {
        "product": product,
        "description": line.description,
        "quantity": quantity,
        "unit_price": price,
        "discount": "" if discount == "0" else discount,
    }
