"""How the demo deals went: opened, moved from stage to stage, won, lost or still open. Row by row for COPY."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings

from accounts.demo import sellers
from crm import bulk
from crm.seeding import Plan
from deals.defaults import PIPELINE
from deals.demo_goods import LOST_NOTES, SUBJECTS, Basket, total
from deals.models import LostReason, Product, Stage, StageKind

YEAR = 365
WON = 0.44
#: days that a deal takes, at the median; the age of an open one, on average
CYCLE, AGE = 38, 30
FROM_LEADS = 0.6
#: how often a deal that is open, or that was lost, reached each of the open stages
STANDING, LOST_AT = (24, 24, 20, 19, 13), (10, 22, 24, 26, 18)
WITHOUT_AMOUNT, WITHOUT_CLOSE, LATE_CLOSE = 0.25, 0.18, 0.14
FROM_LINES, OWN_CHANCE, SKIPPED = 0.7, 0.12, 0.15
#: the open stages that need an amount and an expected close, and those behind them (deals/defaults.py)
NEEDS_AMOUNT, NEEDS_CLOSE = 3, 4

#: leads that became somebody, as About has it
CONVERTED = """
    SELECT lead.customer_id, customer.company_id, lead.owner_id, lead.closed_at AT TIME ZONE %s, lead.id,
        lead.source_id, lead.campaign_id
    FROM leads_lead AS lead JOIN customers_customer AS customer ON customer.id = lead.customer_id
    WHERE lead.status = 'converted' ORDER BY lead.id
"""
CUSTOMERS = """
    SELECT id, company_id, owner_id, created_at AT TIME ZONE %s FROM customers_customer
    WHERE deleted_at IS NULL AND owner_id IS NOT NULL ORDER BY company_id IS NULL, id
