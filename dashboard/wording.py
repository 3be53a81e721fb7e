"""Numbers as people read them. The separators are looked up once: a long board writes thousands of numbers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import get_language
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


@dataclass(frozen=True)
class Names:
    """Months in short and in full, weekdays from Monday on: formats.date_format takes 60 microseconds a date."""

    short: list[str]
    full: list[str]
    weekdays: list[str]

    @classmethod
    def here(cls) -> Names:
        return _names(get_language() or "")

    def day(self, day: dt.date) -> str:
        return f"{day.day} {self.short[day.month]}"

    def date(self, day: dt.date) -> str:
        return f"{self.day(day)} {day.year}"

    def bucket(self, bucket: Bucket, by: Unit) -> str:
        start = bucket.start
        match by:
            case "day":
                return f"{self.weekdays[start.weekday()]} {self.date(start)}"
            case "week":
                year, week, _day = start.isocalendar()
                return _("Week %(week)s, %(year)s") % {"week": week, "year": year}
            case "month":
                return f"{self.full[start.month]} {start.year}"

    def tick(self, bucket: Bucket, by: Unit) -> str:
        """For the axis of the chart."""
        if by == "month":
            return f"{self.short[bucket.start.month]} {bucket.start.year % 100:02}"
        return self.day(bucket.period.first)

    def period(self, period: Period) -> str:
        """As short as it can be said: "1–10 Nov 2026", "1 Dec 2025 – 10 Nov 2026"."""
        first, last = period.first, period.last
        if first == last:
            return self.date(first)
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day}–{self.date(last)}"
        return f"{self.day(first) if first.year == last.year else self.date(first)} – {self.date(last)}"


@lru_cache(maxsize=8)
def _names(language: str) -> Names:
    months = [dt.date(2000, month, 1) for month in range(1, 13)]
    weekdays = [dt.date(2001, 1, day) for day in range(1, 8)]
    return Names(
        ["", *(formats.date_format(month, "M") for month in months)],
        ["", *(formats.date_format(month, "F") for month in months)],
        [formats.date_format(day, "D") for day in weekdays],
    )


def as_of(at: dt.datetime) -> str:
    """A moment of today as the reader's clock shows it, with the name of its zone."""
    return f"{formats.date_format(timezone.localtime(at), 'H:i')}, {timezone.get_current_timezone_name()}"


def period_text(period: Period) -> str:
    return Names.here().period(period)
