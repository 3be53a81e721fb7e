"""The one form of a deal: new, whole, of a single fact, of its products, and for taking back a value."""

from __future__ import annotations

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
from activities.models import Activity, Attachment
from crm import money
from crm.access import visible
from crm.deleted import with_deleted
from crm.editing import Clash, RecordForm, plain
from crm.events import record
from crm.fields import DateField
from crm.text import is_blank
from customers import owners
from customers.customer_forms import company_choice, sections_of
from customers.models import Customer
from customers.order_fields import CustomerChoiceField
from deals.line_fields import ProductsField
from deals.lines import Line
from deals.models import Deal, Product
from deals.models.worth import in_base

SECTIONS = (
    (gettext_lazy("What"), ("title", "customer", "company", "stage", "amount", "currency")),
    (gettext_lazy("When"), ("opened_on", "expected_close", "probability", "is_committed")),
    (gettext_lazy("With us"), ("owner", "shared_with", "source", "campaign")),
    (gettext_lazy("Products"), ("lines", "amount_from_lines")),
)
FIELDS = [name for _legend, names in SECTIONS for name in names]
#: Not columns, or not to be edited: a deal that is there changes its stage by its verbs.
APART = frozenset({"lines", "stage", "shared_with"})
MONEY = frozenset({"amount", "currency"})
SHOWN_LINES = 20


