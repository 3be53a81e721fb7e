"""The report on pipelines: its tables, each figure with the deals behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboard.periods import Bucket, Period
from dashboard.pipeline_figures import Cohort, Rate, Reason, Spell, Step
from dashboard.pipeline_forms import PipelineQuery
from dashboard.pipeline_kept import Figures, figures_of
from dashboard.pipeline_pushes import Pushes
from dashboard.pipeline_rates import share
from dashboard.sales_links import closed, opened
from dashboard.wording import NOTHING, Names, Numbers
from deals.models import DealStatus, StageKind


@dataclass(frozen=True)
class Cell:
    """A figure. A chart draws `value`, a bar `length`; `note` stands below it, and `flag` beside it as a badge."""

    text: str
    url: str = ""
    value: int | None = None
    length: Decimal | None = None
    note: str = ""
    flag: str = ""

    @property
    def is_plain(self) -> bool:
        """A link and nothing else, as most are: the template is quick with these."""
        return bool(self.url) and self.value is None and self.length is None and not self.note and not self.flag


@dataclass(frozen=True)
class Head:
    label: Any
    title: Any = ""
    series: str = ""


@dataclass(frozen=True)
class Line:
    label: str
    cells: list[Cell]
    short: str = ""
    flag: str = ""


@dataclass(frozen=True)
class Table:
    """`plain` are its rows for the download: unrounded, the heads in English."""

    name: str
    title: Any
    word: Any
    heads: list[Head]
    lines: list[Line]
    plain: list[list[Any]]
    note: Any = ""
    left_out: Cell | None = None
    total: Line | None = None
    is_chart: bool = field(default=False)

    @property
    def is_empty(self) -> bool:
        return not self.lines


class Deals:
    """Addresses of the list behind the figures."""

    def __init__(self, query: PipelineQuery) -> None:
        self.query, self._url = query, reverse("reports:pipeline_deals")

    def to(self, **filters: Any) -> str:
        """A filter given by the figure wins over the report's own."""
        asked = self.query.filters | {name: value for name, value in filters.items() if value not in ("", None)}
        return f"{self._url}?{urlencode(asked)}"

    def closed(self, **filters: Any) -> str:
        return self.to(**closed(self.query.period), **filters)

    def opened(self, period: Period | None = None, **filters: Any) -> str:
        return self.to(**opened(period or self.query.period), **filters)


