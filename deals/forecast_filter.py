"""What a figure of the forecast counts, as a filter of the list of deals: "2026-11", "2026-11..2027-01", with
":committed" or ":won" behind it, "overdue" or "undated"."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deals.models import DealStatus

_WRITTEN = re.compile(r"(\d{4}-\d{2})(?:\.\.(\d{4}-\d{2}))?(?::(committed|won|open))?", re.ASCII)
OVERDUE, UNDATED = "overdue", "undated"
PARTS = {
    "": gettext_lazy("open and won"),
    "committed": gettext_lazy("committed and won"),
    "won": gettext_lazy("won"),
    "open": gettext_lazy("open"),
}


def next_month(month: dt.date, steps: int = 1) -> dt.date:
    """The first day of the month `steps` after that of `month`; ValueError beyond this era."""
    count = month.year * 12 + month.month - 1 + steps
    found = dt.date(count // 12, count % 12 + 1, 1)
    if not 1900 <= found.year <= 2200:
        raise ValueError("a month of another era")
    return found


@dataclass(frozen=True)
class Months:
    """Deals of whole months: open ones expected to close then (and not before today), and those won then."""

    first: dt.date
    last: dt.date
    part: str = ""

    def __str__(self) -> str:
        span = [formats.date_format(self.first, "YEAR_MONTH_FORMAT")]
        if self.last != self.first:
            span.append(formats.date_format(self.last, "YEAR_MONTH_FORMAT"))
        return f"{' – '.join(span)}, {PARTS[self.part]}"

    @property
    def written(self) -> str:
        span = f"{self.first:%Y-%m}" if self.first == self.last else f"{self.first:%Y-%m}..{self.last:%Y-%m}"
        return f"{span}:{self.part}" if self.part else span

    def fits(self, today: dt.date) -> Q:
        end = next_month(self.last)
        due = Q(status=DealStatus.OPEN, expected_close__gte=max(self.first, today), expected_close__lt=end)
        won = Q(status=DealStatus.WON, closed_on__gte=self.first, closed_on__lt=end)
        if self.part == "committed":
            due &= Q(is_committed=True)
        return {"won": won, "open": due}.get(self.part, due | won)


@dataclass(frozen=True)
class Apart:
    """Open deals that no month counts: their expected close is over, or not known."""

    written: str

    def __str__(self) -> str:
        return _("Expected close is over") if self.written == OVERDUE else _("No expected close")

    def fits(self, today: dt.date) -> Q:
        late = Q(expected_close__lt=today) if self.written == OVERDUE else Q(expected_close=None)
        return Q(status=DealStatus.OPEN) & late


class ForecastField(forms.CharField):
    """Gives a Months or an Apart."""

    def __init__(self) -> None:
        super().__init__(label=gettext_lazy("Forecast"), required=False, max_length=40, widget=forms.HiddenInput)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text in {OVERDUE, UNDATED}:
            return Apart(text)
        return _months(text) if text else ""


def _months(text: str) -> Months:
    try:
        first, last, part = _WRITTEN.fullmatch(text).groups()  # type: ignore[union-attr]  # no match: caught below
        found = Months(month_of(first), month_of(last or first), part or "")
        next_month(found.last)
    except (AttributeError, ValueError) as error:
        raise ValidationError(_("Choose months such as 2026-11 or 2026-11..2027-01.")) from error
    if found.last < found.first:
        raise ValidationError(_("The end lies before the beginning."))
    return found


def month_of(text: str) -> dt.date:
    """The first day of "2026-11"; ValueError when there is no such month in this era."""
    return next_month(dt.date(int(text[:4]), int(text[5:7]), 1), 0)
