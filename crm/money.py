"""Money: Decimal with a currency; foreign amounts reach reports through dated rates."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

QUANTUM = Decimal("0.0001")
LIMIT = Decimal(10) ** 14
SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "INR": "₹", "JPY": "¥", "CHF": "CHF", "SEK": "kr"}
currency_code = RegexValidator(r"^[A-Z]{3}\Z", _("Enter a currency code of three capital letters, such as EUR."))


class MoneyField(models.DecimalField[Any, Any]):
    """numeric(18, 4)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"], kwargs["decimal_places"] = 18, 4
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs


class CurrencyField(models.CharField[Any, Any]):
    """ISO 4217 code, three capital letters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 3
        kwargs.setdefault("validators", [currency_code])
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("validators", None)
        return name, path, args, kwargs


class ExchangeRate(models.Model):
    """What one unit of `currency` is worth in the base currency from `day` on."""

    currency = CurrencyField()
    day = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=8)

    class Meta:
        app_label = "crm"
        constraints = [
            models.UniqueConstraint(fields=["currency", "day"], name="rate_once_a_day"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.day}: {self.rate}"


def to_base(amount: Decimal, currency: str, day: dt.date) -> Decimal:
    """`amount` in the base currency at the newest rate not after `day`; ValidationError when there is none."""
    if currency == settings.BASE_CURRENCY:
        return amount
    rate = ExchangeRate.objects.filter(currency=currency, day__lte=day).order_by("-day").values_list("rate", flat=True)
    if not (found := rate.first()):
        raise ValidationError(
            _("There is no exchange rate for %(currency)s on %(day)s: add one under Administration → Exchange rates."),
            params={"currency": currency, "day": day},
        )
    return rounded(amount * found)


def currencies() -> list[str]:
    """Those that have a rate at some time."""
    codes = ExchangeRate.objects.order_by("currency").values_list("currency", flat=True)
    return list(codes.distinct())


def rounded(amount: Decimal) -> Decimal:
    """To four places, halves to even, as numeric(18, 4) would keep it."""
    return amount.quantize(QUANTUM, rounding=ROUND_HALF_EVEN)


def money_text(amount: Decimal | None, currency: str | None = None, places: int = 2) -> str:
    """An amount for the screen in the active locale: "€ 1,234.50"; "–" for None."""
    if amount is None:
        return "–"
    code = currency or settings.BASE_CURRENCY
    sign = "−" if amount < 0 else ""
    point, comma = _separators(get_language())
    number = f"{abs(amount):,.{places}f}".replace(",", "\0").replace(".", point).replace("\0", comma)
    return f"{sign}{SYMBOLS.get(code, code)}\u00a0{number}"


def price_text(price: Decimal, currency: str = "") -> str:
    """Likewise, with all its decimals: prices of a piece may have more than amounts."""
    return money_text(price, currency or None, max(2, places_of(price)))


def places_of(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))


@lru_cache
def _separators(language: str | None) -> tuple[str, str]:
    """The locale's decimal point and its mark between thousands."""
    return str(formats.get_format("DECIMAL_SEPARATOR")), str(formats.get_format("THOUSAND_SEPARATOR"))
