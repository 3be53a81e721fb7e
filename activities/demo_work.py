"""The calls, meetings, e-mails and tasks of the demo data: since a lead or deal is known, and still to do."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

from activities import demo_words as words
from crm.seeding import Plan

#: how often what is done or planned is of a kind
KINDS, SHARES = ("call", "email", "meeting", "task"), list(accumulate((42, 32, 16, 10)))
MINUTES = {"call": (5, 8, 10, 15, 20), "meeting": (30, 45, 60, 90), "email": (None,), "task": (None, 20, 60)}
#: when the next step of an open deal is due, and how often
WHEN, WHEN_SHARES = ("none", "late", "today", "tomorrow", "later", "undated"), list(accumulate((12, 14, 14, 11, 41, 8)))
QUIET, PINNED, COMMENTED, WITH_HOUR, SECOND = 0.2, 0.15, 0.08, 0.5, 0.25

Row = tuple[Any, ...]


class Subject(NamedTuple):
    """A deal, lead or customer: whose it is, and the days between which something was done about it."""

    owner: int
    first: dt.datetime
    last: dt.date
    customer: int | None = None
    lead: int | None = None
    deal: int | None = None
    #: a deal's or lead's; open and without contact for so many days it rots
    status: str = ""
    rotting_days: int | None = None

    @property
    def about(self) -> tuple[int | None, int | None, int | None]:
        return self.customer, self.lead, self.deal


class Work:
    """Draws activities as activities/demo.py stages them. Times are local, as the clock on the wall shows them."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._rng = plan, plan.rng

    def of_deal(self, deal: Subject) -> Iterator[Row]:
        rng, today = self._rng, self._plan.today
        last = deal.last
        if deal.status == "open" and deal.rotting_days and rng.random() < QUIET:
            silence = deal.rotting_days + rng.randint(1, 20)
            last = max(deal.first.date(), today - dt.timedelta(days=silence))
        span = (last - deal.first.date()).days
        yield from self._done(deal, self._moments(deal.first, last, min(1 + span // 9 + rng.randint(0, 2), 9)))
        if deal.status != "open":
            return
        if rng.random() < PINNED:
            yield self._note(deal, last)
        yield from self._next(deal)

    def of_lead(self, lead: Subject, due: dt.datetime | None) -> Iterator[Row]:
        """`due`: when it was to be answered."""
        rng = self._rng
        if lead.status == "new":
            if rng.random() < 0.3:
                yield self._planned(lead, rng.choice(("today", "today", "tomorrow", "late")), "call")
            return
        count = rng.choice({"contacted": (1, 1, 2, 3), "qualified": (2, 3, 4), "converted": (2, 2, 3, 4)}.get(
            lead.status, (0, 1, 1, 2)
        ))  # fmt: skip
        if not count:
            return
        answered = self._answer(lead, due)
        times = [answered, *self._moments(answered, max(lead.last, answered.date()), count - 1)]
        yield from self._done(lead, [at for at in times if at.date() <= lead.last or at == answered])
        if lead.status in {"contacted", "qualified"} and rng.random() < 0.75:
            yield from self._next(lead)

    def of_customer(self, customer: Subject) -> Iterator[Row]:
        """One thing done, now and then something to do."""
        yield from self._done(customer, self._moments(customer.first, customer.last, 1))
        if self._rng.random() < 0.03:
            yield self._planned(customer, self._rng.choice(("late", "today", "tomorrow", "later", "later", "undated")))

    def of_morning(self, subject: Subject) -> Iterator[Row]:
        """What somebody did today, before most people came."""
        early = dt.datetime.combine(self._plan.today, dt.time(6, self._rng.randrange(5, 59)))
        yield from self._done(subject, [early])

    def of_nobody(self, owner: int) -> Iterator[Row]:
        """What somebody has to do for themselves, each week anew."""
        rng = self._rng
        for title in rng.sample(words.OWN_TASKS, 2):
            due = self._plan.day(rng.choice((0, 1, 3)))
            yield ("task", title, "", None, None, None, owner, due, None, None, None, "", False, "weekly", due, "")

    def _done(self, subject: Subject, times: Sequence[dt.datetime]) -> Iterator[Row]:
        rng = self._rng
        for at in times:
            kind = rng.choices(KINDS, cum_weights=SHARES)[0]
            outcome, bodies = _outcome(rng, kind)
            title, body = rng.choice(words.TITLES[kind]), rng.choice(bodies)
            minutes = None if outcome in {"no_answer", "no_show"} else rng.choice(MINUTES[kind])
            comment = rng.choice(words.COMMENTS) if body and rng.random() < COMMENTED else ""
            yield (kind, title, body, *subject.about, subject.owner, None, None, at, minutes, outcome, False, "",
                   at, comment)  # fmt: skip

    def _note(self, subject: Subject, day: dt.date) -> Row:
        at = max(subject.first, self._office_hours(day))
        body = self._rng.choice(words.NOTES)
        return ("note", "", body, *subject.about, subject.owner, None, None, at, None, "", True, "", at, "")

    def _next(self, subject: Subject) -> Iterator[Row]:
        when = self._rng.choices(WHEN, cum_weights=WHEN_SHARES)[0]
        if when == "none":
            return
        yield self._planned(subject, when)
        if self._rng.random() < SECOND:
            yield self._planned(subject, self._rng.choice(("later", "later", "undated")))

    def _planned(self, subject: Subject, when: str, kind: str = "") -> Row:
        rng = self._rng
        kind = kind or rng.choices(KINDS, cum_weights=SHARES)[0]
        day = self._due_day(subject, when)
        hour = None
        if day and kind in {"call", "meeting"} and rng.random() < WITH_HOUR:
            hour = dt.datetime.combine(day, dt.time(rng.randint(9, 17), rng.choice((0, 0, 30))))
        minutes = rng.choice(MINUTES[kind]) if kind == "meeting" else None
        title = rng.choice(words.PLANS[kind])
        return (kind, title, "", *subject.about, subject.owner, day, hour, None, minutes, "", False, "",
                max(subject.first, self._office_hours(min(subject.last, self._plan.day(-1)))), "")  # fmt: skip

    def _due_day(self, subject: Subject, when: str) -> dt.date | None:
        rng, plan = self._rng, self._plan
        match when:
            case "late":
                return max(plan.day(-1 - int(rng.expovariate(1 / 4))), subject.first.date())
            case "today":
                return plan.today
            case "tomorrow":
                return plan.day(1)
            case "later":
                return plan.day(rng.randint(2, 21))
        return None

    def _answer(self, lead: Subject, due: dt.datetime | None) -> dt.datetime:
        """The first attempt: mostly in time."""
        share = self._rng.random() if self._rng.random() < 0.8 else self._rng.uniform(1, 3)
        wait = due - lead.first if due else dt.timedelta(hours=1)
        return min(lead.first + wait * share, dt.datetime.combine(lead.last, dt.time(17)))

    def _moments(self, first: dt.datetime, last: dt.date, count: int) -> list[dt.datetime]:
        """So many working hours between the two."""
        span = max((last - first.date()).days, 0)
        days = sorted(self._rng.randint(0, span) for _ in range(count))
        later = (self._office_hours(first.date() + dt.timedelta(days=day)) for day in days)
        return [max(at, first + dt.timedelta(minutes=3)) for at in later if at.date() <= last]

    def _office_hours(self, day: dt.date) -> dt.datetime:
        """On a weekend the Friday before."""
        friday = day - dt.timedelta(days=max(0, day.weekday() - 4))
        return dt.datetime.combine(friday, dt.time(self._rng.randint(8, 17), self._rng.randrange(60)))


def _outcome(rng: random.Random, kind: str) -> tuple[str, tuple[str, ...]]:
    outcome, _, bodies = rng.choices(words.OUTCOMES[kind], cum_weights=_weights(kind))[0]
    return outcome, bodies


@cache
def _weights(kind: str) -> list[int]:
    return list(accumulate(share for _, share, _ in words.OUTCOMES[kind]))
