"""The exchange rates of one currency, read at once: while rows are copied the connection answers nothing else."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from decimal import Decimal

from django.conf import settings

from crm.money import ExchangeRate, rounded
from exchange.cells import BadCell


class Rates:
    """As crm.money.to_base: the newest rate that is not after a day."""

    def __init__(self, currency: str) -> None:
        self._currency, self._is_base = currency, currency == settings.BASE_CURRENCY
        rows = ExchangeRate.objects.filter(currency=currency).order_by("day").values_list("day", "rate")
        self._rates = list(rows)

    def to_base(self, amount: str | None, day: dt.date) -> Decimal | None:
        if amount is None or self._is_base:
            return None if amount is None else Decimal(amount)
        place = bisect_right(self._rates, day, key=lambda row: row[0])
        if not place:
            raise BadCell(f"there is no exchange rate for {self._currency} on {day}")
        return rounded(Decimal(amount) * self._rates[place - 1][1])