"""
SOURCES = "SELECT id FROM leads_source ORDER BY id LIMIT 6"


@dataclass(slots=True)
class Drawn:
    """A deal as deals/demo_sql.py stages it."""

    row: tuple[Any, ...]
    lines: list[tuple[Any, ...]]
    visits: list[tuple[Any, ...]]


class About(NamedTuple):
    """Whom a deal is with, whose it is, and since when they are known."""

    customer: int | None = None
    company: int | None = None
    owner: int | None = None
    since: dt.datetime = dt.datetime.min
    lead: int | None = None
    source: int | None = None
    campaign: int | None = None


class Case(NamedTuple):
    """How it went: the open stages it was in, when it came into each, and how it ended, if it has."""

    about: About
    opened: dt.datetime
    closed: dt.date | None
    status: str
    path: list[int]


class Deals:
    """Draws them all. Times are local, as the clock on the wall shows them."""

    def __init__(self, plan: Plan, products: Sequence[Product]) -> None:
        self._plan, self._rng = plan, plan.rng
        self._basket = Basket(plan.rng, products)
        stages: list[Any] = list(Stage.objects.filter(pipeline__name=PIPELINE).order_by("position"))
        self._open = [stage.pk for stage in stages if stage.kind == StageKind.OPEN]
        self._end = {stage.kind: stage.pk for stage in stages if stage.kind != StageKind.OPEN}
        self._reasons = list(LostReason.objects.filter(for_deals=True).order_by("pk").values_list("pk", flat=True))
        self._staff, self._weights = sellers()
        self._known: dict[int | None, list[About]] = {}
        for row in bulk.fetch(CUSTOMERS, [settings.TIME_ZONE]):
            self._known.setdefault(row[2], []).append(About(*row))
        self._sources = [pk for (pk,) in bulk.fetch(SOURCES)]

    def draw(self, first_id: int, count: int, still_open: int) -> list[Drawn]:
        """`count` deals in the order in which they were opened."""
        leads = [About(*row) for row in bulk.fetch(CONVERTED, [settings.TIME_ZONE])]
        chosen = self._rng.sample(leads, min(int(len(leads) * FROM_LEADS), count // 2))
        cases = [self._from_lead(lead) for lead in chosen]
        lacking = max(still_open - sum(case.closed is None for case in cases), 0)
        cases += [self._case(self._age(), None) for _ in range(lacking)]
        for _ in range(count - len(cases)):
            end = 1 + int(YEAR * self._rng.random() ** 1.2)
            cases.append(self._case(end + self._cycle(), end))
        cases.sort(key=lambda case: case.opened)
        return [self._drawn(first_id + place, case) for place, case in enumerate(cases)]

    def _from_lead(self, lead: About) -> Case:
        age = (self._plan.today - lead.since.date()).days
        cycle = self._cycle()
        return self._case(age, age - cycle if age > cycle else None, lead)

    def _cycle(self) -> int:
        return 2 + int(self._rng.lognormvariate(0, 0.6) * CYCLE)

    def _age(self) -> int:
        return min(int(self._rng.expovariate(1 / AGE)), 150)

    def _case(self, age: int, closed: int | None, about: About | None = None) -> Case:
        """A deal opened `age` and closed `closed` days ago."""
        rng = self._rng
        opened = about.since if about else self._office_hours(age)
        won = closed is not None and rng.random() < WON
        status = "open" if closed is None else "won" if won else "lost"
        if won:
            reached = rng.choice((3, 4, 4, 4))
        else:
            shares = STANDING if closed is None else LOST_AT
            reached = rng.choices(range(len(self._open)), weights=shares)[0]
            if closed is None:
                reached = min(reached, age // 2)
        path = [stage for stage in range(reached) if not stage or rng.random() > SKIPPED] + [reached]
        day = None if closed is None else self._plan.day(-closed)
        return Case(about or self._about(opened), opened, day, status, path)

    def _about(self, opened: dt.datetime) -> About:
        """One of the owner's customers, mostly at a company; sometimes nobody yet."""
        rng, owner = self._rng, self._somebody()
        source = rng.choice(self._sources) if self._sources and rng.random() < 0.6 else None
        known = self._known.get(owner, [])
        for _ in range(6 if known else 0):
            about = known[int(len(known) * rng.random() ** 2)]  # those at companies stand first
            if about.since < opened:
                company_only = about.company and rng.random() < 0.08
                return about._replace(customer=None if company_only else about.customer, source=source)
        return About(owner=owner, source=source)

    def _drawn(self, pk: int, case: Case) -> Drawn:
        rng, reached, about = self._rng, case.path[-1], case.about
        visits = self._visits(pk, case)
        subject, series = rng.choice(SUBJECTS)
        lines: list[tuple[Any, ...]] = []
        amount: Decimal | None = None
        if case.status == "won" or reached >= NEEDS_AMOUNT or rng.random() > WITHOUT_AMOUNT:
            lines = self._basket.lines(pk, series) if rng.random() < FROM_LINES else []
            amount = total(lines) if lines else Decimal(round(rng.lognormvariate(8.6, 0.8) / 50) * 50)
        chance, committed = self._estimates(case)
        lost = case.status == "lost"
        row = (
            *(pk, subject, visits[-1][1], case.status, about.customer, about.company, about.lead, about.source),
            *(about.campaign, amount, bool(lines), case.opened, self._expected(case), case.closed),
            *(chance, committed, rng.choice(self._reasons) if lost else None),
            *(rng.choice(LOST_NOTES) if lost else "", about.owner, len(visits) - 1, visits[-1][2]),
        )
        return Drawn(row, lines, visits)

    def _estimates(self, case: Case) -> tuple[int | None, bool]:
        """The owner's own chance in percent, if they have one, and whether they commit themselves."""
        if case.closed:
            return None, False
        own = self._rng.choice(range(5, 100, 5)) if self._rng.random() < OWN_CHANCE else None
        return own, self._rng.random() < (0.5 if case.path[-1] >= NEEDS_CLOSE else 0.06)

    def _expected(self, case: Case) -> dt.date | None:
        rng, opened = self._rng, case.opened.date()
        if case.closed:
            guess = case.closed + dt.timedelta(days=int(rng.gauss(0, 12)))
            return max(guess, opened) if rng.random() > WITHOUT_CLOSE else None
        if case.path[-1] < NEEDS_CLOSE and rng.random() < WITHOUT_CLOSE:
            return None
        if rng.random() < LATE_CLOSE:
            return max(self._plan.day(-rng.randint(1, 25)), opened)
        return self._plan.day(int(rng.triangular(0, 110, 25)))

    def _visits(self, pk: int, case: Case) -> list[tuple[Any, ...]]:
        """Stays in stages, one after the other: deal, stage, from, to, by."""
        end = case.closed or self._plan.day(-1)
        span = max((end - case.opened.date()).days, 0)
        stages = [self._open[stage] for stage in case.path]
        if case.closed:
            stages.append(self._end[case.status])
        days = sorted(self._rng.randint(0, span) for _ in stages[1:])
        if case.closed:
            days[-1] = span
        times = [case.opened]
        for day in days:
            later = self._office_hours_of(case.opened.date() + dt.timedelta(days=day))
            times.append(max(later, times[-1] + dt.timedelta(minutes=self._rng.randint(2, 20))))
        return [
            (pk, stage, at, until, case.about.owner)
            for stage, at, until in zip(stages, times, [*times[1:], None], strict=True)
        ]

    def _office_hours(self, age: int) -> dt.datetime:
        """So many days ago, not on a weekend unless it is today; of today only what is certainly over."""
        day = self._plan.day(-age)
        if not age:
            return dt.datetime.combine(day, dt.time(self._rng.randint(5, 6), self._rng.randrange(60)))
        return self._office_hours_of(day - dt.timedelta(days=max(0, day.weekday() - 4)))

    def _office_hours_of(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(self._rng.randint(8, 17), self._rng.randrange(60)))

    def _somebody(self) -> int | None:
        return self._rng.choices(self._staff, cum_weights=self._weights)[0] if self._staff else None