class Report:
    """Each table by a method."""

    def __init__(self, query: PipelineQuery) -> None:
        self.query, self.deals = query, Deals(query)
        self.numbers, self.names = Numbers.here(), Names.here()

    def tables(self) -> Iterator[Table]:
        yield self.stages()
        yield from (self.rates("owner"), self.rates("source"), self.rates("product"))
        yield from (self.cohorts(), self.reasons(), self.pushes())

    @cached_property
    def figures(self) -> Figures:
        return figures_of(self.query)

    # Cells

    def count(self, number: int, url: str) -> Cell:
        return Cell(self.numbers.count(number), url)

    def drawn(self, number: int, url: str) -> Cell:
        """With its place in the chart."""
        return Cell(self.numbers.count(number), url, number)

    def money(self, value: Decimal | None, url: str) -> Cell:
        return Cell(self.numbers.amount(value), url)

    def days(self, value: Decimal | None, url: str = "") -> Cell:
        return Cell(NOTHING if value is None else f"{value:,.1f}".translate(self.numbers.separators), url)

    def rate(self, value: Decimal | None, url: str = "", *, few: bool = False, between: Any = None) -> Cell:
        """With a bar; where few were counted, with the interval in which the true rate lies."""
        if value is None:
            return Cell(NOTHING)
        note = self.interval(between) if few and between else ""
        text = self.numbers.percent(value)
        return Cell(text, url, None, round(value, 3), note, _("few") if few else "")

    def interval(self, between: tuple[Decimal, Decimal]) -> str:
        low, high = (self.numbers.percent(end).replace("\u00a0%", "") for end in between)
        return _("%(low)s–%(high)s %%") % {"low": low, "high": high}

    def left_out(self) -> Cell | None:
        """Deals that no table by opening can count, whatever the period."""
        count = self.figures.undated
        words = ngettext(
            "%(count)s deal without an opening date is left out.",
            "%(count)s deals without an opening date are left out.",
            count,
        ) % {"count": self.numbers.count(count)}
        return Cell(words, self.deals.to(without="opened")) if count else None

    # Tables

    def stages(self) -> Table:
        steps, times = self.figures.steps, self.figures.times
        heads = [
            Head(_("Came as far"), _("Deals opened during the period that came to this stage or a later one.")),
            Head(
                _("Came further"), _("Of those, the ones that came to a later stage; skipped stages count as passed.")
            ),
            Head(_("Conversion"), _("Came further, of those that came as far.")),
            Head(_("Lost here")),
            Head(_("Open here")),
            Head(_("Days, median"), _("Stays that ended during the period; several stays of one deal are added up.")),
            Head(_("Days, mean")),
        ]
        return Table(
            "stages",
            _("From stage to stage"),
            _("Stage"),
            heads,
            [self._step(step, times) for step in steps],
            [["stage", "entered", "further", "lost", "open", "stays", "median_days", "mean_days"]]
            + [_plain_step(step, times) for step in steps],
            _("Deals opened during the period. While many are open, conversion still rises."),
            self.left_out(),
        )

    def _step(self, step: Step, times: dict[int, Spell]) -> Line:
        stage, spell = step.stage.pk, times.get(step.stage.pk)
        came, further = self.deals.opened(reached=stage), _following(step, self.query)
        is_last = step.stage.kind == StageKind.WON
        cells = [self.count(step.entered, came)]
        if is_last:
            return Line(str(step.stage), [*cells, *[Cell("")] * 6])
        stays = self.deals.to(left=stage, **_left(self.query.period))
        cells += [
            self.count(step.further, self.deals.opened(reached=further) if further else ""),
            self.rate(step.rate, came, few=step.is_few, between=step.interval),
            self.count(step.lost, self.deals.opened(furthest=stage, status="lost")),
            self.count(step.open, self.deals.opened(furthest=stage, status="open")),
            self.days(spell.median if spell else None, stays),
            self.days(spell.mean if spell else None, stays),
        ]
        return Line(str(step.stage), cells)

    def rates(self, by: str) -> Table:
        rates = self.figures.rates[by]
        title, word, note = TITLES[by]
        heads = [
            Head(_("Won")),
            Head(_("Lost")),
            Head(_("Win rate"), _("Won among won and lost, by the day of closing.")),
            Head(_("Won value")),
            Head(_("By value"), _("Won value among won and lost value.")),
            Head(_("Average won")),
        ]
        plain: list[list[Any]] = [[by, "won", "lost", "won_value", "lost_value"]]
        plain += [[rate.label, rate.won, rate.lost, rate.won_value, rate.lost_value] for rate in rates]
        return Table(by, title, word, heads, [self._rate(by, rate) for rate in rates], plain, note)

    def _rate(self, by: str, rate: Rate) -> Line:
        chosen = {by: rate.key} if rate.key else {"owner": "none"} if by == "owner" else {"without": by}
        won = self.deals.closed(status="won", **chosen)
        both = self.deals.closed(**chosen)
        cells = [
            self.count(rate.won, won),
            self.count(rate.lost, self.deals.closed(status="lost", **chosen)),
            self.rate(rate.rate, both, few=rate.is_few, between=rate.interval),
            self.money(rate.won_value, won),
            Cell(NOTHING if rate.value_rate is None else self.numbers.percent(rate.value_rate), both),
            self.money(rate.average_won, won),
        ]
        return Line(rate.label or str(NAMELESS[by]), cells)

    def cohorts(self) -> Table:
        heads = [
            Head(_("Won"), series="bar"),
            Head(_("Lost"), series="bar"),
            Head(_("Open"), series="bar"),
            Head(_("Opened")),
            Head(_("Still open")),
            Head(
                _("Win rate"),
                _("Won among won and lost. What closes first misleads in young months."),
            ),
        ]
        found = self.figures.cohorts
        plain: list[list[Any]] = [["month", "opened", "won", "lost", "open", "immature"]]
        plain += [[c.month, c.opened, c.won, c.lost, c.open, int(c.is_immature)] for c in found]
        note = _("Deals by the month in which they were opened. Immature: 5 % or more of them are still open.")
        lines = [self._cohort(cohort) for cohort in found]
        return Table(
            "cohorts", _("By month of opening"), _("Month"), heads, lines, plain, note, self.left_out(), is_chart=True
        )

    def _cohort(self, cohort: Cohort) -> Line:
        bucket, period = Bucket.of(cohort.month, "month"), self.query.period
        days = Period(max(bucket.period.first, period.first), min(bucket.period.last, period.last))

        def to(**filters: Any) -> str:
            return self.deals.opened(days, **filters)

        closed_ones = to(closed=1)
        cells = [
            self.drawn(cohort.won, to(status="won")),
            self.drawn(cohort.lost, to(status="lost")),
            self.drawn(cohort.open, to(status="open")),
            self.count(cohort.opened, to()),
            Cell(self.numbers.percent(cohort.open_share), to(status="open")),
            Cell(NOTHING if cohort.rate is None else self.numbers.percent(cohort.rate), closed_ones),
        ]
        flag = _("immature") if cohort.is_immature else ""
        return Line(self.names.bucket(bucket, "month"), cells, self.names.tick(bucket, "month"), flag)

    def reasons(self) -> Table:
        found = self.figures.reasons
        whole = sum(reason.count for reason in found)
        heads = [Head(_("Deals")), Head(_("Share")), Head(_("Value"))]
        plain: list[list[Any]] = [["reason", "deals", "value"]]
        plain += [[reason.label, reason.count, reason.value] for reason in found]
        lines = [self._reason(reason, whole) for reason in found]
        return Table("reasons", _("Why deals were lost"), _("Reason"), heads, lines, plain)

    def _reason(self, reason: Reason, whole: int) -> Line:
        url = self.deals.closed(status="lost", reason=reason.key)
        part = share(reason.count, whole) or Decimal(0)
        bar = Cell(self.numbers.share(part), url, None, round(part, 3))
        return Line(reason.label, [self.count(reason.count, url), bar, self.money(reason.value, url)])

    def pushes(self) -> Table:
        found = self.figures.pushes
        heads = [Head(_("Deals moved back")), Head(_("Times")), Head(_("Days each time, mean"))]
        plain: list[list[Any]] = [["status", "deals", "times", "days"]]
        plain += [[pushed.status, pushed.deals, pushed.times, pushed.days] for pushed in found.values()]
        lines = [self._pushed(pushed) for pushed in found.values() if pushed.times]
        note = _("How often a later close date was set: on deals that are open, or were closed during the period.")
        return Table("pushes", _("Close dates moved back"), _("Status"), heads, lines, plain, note)

    def _pushed(self, pushed: Pushes) -> Line:
        is_open = pushed.status == DealStatus.OPEN
        url = (self.deals.to if is_open else self.deals.closed)(status=pushed.status, pushed=1)
        label = str(DealStatus(pushed.status).label)
        cells = [self.count(pushed.deals, url), self.count(pushed.times, url), self.days(pushed.mean_days, url)]
        return Line(label, cells)


