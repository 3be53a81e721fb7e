"""The words, addresses and rows of the forecast page. Each figure leads to the list of exactly what it counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.money import money_text
from deals.forecast import Forecast, Line, Open, Scope
from deals.forecast_filter import OVERDUE, UNDATED, next_month
from deals.forecast_forms import SPANS, USUAL, ForecastForm

#: the place of what is still to be won among the figures of a row
TO_GO = 5
HEADER = ("month", "won", "committed", "weighted", "best_case", "target", "deals")


def table(found: Forecast) -> Iterator[tuple[Any, ...]]:
    """Unrounded, in the base currency; what no month counts comes last."""
    yield HEADER
    for line in found.lines:
        figures = (line.won, line.committed, line.weighted, line.best, line.target)
        yield (f"{line.first:%Y-%m}", *figures, line.count)
    for name, apart in ((OVERDUE, found.overdue), (UNDATED, found.undated)):
        yield (name, Decimal(), apart.committed, apart.weighted, apart.total, "", apart.count)


@dataclass(frozen=True)
class Figure:
    text: str
    url: str = ""
    #: unrounded, for the chart
    value: Decimal | None = None
    note: str = ""
    title: str = ""


@dataclass(frozen=True)
class Card:
    label: str
    figure: Figure
    tone: str = ""
    note: str = ""


@dataclass(frozen=True)
class Row:
    label: str
    short: str
    figures: list[Figure]
    is_current: bool = False


def month_row(month: dt.date, figures: list[Figure], *, is_current: bool) -> Row:
    short = formats.date_format(month, "M Y" if month.month == 1 else "M")
    return Row(formats.date_format(month, "YEAR_MONTH_FORMAT"), short, figures, is_current)


def percent(share: Decimal | None) -> str:
    return "–" if share is None else f"{(share * 100).quantize(Decimal(1), ROUND_HALF_UP):,} %"


class ScopePage:
    """What pages about a scope share: their addresses, and those of the deals behind a figure."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    @cached_property
    def _filters(self) -> dict[str, Any]:
        """For the list and for these pages: what a sales user sees here are the user's own."""
        scope = self.scope
        mine = scope.owner == scope.user and scope.user.effective_role == "sales"
        chosen = {"pipeline": scope.pipeline, "team": scope.team, "owner": None if mine else scope.owner}
        return {name: row.pk for name, row in chosen.items() if row} | ({"owner": "me"} if mine else {})

    @cached_property
    def _rows_url(self) -> str:
        filters = urlencode(self._filters)
        return f"{reverse('deals:list')}?{filters}{'&' if filters else ''}forecast="

    def rows_url(self, written: str) -> str:
        return self._rows_url + quote_plus(written)

    def address(self, name: str, **more: Any) -> str:
        """Of a page about the same deals."""
        query = urlencode({key: value for key, value in self._filters.items() if value != "me"} | more)
        return f"{reverse(name)}?{query}" if query else reverse(name)

    @property
    def period(self) -> str:
        first, last = (formats.date_format(day, "YEAR_MONTH_FORMAT") for day in (self.scope.first, self.scope.last))
        return first if first == last else f"{first} – {last}"

    def _money(self, amount: Decimal, url: str = "", note: str = "") -> Figure:
        return Figure(money_text(amount, places=0), url, amount, note, money_text(amount))


