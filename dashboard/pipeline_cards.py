"""The figures at the head of the report, and how the velocity comes about."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.pipeline_figures import Totals
from dashboard.pipeline_report import Cell, Report
from dashboard.sales_cards import Card, Part
from dashboard.wording import NOTHING

MEANINGS: dict[Any, Any] = {
    gettext_lazy("Open pipeline"): gettext_lazy(
        "The value of all deals that are open now; weighted with the chance of each."
    ),
    gettext_lazy("Win rate"): gettext_lazy(
        "Won deals among those won or lost during the period. By value: won value among won and lost value."
    ),
    gettext_lazy("Few"): gettext_lazy(
        "Fewer than 30 were counted. The true rate lies between the two figures 95 times of 100 (Wilson's interval)."
    ),
    gettext_lazy("Days to win"): gettext_lazy(
        "From opening to closing, of the deals closed during the period that have both days."
    ),
    gettext_lazy("Velocity"): gettext_lazy(
        "Open deals × average won value × win rate ÷ mean days from opening to closing: what the pipeline brings in a "
        "day. A lead becomes a deal once it is qualified, so all open deals count."
    ),
    gettext_lazy("Conversion"): gettext_lazy(
        "Of the deals opened during the period, those that came to a stage and then further. "
        "Who skipped a stage has passed it."
    ),
}


@dataclass(frozen=True)
class Factor:
    """One part of the velocity, with the sign before it."""

    sign: str
    cell: Cell
    words: str


def cards(report: Report, totals: Totals) -> list[Card]:
    deals, closed, spells = report.deals, totals.closed, totals.spells
    is_open, won, both = deals.to(status="open"), deals.closed(status="won"), deals.closed()
    timed = {name: deals.closed(status=name, timed=1) for name in ("won", "lost")}
    interval = closed.interval if closed.is_few else None
    return [
        _card(
            "pipeline",
            _("Open pipeline"),
            _money(report, totals.open_value),
            is_open,
            _part(report, "deals", totals.open_deals, is_open),
            Part("weighted", _money(report, totals.weighted), _("weighted"), is_open),
        ),
        _card("won", _("Won"), _money(report, closed.won_value), won, _part(report, "deals", closed.won, won)),
        _card(
            "win_rate",
            _("Win rate"),
            _rate(report, closed.rate),
            both,
            Part("closed", report.numbers.count(closed.closed), _("closed"), both),
            Part("value_rate", _rate(report, closed.value_rate), _("by value"), both),
            *([Part("interval", report.interval(interval), _("likely"), both)] if interval else []),
        ),
        _card(
            "days",
            _("Days to win"),
            report.days(spells["won"].mean).text,
            timed["won"],
            Part("median", report.days(spells["won"].median).text, _("median"), timed["won"]),
            Part("days_lost", report.days(spells["lost"].mean).text, _("to lose"), timed["lost"]),
            Part("median_lost", report.days(spells["lost"].median).text, _("median to lose"), timed["lost"]),
        ),
        _card("velocity", _("Velocity a day"), _money(report, totals.velocity.per_day), is_open),
    ]


def velocity_parts(report: Report, totals: Totals) -> list[Factor]:
    deals, parts = report.deals, totals.velocity
    open_deals = report.count(parts.open_deals, deals.to(status="open"))
    average = Cell(report.numbers.money(parts.average_won), deals.closed(status="won"))
    rate = Cell(_rate(report, parts.win_rate), deals.closed())
    cycle = report.days(parts.cycle_days, deals.closed(timed=1))
    return [
        Factor("", open_deals, _("open deals")),
        Factor("×", average, _("average won value")),
        Factor("×", rate, _("win rate")),
        Factor("÷", cycle, _("days from opening to closing")),
        Factor("=", Cell(report.numbers.money(parts.per_day)), _("a day")),
    ]


def _card(name: str, label: str, value: str, url: str, *parts: Part) -> Card:
    return Card(name, label, "", value, url, list(parts))


def _money(report: Report, value: Decimal | None) -> str:
    return report.numbers.money(value, places=0 if value and abs(value) >= 1000 else 2)


def _rate(report: Report, value: Decimal | None) -> str:
    return NOTHING if value is None else report.numbers.percent(value)


def _part(report: Report, name: str, number: int, url: str) -> Part:
    return Part(name, report.numbers.count(number), _("deal") if number == 1 else _("deals"), url)
