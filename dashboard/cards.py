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
from dashboard.wording import Numbers, period_text

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
COUNTS = frozenset({"orders", "customers", "new", "returning"})


@dataclass(frozen=True)
class Change:
    """Against one other period: in percent, the difference, and the figure that it had there."""

    against: str
    percent: str
    tone: str
    difference: str
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


def _change(figure: Figure, now: Figures, other: Compared, against: str, links: Links, numbers: Numbers) -> Change:
    value, base = Decimal(getattr(now, figure) or 0), Decimal(getattr(other.figures, figure) or 0)
    write, difference = _writer(figure, numbers), value - base
    known = getattr(now, figure) is not None and getattr(other.figures, figure) is not None
    return Change(
        against=against,
        percent=numbers.change(value, base) if known else "–",
        tone="" if not (base and known and difference) else "good" if difference > 0 else "bad",
        difference=f"{'+' if difference > 0 else ''}{write(difference if figure not in COUNTS else int(difference))}"
        f" ({period_text(other.period)})",
        base=write(getattr(other.figures, figure)),
        base_url=links.to(figure, other.period),
    )