class DealForm(RecordForm[Deal]):
    noun = "deal"

    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    opened_on = DateField(gettext_lazy("Opened on"))
    expected_close = DateField(gettext_lazy("Expected close"))
    shared_with = owners.ColleaguesField(help_text=gettext_lazy("They see the deal and work on it, as its owner does."))
    lines = ProductsField(
        label=gettext_lazy("Products"),
        help_text=gettext_lazy("Empty rows are left out. Without a price, the list price is taken."),
    )

    class Meta:
        model = Deal
        fields = [name for name in FIELDS if name not in APART]

    field_order = FIELDS

    @classmethod
    def offered(cls, user: User) -> list[str]:
        """The fields that `user` may edit."""
        return [name for name in FIELDS if name != "stage"]

    def tailor(self, user: User) -> None:
        row = self.instance
        people = with_deleted(Customer).visible_to(user).filter(Q(deleted_at=None) | Q(pk=row.customer_id))
        suggest = reverse("orders:customers")
        self.fields["customer"] = CustomerChoiceField(people, suggest_url=suggest, label=_("Customer"), required=False)
        self.fields["company"] = company_choice(user, row.company_id)
        self._tailor_people(user)
        self._tailor_money(user)
        for name in ("source", "campaign"):
            self._offer_in_use(name, getattr(row, f"{name}_id"))
        probability = self.fields["probability"]
        probability.widget.attrs |= {"min": 0, "max": 100, "inputmode": "numeric"}
        probability.help_text = _("In percent. Empty: that of the stage.")
        self.fields["is_committed"].help_text = _("You promise it for the forecast.")
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def _tailor_people(self, user: User) -> None:
        owner, shared = self.fields["owner"], self.fields["shared_with"]
        assert isinstance(owner, forms.ModelChoiceField)  # noqa: S101 - a foreign key's form field
        assert isinstance(shared, owners.ColleaguesField)  # noqa: S101 - declared above
        owner.queryset = owners.choices_for(user, self.instance.owner_id)
        owner.empty_label = _("Nobody")
        shared.offer(owners.shared_with(self.instance))

    def _tailor_money(self, user: User) -> None:
        row = self.instance
        currency, lines, amount = self.fields["currency"], self.fields["lines"], self.fields["amount"]
        assert isinstance(currency, forms.ChoiceField)  # noqa: S101 - declared above
        assert isinstance(lines, ProductsField)  # noqa: S101 - declared above
        codes = dict.fromkeys([settings.BASE_CURRENCY, *money.currencies(), row.currency])
        currency.choices = [(code, code) for code in codes if code]
        known = Q(is_active=True) | (Q(lines__deal=row.pk) if row.pk else Q(pk__in=[]))
        products = visible(Product, user).filter(known).distinct()
        lines.offer(products, str(self.data.get("currency") or row.currency))
        if isinstance(self.initial.get("amount"), Decimal):
            self.initial["amount"] = plain(self.initial["amount"])  # without the zeros at its end
        amount.widget.attrs |= {"step": "any", "min": 0, "inputmode": "decimal"}
        if row.amount_from_lines:
            amount.help_text = _("It is the sum of the products; what you type here takes its place.")

    def _offer_in_use(self, name: str, current: int | None) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - a foreign key's form field
        assert field.queryset is not None  # noqa: S101 - the model's own
        field.queryset = field.queryset.filter(Q(is_active=True) | Q(pk=current))
        field.empty_label = "–"

    @property
    def sections(self) -> list[tuple[str, list[BoundField]]]:
        return sections_of(self, SECTIONS)

    # What lies in other tables

    def read(self, row: Deal, name: str) -> Any:
        if name == "shared_with":
            return owners.shared_with(row)
        if name == "lines":
            lines = row.lines.values_list("product_id", *Line._fields[1:]) if row.pk else []
            return [Line(*values) for values in lines]
        return super().read(row, name)

    def write(self, row: Deal, changed: list[str]) -> None:
        before = row.customer_id
        self.owner_before, self.worth_before = row.owner, (row.amount, row.currency)
        if MONEY & set(changed):
            self._write_money(row, changed)
        super().write(row, changed)
        if row.customer_id != before:
            for model in (Activity, Attachment):
                model._base_manager.filter(deal=row).update(customer=row.customer_id)

    def tell(self, row: Deal, changed: list[str], *, by: User) -> None:
        """A new owner and a new price say it in words of their own; the price among other changes, as one of them."""
        if "owner" in changed:
            record("deal.assigned", on=row, by=by, to=row.owner, before=self.owner_before)
        others = [name for name in changed if name != "owner"]
        repriced = row.amount != self.worth_before[0]
        if repriced and set(others) <= MONEY:
            _tell_price(row, *self.worth_before, by=by)
        elif others:
            fields, facts = _with_price(row, *self.worth_before, others) if repriced else (others, {})
            record("deal.changed", on=row, by=by, fields=fields, **facts)

    def _write_money(self, row: Deal, changed: list[str]) -> None:
        """Both amounts at once: the database wants them together. An amount that was typed follows nothing."""
        row.amount = self.cleaned_data.get("amount", row.amount)
        row.currency = self.cleaned_data.get("currency", row.currency)
        if "amount" in changed and "amount_from_lines" not in self.fields:
            row.amount_from_lines = False
        row.base_amount = in_base(row.amount, row.currency, timezone.localdate())
        row.save(update_fields=["amount", "currency", "base_amount", "amount_from_lines"])

    def write_related(self, row: Deal, changed: list[str]) -> None:
        if "shared_with" in changed:
            row.shared_with.set(self.cleaned_data["shared_with"])
        if "lines" in changed:
            row.set_lines(self.cleaned_data["lines"])
        elif {"amount_from_lines", "currency"} & set(changed):
            row.reckon()

    # What is refused

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        if is_blank(title):
            raise ValidationError(_("Enter a title that can be seen."))
        return title

    def clean_amount(self) -> Decimal | None:
        amount: Decimal | None = self.cleaned_data["amount"]
        if amount is not None and amount < 0:
            raise ValidationError(_("The amount must not be negative."))
        return amount

    def clean_probability(self) -> int | None:
        chance: int | None = self.cleaned_data["probability"]
        if chance is not None and not 0 <= chance <= 100:
            raise ValidationError(_("Enter a percentage between 0 and 100, or leave it empty."))
        return chance

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("amount_from_lines") and "amount" in self.fields and "amount" not in self.errors:
            # The sum is written with the lines; what stood in the box is nobody's change.
            data["amount"] = self._sum_of(data)
        for check in (self._check_days, self._check_rate):
            check(data)
        return data

    def _sum_of(self, data: dict[str, Any]) -> Decimal | None:
        if not self.is_new and "opened_with" in self.__dict__:
            opened = self.opened_with["amount"]
            return Decimal(opened) if opened != "" else None
        lines = data.get("lines") or []
        return sum((line.amount for line in lines), Decimal()) if lines else None

    def _of(self, name: str) -> Any:
        """The value that the deal will have, in the form or not."""
        return self.cleaned_data.get(name) if name in self.fields else getattr(self.instance, name)

    def _blame(self, name: str, other: str, error: Any) -> None:
        self.add_error(name if name in self.fields else other if other in self.fields else None, error)

    def _check_days(self, data: dict[str, Any]) -> None:
        opened, expected, closed = self._of("opened_on"), self._of("expected_close"), self.instance.closed_on
        if opened and expected and expected < opened:
            self._blame("expected_close", "opened_on", _("The expected close lies before the day the deal was opened."))
        if opened and closed and closed < opened:
            self._blame("opened_on", "", _("The deal would be closed before it was opened."))

    def _check_rate(self, data: dict[str, Any]) -> None:
        names = {*MONEY, "lines", "amount_from_lines"} & self.fields.keys()
        if not names or self.errors.keys() & names:
            return
        amount = self._of("amount")
        typed = "amount" in self.fields and "amount_from_lines" not in self.fields
        if self._of("amount_from_lines") and not typed:
            lines = self._of("lines") if "lines" in self.fields else self.read(self.instance, "lines")
            amount = sum((line.amount for line in lines), Decimal()) if lines else None
        try:
            in_base(amount, self._of("currency"), timezone.localdate())
        except ValidationError as error:
            ((name, problems),) = error.error_dict.items()
            self._blame(name, min(names), problems)

    # What clashes

    def _clash(self, fresh: RecordForm[Deal], name: str) -> Clash:
        clash = super()._clash(fresh, name)
        if name != "lines":
            return clash
        return replace(clash, yours_raw=self[name].field.widget.format_value(self[name].value()))

    def show(self, name: str, value: Any) -> str:
        if name == "lines" and value:
            return _lines_text(value, self.instance.currency)
        if name == "shared_with" and value:
            people = self.fields["shared_with"]
            assert isinstance(people, owners.ColleaguesField)  # noqa: S101 - declared above
            return ", ".join(str(person) for person in people.queryset or [] if person.pk in value)
        return super().show(name, value)


def _tell_price(row: Deal, before: Decimal | None, currency: str, *, by: User) -> None:
    """`was` in words, for the timeline; `before` for whoever reckons with it."""
    was = money.money_text(before, currency)
    record("deal.repriced", on=row, by=by, amount=row.amount, currency=row.currency, before=before, was=was)


def _with_price(
    row: Deal, before: Decimal | None, currency: str, changed: list[str]
) -> tuple[list[str], dict[str, Any]]:
    """The fields of a change with the amount among them, typed or followed; and what it was and is, in one currency."""
    fields = list(dict.fromkeys([*changed, "amount"]))
    if row.currency != currency:
        return fields, {}
    amounts = ["–" if amount is None else plain(amount) for amount in (before, row.amount)]
    return fields, {"changes": {"amount": amounts}, "currency": currency}


def _lines_text(lines: list[list[Any]], currency: str) -> str:
    rows = [
        f"{quantity} × {text or f'#{product}'} · {money.price_text(Decimal(price), currency)}"
        for product, text, quantity, price, _off in lines
    ]
    more = [_("and %(count)s more") % {"count": len(lines) - SHOWN_LINES}] if len(lines) > SHOWN_LINES else []
    return "\n".join([*rows[:SHOWN_LINES], *more])
