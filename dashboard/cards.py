"""The cards above the chart: each figure, where its rows are, and how it was before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.figures import Board, Compared, Figures
from dashboard.links import Figure, Links
from dashboard.wording import NOTHING, Numbers, period_text

NAMES: dict[Figure, Any] = {
    "net": gettext_lazy("Net revenue"),
    "gross": gettext_lazy("Gross"),
    "returns": gettext_lazy("Returns"),
    "adjustments": gettext_lazy("Adjustments"),
    "orders": gettext_lazy("Orders"),
    "average": gettext_lazy("Average order"),
    "customers": gettext_lazy("Customers"),
    "new": gettext_lazy("New customers"),
    "returning": gettext_lazy("Returning customers"),
}
MEANINGS: dict[Figure, Any] = {
    "net": gettext_lazy("Gross, less returns and adjustments."),
    "gross": gettext_lazy("All sales. Drafts, cancelled and failed orders never count."),
    "returns": gettext_lazy("What was taken back, on the day of the return."),
    "adjustments": gettext_lazy("Corrections such as bad debts."),
    "orders": gettext_lazy("Sales of more than nothing."),
    "average": gettext_lazy("Net revenue by orders."),
    "customers": gettext_lazy("Known customers who bought, each once; deleted customers are left out."),
    "new": gettext_lazy("Customers whose first purchase ever is among these orders."),
    "returning": gettext_lazy("All other customers who bought."),
}
ROUND = 1000
COUNTS = frozenset({"orders", "customers", "new", "returning"})


@dataclass(frozen=True)
class Change:
    """Against one other period: in percent, the difference, and the figure that it had there."""

    against: str
    percent: str
    tone: str
    detail: str
    base: str
    base_url: str


@dataclass(frozen=True)
class Card:
    name: str
    label: Any
    meaning: Any
    value: str
    url: str
    changes: list[Change]


def cards(board: Board, links: Links, numbers: Numbers) -> list[Card]:
    compared = [(_("before"), board.previous), (_("a year ago"), board.last_year)]
    return [
        Card(
            name=figure,
            label=label,
            meaning=MEANINGS[figure],
            value=_writer(figure, numbers)(getattr(board.total, figure)),
            url=links.to(figure, board.period),
            changes=[_change(figure, board.total, other, against, links, numbers) for against, other in compared],
        )
        for figure, label in NAMES.items()
    ]


def _writer(figure: Figure, numbers: Numbers) -> Callable[[Any], str]:
    return numbers.count if figure in COUNTS else numbers.money


def _short(value: Any, write: Callable[[Any], str], numbers: Numbers) -> str:
    """Amounts of thousands without their cents, which stand in the detail."""
    return numbers.money(value, places=0) if isinstance(value, Decimal) and abs(value) >= ROUND else write(value)


def _sizes(figure: Figure, value: Any, base: Any) -> tuple[Decimal, Decimal]:
    """What the percentage compares. Returns are negative amounts, and more of them is a rise."""
    value, base = Decimal(value or 0), Decimal(base or 0)
    return (-value, -base) if figure == "returns" else (value, base)


def _change(figure: Figure, now: Figures, other: Compared, against: str, links: Links, numbers: Numbers) -> Change:
    value, base, write = getattr(now, figure), getattr(other.figures, figure), _writer(figure, numbers)
    difference = None if value is None or base is None else value - base
    sign = "+" if difference and difference > 0 else ""
    detail = f"{write(base)}, {period_text(other.period)}"
    return Change(
        against=against,
        percent=numbers.change(*_sizes(figure, value, base)) if difference is not None else NOTHING,
        tone="" if not (base and difference) else "good" if difference > 0 else "bad",
        detail=detail if difference is None else f"{sign}{write(difference)} ({detail})",
        base=_short(base, write, numbers),
        base_url=links.to(figure, other.period),
    )
