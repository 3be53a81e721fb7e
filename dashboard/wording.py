"""Numbers as people read them. The separators are looked up once: a long board writes thousands of numbers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext as _

from crm.money import SYMBOLS
from dashboard.periods import Bucket, Period, Unit

NOTHING = "–"
MINUS = "−"
LEAST = Decimal("0.001")


@dataclass(frozen=True)
class Numbers:
    """Writes numbers in the active language."""

    separators: dict[int, str]
    symbol: str

    @classmethod
    def here(cls) -> Numbers:
        group, point = formats.get_format("THOUSAND_SEPARATOR"), formats.get_format("DECIMAL_SEPARATOR")
        symbol = SYMBOLS.get(settings.BASE_CURRENCY, settings.BASE_CURRENCY)
        return cls(str.maketrans({",": str(group), ".": str(point), "-": MINUS}), symbol)

    def amount(self, value: Decimal | None) -> str:
        """Without the currency, which stands above the column."""
        return NOTHING if value is None else f"{value:,.2f}".translate(self.separators)

    def money(self, value: Decimal | None, places: int = 2) -> str:
        if value is None:
            return NOTHING
        number = f"{abs(value):,.{places}f}".translate(self.separators)
        return f"{MINUS if value < 0 else ''}{self.symbol}\u00a0{number}"

    def count(self, value: int) -> str:
        return f"{value:,}".translate(self.separators)

    def share(self, share: Decimal) -> str:
        """Of a whole: what is too small to be seen is not nothing."""
        return f"<\u00a0{self.percent(LEAST)}" if 0 < share < LEAST else self.percent(share)

    def percent(self, share: Decimal) -> str:
        """A share of one, to a tenth of a percent."""
        return f"{share * 100:,.1f}\u00a0%".translate(self.separators)

    def change(self, value: Decimal, base: Decimal) -> str:
        """By how much `value` differs from `base`, in percent; "–" where there was nothing to compare with."""
        if not base:
            return NOTHING
        share = (value - base) / abs(base)
        return f"{'+' if share > 0 else ''}{self.percent(share)}"


def day_text(day: dt.date) -> str:
    return formats.date_format(day, "j M Y")


def period_text(period: Period) -> str:
    """As short as it can be said: "1–10 Nov 2026", "1 Dec 2025 – 10 Nov 2026"."""
    first, last = period.first, period.last
    if first == last:
        return day_text(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day_text(last)}"
    return f"{formats.date_format(first, 'j M') if first.year == last.year else day_text(first)} – {day_text(last)}"


def bucket_text(bucket: Bucket, by: Unit) -> str:
    """The name of a bucket; of a month that is not whole, its days."""
    match by:
        case "day":
            return formats.date_format(bucket.start, "D j M Y")
        case "week":
            year, week, _day = bucket.start.isocalendar()
            return _("Week %(week)s, %(year)s") % {"week": week, "year": year}
        case "month":
            return formats.date_format(bucket.start, "F Y")


def short_text(bucket: Bucket, by: Unit) -> str:
    """For the axis of the chart."""
    if by == "month":
        return formats.date_format(bucket.start, "M y")
    return formats.date_format(bucket.period.first, "j M")