#: by -> title, what a row is, what is said below
TITLES: dict[str, tuple[Any, Any, Any]] = {
    "owner": (gettext_lazy("Win rate by owner"), gettext_lazy("Owner"), ""),
    "source": (gettext_lazy("Win rate by source"), gettext_lazy("Source"), ""),
    "product": (
        gettext_lazy("Win rate by product"),
        gettext_lazy("Product"),
        gettext_lazy("A deal with several products counts for each of them, with its whole value."),
    ),
}
NAMELESS: dict[str, Any] = {
    "owner": gettext_lazy("Nobody"),
    "source": gettext_lazy("No source"),
    "product": gettext_lazy("No product"),
}
TABLES: dict[str, Callable[[Report], Table]] = {
    "stages": Report.stages,
    "owner": lambda report: report.rates("owner"),
    "source": lambda report: report.rates("source"),
    "product": lambda report: report.rates("product"),
    "cohorts": Report.cohorts,
    "reasons": Report.reasons,
    "pushes": Report.pushes,
}


def _following(step: Step, query: PipelineQuery) -> int | None:
    """The stage after this one."""
    later = [stage for stage in query.stages if stage.position > step.stage.position and stage.kind != StageKind.LOST]
    return later[0].pk if later else None


def _left(period: Period) -> dict[str, str]:
    return {"left_from": period.first.isoformat(), "left_to": period.last.isoformat()}


def _plain_step(step: Step, times: dict[int, Spell]) -> list[Any]:
    spell = times.get(step.stage.pk, Spell(0, None, None))
    return [str(step.stage), step.entered, step.further, step.lost, step.open, spell.count, spell.median, spell.mean]
