"""One product of a deal, as it is typed, compared and stored."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from crm.money import rounded

HUNDRED = Decimal(100)


class Line(NamedTuple):
    """`product` by its id; `discount` in percent of the price."""

    product: int | None
    description: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = Decimal()

    @property
    def amount(self) -> Decimal:
        return amount_of(self.quantity, self.unit_price, self.discount)


def amount_of(quantity: Decimal, unit_price: Decimal, discount: Decimal) -> Decimal:
    return rounded(quantity * unit_price * (HUNDRED - discount) / HUNDRED)
