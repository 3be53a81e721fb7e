"""The form fields of an order: its lines, edited as one value, the moment it was placed, and records to choose from."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.fields import LineField, RecordChoiceField
from crm.money import LIMIT
from crm.text import is_storable
from customers import lookup
from customers.lines import Line
from customers.models import Customer

PARTS = ("sku", "description", "quantity", "unit_price")
MOST_LINES = 500
EMPTY_ROWS = 3
EARLIEST, LATEST = 1900, 2200
_INPUT = re.compile(r"-(\d{1,4})-(sku|description|quantity|unit_price)\Z")

Typed = dict[str, str]


class LineForm(forms.Form):
    """One line. What is wrong in it is said by the field of all lines."""

    sku = LineField(label=gettext_lazy("Article"), max_length=60, required=False)
    description = LineField(label=gettext_lazy("Description"), max_length=300, required=False)
    quantity = forms.DecimalField(label=gettext_lazy("Quantity"), max_digits=14, decimal_places=4)
    unit_price = forms.DecimalField(label=gettext_lazy("Unit price"), max_digits=18, decimal_places=4)


class LinesInput(forms.Widget):
    """A table of inputs, `<name>-<row>-<part>`; also reads its own hidden twin, one JSON text."""

    template_name = "orders/_lines_input.html"
    use_fieldset = True

    def _render(self, template_name: str, context: Any, renderer: Any = None) -> SafeString:
        return render_to_string(template_name, context)  # from our own folder, where form renderers do not look

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Typed]:
        if name in data:
            return _from_json(data[name])
        rows: dict[int, Typed] = {}
        for key in data:
            if key.startswith(name) and (found := _INPUT.fullmatch(key[len(name) :])):
                rows.setdefault(int(found[1]), {})[found[2]] = data[key]
        return [rows[place] for place in sorted(rows) if any(text.strip() for text in rows[place].values())]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and not any(key.startswith(f"{name}-") for key in data)

    def format_value(self, value: Any) -> str:
        """As the hidden twin sends it."""
        return json.dumps([[typed.get(part, "") for part in PARTS] for typed in value or []])

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        rows = [*(value or []), *({} for _row in range(EMPTY_ROWS))][: MOST_LINES + EMPTY_ROWS]
        context["rows"] = [[row.get(part, "") for part in PARTS] for row in rows]
        context["empty"] = EMPTY_ROWS
        return context

    def id_for_label(self, id_: str, index: Any = None) -> str:
        return ""  # a table of inputs, each with a label of its own

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class HiddenLines(forms.HiddenInput):
    def format_value(self, value: Any) -> str:
        return LinesInput().format_value(value)


def _from_json(text: Any) -> list[Typed]:
    try:
        rows = json.loads(str(text) or "[]")
        lines = [{part: str(row[place]) for place, part in enumerate(PARTS)} for row in rows]
        if all(is_storable(text) for line in lines for text in line.values()):
            return lines
    except (ValueError, TypeError, LookupError, RecursionError):
        pass
    return [{"quantity": "?"}]  # nobody's browser sends that: refused as a line that cannot be read


class LinesField(forms.Field):
    """The lines of an order; cleaned to a list of Line. An empty list is for the form to judge."""

    widget = LinesInput
    hidden_widget = HiddenLines

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=True, **kwargs)  # so it says on screen; see clean()

    def prepare_value(self, value: Any) -> list[Typed]:
        return [_typed(row) if isinstance(row, Line) else row for row in value or []]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data)

    def clean(self, value: Any) -> list[Line]:
        rows: list[Typed] = value or []
        if len(rows) > MOST_LINES:
            raise ValidationError(_("Enter at most %(most)s lines."), params={"most": MOST_LINES}, code="too_many")
        lines = [_line(number, row) for number, row in enumerate(rows, 1)]
        if abs(sum((line.amount for line in lines), Decimal())) >= LIMIT:
            raise ValidationError(_("The sum of the lines is too large."), code="too_large")
        return lines


def _typed(line: Line) -> Typed:
    quantity, price = (format(number.normalize(), "f") for number in (line.quantity, line.unit_price))
    return {"sku": line.sku, "description": line.description, "quantity": quantity, "unit_price": price}


def _line(number: int, row: Typed) -> Line:
    form = LineForm(row)
    problem = ""
    if not form.is_valid():
        name, messages = next(iter(form.errors.items()))
        problem = f"{form.fields[name].label}: {messages[0]}"
    else:
        line = Line(**form.cleaned_data)
        if not (line.sku or line.description):
            problem = _("Enter an article or a description.")
        elif not is_storable(line.sku + line.description):
            problem = _("Remove the characters that cannot be stored (NUL or broken Unicode).")
        elif not line.quantity:
            problem = _("The quantity must not be zero.")
        elif abs(line.amount) >= LIMIT:
            problem = _("The amount is too large.")
        else:
            return line
    raise ValidationError(_("Line %(number)s: %(problem)s"), params={"number": number, "problem": problem})


class MomentField(forms.DateTimeField):
    """A moment in the user's zone, to the second; the earlier of two where the clock shows it twice."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M:%S", attrs={"type": "datetime-local", "step": "1"})
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value: Any) -> dt.datetime | None:
        naive = forms.Field.to_python(self, value)
        if naive in self.empty_values:
            return None
        try:
            moment = dt.datetime.fromisoformat(str(naive).strip())
            aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.get_current_timezone())
            if EARLIEST <= aware.year <= LATEST:
                return aware.astimezone(dt.UTC)
        except (ValueError, OverflowError) as error:
            raise ValidationError(_("Enter a day and a time, such as 2026-03-01 14:30."), code="invalid") from error
        raise ValidationError(
            _("Choose a day between %(first)s and %(last)s."), params={"first": EARLIEST, "last": LATEST}
        )


class CustomerChoiceField(RecordChoiceField):
    """A customer by number, or by whatever finds exactly one: phone, e-mail, ID, name."""

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text or (text.endswith(")") and "(#" in text):
            return super().to_python(value)
        rows: QuerySet[Customer] = self._rows()
        number = text.removeprefix("#")
        if number.isascii() and number.isdigit() and len(number) < 19 and (own := rows.filter(pk=int(number)).first()):
            return own
        found = list(lookup.narrow(rows, text, nearly=False)[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError(_("Several customers are like that: choose one from the list."), code="ambiguous")
        raise ValidationError(_("There is no such customer: choose one from the list, or add it first."), code="none")


class OrderChoiceField(RecordChoiceField):
    """An order by its whole number; numbers may well consist of digits alone."""

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text or (text.endswith(")") and "(#" in text):
            return super().to_python(value)
        found = list(self._rows().filter(number=text)[:2])
        if len(found) == 1:
            return found[0]
        raise ValidationError(_("There is no order of that number: choose one from the list."), code="none")