class ForecastPage(ScopePage):
    def __init__(self, found: Forecast, form: ForecastForm) -> None:
        super().__init__(found.scope)
        self.found, self.form = found, form

    # Addresses

    def _url(self, first: dt.date, months: int) -> str:
        return self.address("deals:forecast", first=f"{first:%Y-%m}", months=months)

    @property
    def earlier_url(self) -> str:
        return self._url(next_month(self.scope.first, -self.scope.months), self.scope.months)

    @property
    def later_url(self) -> str:
        return self._url(next_month(self.scope.first, self.scope.months), self.scope.months)

    @property
    def spans(self) -> list[tuple[Any, str, bool]]:
        return [
            (words, self._url(self.scope.first, months), months == self.scope.months) for months, words in SPANS.items()
        ]

    @property
    def csv_url(self) -> str:
        return self.address("deals:forecast_csv", first=f"{self.scope.first:%Y-%m}", months=self.scope.months)

    @property
    def past_url(self) -> str:
        return self.address("deals:forecast_past")

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the form of the filters keeps."""
        first = "" if self.scope.first == self.form.today.replace(day=1) else f"{self.scope.first:%Y-%m}"
        months = "" if self.scope.months == USUAL else str(self.scope.months)
        return [(name, value) for name, value in (("first", first), ("months", months)) if value]

    # Words

    def _figures(self, line: Line) -> list[Figure]:
        every = self.rows_url(line.rows().written)
        target = self._money(line.target) if line.target else Figure("–")
        return [
            self._money(line.won, self.rows_url(line.rows("won").written)),
            self._money(line.committed, self.rows_url(line.rows("committed").written)),
            self._money(line.weighted, every),
            self._money(line.best, every),
            target,
            Figure("–") if line.gap is None else self._money(line.gap),
            Figure(percent(line.coverage)),
            Figure(formats.number_format(line.count, force_grouping=True), every),
        ]

    @property
    def rows(self) -> list[Row]:
        now = self.form.today.replace(day=1)
        return [month_row(line.first, self._figures(line), is_current=line.first == now) for line in self.found.lines]

    @cached_property
    def total(self) -> Row:
        figures = self._figures(self.found.total)
        figures[TO_GO] = replace(figures[TO_GO], title=self.surplus or figures[TO_GO].title)
        return Row(_("Total"), "", figures)

    @property
    def surplus(self) -> str:
        """Why the months do not add up to what is to go in all of them; nothing where they do."""
        whole = self.found.total.gap
        alone = sum((line.gap or Decimal() for line in self.found.lines), Decimal())
        if whole is None or whole == alone:
            return ""
        return _(
            "In total, what one month brings beyond its target counts for the others: %(whole)s to go, not the "
            "%(alone)s that the months come to one by one."
        ) % {"whole": money_text(whole, places=0), "alone": money_text(alone, places=0)}

    @property
    def cards(self) -> list[Card]:
        total = self.found.total
        won, committed, weighted, best, target, gap, *_rest = self.total.figures
        note = _("%(amount)s to go") % {"amount": gap.text} if total.gap else _("Reached") if total.target else ""
        cover = _("The open deals cover %(percent)s of that") % {"percent": percent(total.coverage)}
        return [
            Card(_("Won"), won, note=_share(total.won, total.target)),
            Card(_("Committed"), committed, note=_share(total.committed, total.target)),
            Card(_("Weighted"), weighted, note=_share(total.weighted, total.target)),
            Card(_("Best case"), best, note=_share(total.best, total.target)),
            Card(
                _("Target"), target, note=" · ".join(filter(None, [note, cover if total.coverage is not None else ""]))
            ),
        ]

    @property
    def apart(self) -> list[Card]:
        """What no month counts, with what it would come to."""
        kinds = (
            (OVERDUE, self.found.overdue, _("Expected close is over")),
            (UNDATED, self.found.undated, _("No expected close")),
        )
        return [
            Card(label, self._money(held.total, self.rows_url(name)), "warn", _apart_note(held))
            for name, held, label in kinds
            if held.count
        ]

    @property
    def summary(self) -> str:
        """The chart in words."""
        total = self.found.total
        words = {
            "period": self.period,
            "weighted": money_text(total.weighted, places=0),
            "best": money_text(total.best, places=0),
        }
        return _("Forecast for %(period)s: %(weighted)s weighted, %(best)s at best. The table has the figures.") % words


def _share(amount: Decimal, target: Decimal) -> str:
    return _("%(percent)s of the target") % {"percent": percent(amount / target)} if target else ""


def _apart_note(held: Open) -> str:
    number = formats.number_format(held.count, force_grouping=True)
    count = ngettext("%(count)s deal", "%(count)s deals", held.count) % {"count": number}
    return _("%(deals)s, %(amount)s weighted, in no month") % {
        "deals": count,
        "amount": money_text(held.weighted, places=0),
    }
