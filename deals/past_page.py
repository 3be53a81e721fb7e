"""The words, addresses and rows of the page that shows how forecasts came out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.moments import short_day
from crm.money import money_text
from deals.forecast_filter import Months, next_month
from deals.forecast_forms import PastForm
from deals.forecast_page import Figure, Row, ScopePage, month_row, percent
from deals.past_forecast import Outcome, Past, wanted

HEADER = ("month", "forecast_on", "committed", "weighted", "best_case", "won", "off_by")


def table(past: Past) -> Iterator[tuple[Any, ...]]:
    """Unrounded, in the base currency; empty where nothing was kept, or the month is not over."""
    yield HEADER
    for month in past.months:
        line, off = month.forecast, "" if month.off is None else month.off
        forecast = (line.committed, line.weighted, line.best) if line else ("", "", "")
        yield (f"{month.first:%Y-%m}", month.kept_on or "", *forecast, month.won, off)


class PastPage(ScopePage):
    def __init__(self, past: Past, form: PastForm) -> None:
        super().__init__(past.scope)
        self.past, self.form = past, form
        self.as_of: str = form.cleaned_data["as_of"]

    # Addresses

    def _url(self, first: dt.date, name: str = "deals:forecast_past") -> str:
        more = {"as_of": self.as_of} if self.as_of else {}
        return self.address(name, **more, first=f"{first:%Y-%m}")

    @property
    def earlier_url(self) -> str:
        return self._url(next_month(self.scope.first, -self.scope.months))

    @property
    def later_url(self) -> str:
        """Nothing where the months shown reach the present."""
        is_past = next_month(self.scope.last) <= self.past.today
        return self._url(next_month(self.scope.first, self.scope.months)) if is_past else ""

    @property
    def csv_url(self) -> str:
        return self._url(self.scope.first, "deals:forecast_past_csv")

    @property
    def forecast_url(self) -> str:
        return self.address("deals:forecast")

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the form of the filters keeps."""
        return [] if self.scope.first == self.form.usual_first else [("first", f"{self.scope.first:%Y-%m}")]

    # Words

    @property
    def is_empty(self) -> bool:
        return not any(month.forecast for month in self.past.months)

    @property
    def sentence(self) -> str:
        """What the months come to, or since when there is something to come to it."""
        past = self.past
        if past.reached is not None:
            return _("On average what was won came to %(percent)s of the weighted forecast.") % {
                "percent": percent(past.reached)
            }
        if past.complete:
            return _("Once three months can be compared, their average is here.")
        if past.since is None:
            return _("Forecasts are kept every night from now on; the first month can be compared after it ends.")
        return _("Forecasts are kept every night since %(day)s; the first month can be compared after it ends.") % {
            "day": formats.date_format(past.since, "DATE_FORMAT")
        }

    @property
    def summary(self) -> str:
        """The chart in words."""
        total = self.past.total
        words = {
            "period": self.period,
            "weighted": money_text(total.forecast.weighted if total and total.forecast else Decimal(), places=0),
            "won": money_text(total.won if total else Decimal(), places=0),
        }
        return _("%(period)s: %(weighted)s weighted, %(won)s won in the end. The table has the figures.") % words

    # Rows

    @property
    def rows(self) -> list[Row]:
        now = self.past.today.replace(day=1)
        return [
            month_row(
                month.first,
                [self._kept_on(month), *self._forecast(month), self._won(month), *self._off(month)],
                is_current=month.first == now,
            )
            for month in self.past.months
        ]

    @cached_property
    def total(self) -> Row | None:
        """Of the months that can be compared. Where others lie between them, no list has just their deals."""
        if not (total := self.past.total):
            return None
        won = self._money(total.won) if self.past.has_gaps else self._won(total)
        count = len(self.past.complete)
        label = ngettext("%(count)s month that is over", "%(count)s months that are over", count) % {"count": count}
        return Row(label, "", [Figure(""), *self._forecast(total), won, *self._off(total)])

    def _kept_on(self, month: Outcome) -> Figure:
        if month.kept_on:
            return Figure(short_day(month.kept_on), title=formats.date_format(month.kept_on, "DATE_FORMAT"))
        is_to_come = wanted(month.first, self.as_of) > self.past.today
        return Figure("–", title=_("That day is still to come") if is_to_come else _("No forecast was kept then"))

    def _forecast(self, month: Outcome) -> list[Figure]:
        if not month.forecast:
            return [Figure("–")] * 3
        return [
            self._money(amount) for amount in (month.forecast.committed, month.forecast.weighted, month.forecast.best)
        ]

    def _won(self, month: Outcome) -> Figure:
        return self._money(month.won, self.rows_url(Months(month.first, month.last, "won").written))

    def _off(self, month: Outcome) -> list[Figure]:
        """In money and in percent."""
        if month.off is None:
            return [Figure("–", title="" if month.is_over else _("The month is not over")), Figure("–")]
        exact = money_text(month.off)
        return [
            Figure(_signed(month.off, money_text(month.off, places=0)), value=month.off, title=exact),
            Figure("–" if month.share is None else _signed_percent(month.share)),
        ]


def _signed(amount: Decimal, text: str) -> str:
    return f"+{text}" if amount > 0 else text


def _signed_percent(share: Decimal) -> str:
    whole = (share * 100).quantize(Decimal(1), ROUND_HALF_UP)
    return _signed(whole, f"{'−' if whole < 0 else ''}{abs(whole):,} %")
