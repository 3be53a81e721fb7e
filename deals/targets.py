"""What each person is to win in each month of a year: a table that is filled in and saved as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.models import User
from crm.events import record
from crm.money import LIMIT, QUANTUM, money_text
from deals.models import Target

FIRST_YEAR, LAST_YEAR = 2000, 2100
_SALT = "targets"


class Changed(Exception):
    """Somebody has set one of these targets in the meantime. Nothing was written."""


@dataclass(frozen=True)
class Box:
    """One person in one month."""

    name: str
    value: str
    label: str
    error: str = ""


@dataclass(frozen=True)
class Row:
    person: User
    boxes: list[Box]
    total: str


class Targets:
    """The table of one year for whoever may set targets: admins for everybody, managers for their team."""

    def __init__(self, user: User, year: int, data: Any = None) -> None:
        self.user, self.year, self.data = user, year, data
        self.months = [dt.date(year, month, 1) for month in range(1, 13)]
        self.kept = {
            (target.person_id, target.month.month): target
            for target in Target.objects.editable_by(user).filter(month__year=year).select_related("person")
        }
        ids = {target.person_id for target in self.kept.values()}
        people = User.objects.assignable_by(user) | User.objects.get_queryset().filter(pk__in=ids)
        self.people = list(people.order_by("name", "pk"))
        self.errors: dict[str, str] = {}

    @property
    def token(self) -> str:
        """What the table was opened with."""
        return signing.dumps({_name(*key): str(_plain(row.amount)) for key, row in self.kept.items()}, salt=_SALT)

    @property
    def heads(self) -> list[str]:
        return [formats.date_format(month, "M") for month in self.months]

    @property
    def rows(self) -> list[Row]:
        return [self._row(person) for person in self.people]

    @property
    def sums(self) -> list[str]:
        """By month, as kept."""
        found = [sum((row.amount for (_p, m), row in self.kept.items() if m == month), Decimal()) for month in _MONTHS]
        return [money_text(amount, places=0) for amount in found]

    def _row(self, person: User) -> Row:
        total = sum((row.amount for (pk, _m), row in self.kept.items() if pk == person.pk), Decimal())
        return Row(person, [self._box(person, month) for month in _MONTHS], money_text(total, places=0))

    def _box(self, person: User, month: int) -> Box:
        name, kept = _name(person.pk, month), self.kept.get((person.pk, month))
        value = self.data.get(name, "") if self.data is not None else str(_plain(kept.amount)) if kept else ""
        day = formats.date_format(self.months[month - 1], "F Y")
        return Box(
            name, value, _("%(person)s, %(month)s") % {"person": person, "month": day}, self.errors.get(name, "")
        )

    # Saving

    def store(self) -> int:
        """Write what was changed; how many. ValidationError (see `errors`) or Changed, and nothing is written."""
        opened = self._opened()
        typed = {
            (person.pk, month): self._typed(_name(person.pk, month))
            for person in self.people
            for month in _MONTHS
            if _name(person.pk, month) in self.data
        }
        if self.errors:
            raise ValidationError(_("Some of the targets cannot be read."))
        changed = {key: amount for key, amount in typed.items() if _text(amount) != opened.get(_name(*key), "")}
        try:
            with transaction.atomic():
                for (person, month), amount in sorted(changed.items()):
                    self._write(person, month, amount, opened.get(_name(person, month), ""))
        except IntegrityError as error:
            raise Changed from error
        return len(changed)

    def _opened(self) -> dict[str, str]:
        try:
            opened: dict[str, str] = signing.loads(self.data.get("base", ""), salt=_SALT)
        except signing.BadSignature as error:
            raise ValidationError(
                _("This form is out of date. Reload the page and enter your change again.")
            ) from error
        return opened

    def _typed(self, name: str) -> Decimal | None:
        text = str(self.data[name]).strip().replace("\u00a0", "").replace(" ", "")
        if not text:
            return None
        try:
            amount = Decimal(text)
            if amount.is_finite() and amount >= LIMIT:
                self.errors[name] = _("The amount is too large to be kept.")
                return None
            if amount.is_finite() and amount >= 0 and amount == amount.quantize(QUANTUM):
                return amount
        except InvalidOperation:
            pass
        self.errors[name] = _("Enter an amount that is not negative, such as 25000.")
        return None

    def _write(self, person: int, month: int, amount: Decimal | None, before: str) -> None:
        rows = Target.objects.select_for_update().filter(person=person, month=self.months[month - 1])
        kept = rows.first()
        if _text(kept.amount if kept else None) != before:
            raise Changed
        if amount is None:
            if kept:
                record("target.deleted", on=kept, by=self.user, before=kept.amount)
                kept.delete()
            return
        if kept:
            rows.update(amount=amount)
            record("target.changed", on=kept, by=self.user, fields=["amount"], before=kept.amount, after=amount)
        else:
            made = Target.objects.create(person_id=person, month=self.months[month - 1], amount=amount)
            record("target.created", on=made, by=self.user, after=amount)


_MONTHS: Iterable[int] = range(1, 13)


def _name(person: int, month: int) -> str:
    return f"t-{person}-{month}"


def _plain(amount: Decimal) -> Decimal:
    return Decimal(format(amount.normalize(), "f"))


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else str(_plain(amount))
