"""The cards of the board of sales: each figure, where its rows are, and how it was before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.cards import Change
from dashboard.periods import Period
from dashboard.pipeline_rates import FEW
from dashboard.sales_figures import Answers, Day, Pipeline, SalesQuery, conversion_rate, win_rate
from dashboard.sales_links import SalesLinks, closed, created, done
from dashboard.wording import NOTHING, Numbers, period_text

NAMES: dict[str, Any] = {
    "leads": gettext_lazy("Leads"),
    "new": gettext_lazy("New leads"),
    "converted": gettext_lazy("Converted"),
    "conversion": gettext_lazy("Conversion rate"),
    "answers": gettext_lazy("Answered in time"),
    "pipeline": gettext_lazy("Open pipeline"),
    "won": gettext_lazy("Won"),
    "lost": gettext_lazy("Lost"),
    "win_rate": gettext_lazy("Win rate"),
    "work": gettext_lazy("Activities done"),
}
MEANINGS: dict[str, Any] = {
    "leads": gettext_lazy("All that had come in by the end of the period, whatever became of them."),
    "new": gettext_lazy("Leads that came in during the period."),
    "converted": gettext_lazy("Leads that became a customer during the period, whenever they came in."),
    "conversion": gettext_lazy("Converted leads among those converted or lost during the period."),
    "answers": gettext_lazy(
        "Of the leads that came in during the period and were due an answer: those that got it in time."
    ),
    "pipeline": gettext_lazy("The value of all deals that are open now; weighted with the chance of each."),
    "won": gettext_lazy("The value of the deals won during the period."),
    "lost": gettext_lazy("The value of the deals lost during the period."),
    "win_rate": gettext_lazy("Won deals among those won or lost during the period."),
    "work": gettext_lazy("Calls, meetings, e-mails and tasks done during the period. Notes do not count."),
}
#: of which more is worse
WORSE = frozenset({"lost"})


@dataclass(frozen=True)
class Part:
    """A smaller figure below the large one."""

    name: str
    text: str
    words: str
    url: str


@dataclass(frozen=True)
class Card:
    name: str
    label: Any
    meaning: Any
    value: str
    url: str
    parts: list[Part] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True)
class Times:
    """All that the cards need of one period."""

    period: Period
    day: Day
    total: int
    answers: Answers
    work: int


class Cards:
    """`times` are those of the period, of the days before and of the year before."""

    def __init__(self, query: SalesQuery, times: list[Times], pipeline: Pipeline, links: SalesLinks) -> None:
        self.query, self.times, self.pipeline, self.links = query, times, pipeline, links
        self.numbers = Numbers.here()

    def all(self) -> list[Card]:
        count, rate, money = self.numbers.count, self.rate, self.money
        leads, deals = self.links.leads, self.links.deals
        now = self.times[0]
        answers = {"answer": "in_time"}
        return [
            self._card("leads", lambda t: t.total, count, lambda p: leads(created_to=p.last.isoformat())),
            self._card("new", lambda t: t.day.new, count, lambda p: leads(**created(p))),
            self._card("converted", lambda t: t.day.converted, count, lambda p: leads(status="converted", **closed(p))),
            self._of_few(
                self._card("conversion", lambda t: conversion_rate(t.day), rate, lambda p: leads(**closed(p))),
                lambda day: day.converted + day.lost_leads,
            ),
            self._card(
                "answers", lambda t: t.answers.rate, rate, lambda p: leads(**created(p), **answers), self._late(now)
            ),
            self._pipeline(),
            self._card(
                "won",
                lambda t: t.day.won_value,
                money,
                lambda p: deals(status="won", **closed(p)),
                [self._deals(now.day.won, deals(status="won", **closed(now.period)))],
            ),
            self._card(
                "lost",
                lambda t: t.day.lost_value,
                money,
                lambda p: deals(status="lost", **closed(p)),
                [self._deals(now.day.lost, deals(status="lost", **closed(now.period)))],
            ),
            self._of_few(
                self._card("win_rate", lambda t: win_rate(t.day), rate, lambda p: deals(**closed(p))),
                lambda day: day.won + day.lost,
            ),
            self._card("work", lambda t: t.work, count, lambda p: self.links.work(**done(p))),
        ]

    def rate(self, value: Decimal | None) -> str:
        return NOTHING if value is None else self.numbers.percent(value)

    def money(self, value: Decimal | None) -> str:
        """Thousands without their cents: the rows have them."""
        return self.numbers.money(value, places=0 if value and abs(value) >= 1000 else 2)

    def _card(
        self,
        name: str,
        value: Callable[[Times], Any],
        write: Callable[[Any], str],
        to: Callable[[Period], str],
        parts: list[Part] | None = None,
    ) -> Card:
        now, *others = self.times
        against = (_("before"), _("a year ago"))
        changes = [
            self._change(name, value(now), value(other), write, words, other.period, to(other.period))
            for words, other in zip(against, others, strict=True)
        ]
        return Card(name, NAMES[name], MEANINGS[name], write(value(now)), to(now.period), parts or [], changes)

    def _change(
        self, name: str, now: Any, base: Any, write: Callable[[Any], str], words: str, period: Period, url: str
    ) -> Change:
        difference: Any = None if now is None or base is None else now - base
        is_rate = write == self.rate
        percent = NOTHING
        if difference is not None:
            percent = self._points(difference) if is_rate else self.numbers.change(Decimal(now), Decimal(base))
        better = bool(difference) and (difference > 0) != (name in WORSE)
        return Change(
            against=words,
            percent=percent,
            tone="" if not difference or not base else "good" if better else "bad",
            detail=f"{write(base)}, {period_text(period)}",
            base=write(base),
            base_url=url,
        )

    def _of_few(self, card: Card, closed_on: Callable[[Day], int]) -> Card:
        """Of how many a rate to compare with is, where they are few: a single lost deal makes it 0 %."""
        changes = []
        for change, other in zip(card.changes, self.times[1:], strict=True):
            count = closed_on(other.day)
            words = _("of %(count)s, %(when)s") % {"count": count, "when": change.against}
            changes.append(replace(change, against=words) if 0 < count < FEW else change)
        return replace(card, changes=changes)

    def _points(self, difference: Decimal) -> str:
        """Rates differ by points of a hundred: a rise from 10 % to 20 % is no rise by 100 %."""
        sign = "+" if difference > 0 else ""
        points = self.numbers.percent(difference).replace("\u00a0%", "")
        return _("%(points)s pts") % {"points": f"{sign}{points}"}

    def _pipeline(self) -> Card:
        name, open_deals = "pipeline", self.links.deals(status="open")
        parts = [
            self._deals(self.pipeline.deals, open_deals),
            Part("weighted", self.money(self.pipeline.weighted), _("weighted"), open_deals),
        ]
        return Card(name, NAMES[name], MEANINGS[name], self.money(self.pipeline.value), open_deals, parts)

    def _deals(self, number: int, url: str) -> Part:
        return Part("deals", self.numbers.count(number), _("deal") if number == 1 else _("deals"), url)

    def _late(self, now: Times) -> list[Part]:
        def to(answer: str) -> str:
            return self.links.leads(**created(now.period), answer=answer)

        parts = [Part("late", self.numbers.count(now.answers.late), _("late"), to("late"))]
        if now.answers.waiting:
            parts.append(Part("waiting", self.numbers.count(now.answers.waiting), _("waiting"), to("waiting")))
        return parts
