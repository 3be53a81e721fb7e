"""Who asks, from where, and what became of it: leads drawn one by one, row by row for COPY. All are fictional."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from django.utils.timezone import now

from accounts.demo import sellers
from accounts.working_time import Schedule
from crm import bulk
from crm.moments import organisation_zone
from crm.seeding import Plan
from customers.demo_people import People, companies
from customers.models import Customer
from deals.models import LostReason
from leads import clock
from leads.models import Campaign, LeadStatus, Source, SourceKind

LONG_AGO = 420
#: how much comes in at each hour
HOURS = list(accumulate((1, 1, 0, 0, 0, 1, 2, 5, 14, 24, 30, 31, 29, 26, 25, 26, 25, 22, 14, 9, 8, 6, 4, 2)))
#: how often leads come through a source, in the order of leads/defaults.py
SHARES = (34, 14, 14, 12, 16, 10)
#: share of the open ones, and the days of work since they came at most
OPEN = {LeadStatus.NEW: (26, 4), LeadStatus.CONTACTED: (44, 20), LeadStatus.QUALIFIED: (30, 43)}
WITHOUT_OWNER, WITH_VALUE = 0.35, 0.55
POINTS = {SourceKind.REFERRAL.value: 25, SourceKind.DEMO_REQUEST.value: 25}
NOTES = (
    "Wanted a single mug.", "Buys from a relative.", "The shop closes in spring.", "Five attempts, never an answer.",
    "Only collects catalogues.", "Bought elsewhere last week.", "",
)  # fmt: skip

#: as leads/demo_sql.py stages it, without the id
Row = tuple[Any, ...]


class Leads:
    """Draws them all. Times are local, as the clock on the wall shows them."""

    def __init__(self, plan: Plan, campaigns: Sequence[Campaign]) -> None:
        self._plan, self._rng, self._campaigns = plan, plan.rng, campaigns
        self._schedule, self._zone = Schedule.load(), organisation_zone()
        self._now = now().astimezone(self._zone).replace(tzinfo=None)
        self._sources: list[Any] = list(Source.objects.order_by("pk")[: len(SHARES)])
        self._shares = list(accumulate(SHARES[: len(self._sources)]))
        self._reasons = list(LostReason.objects.filter(for_leads=True).order_by("pk").values_list("pk", flat=True))
        self._staff = sellers()
        firms = list(companies(plan.rng, 120 if plan.scale == "demo" else 3_000, [], 0))
        self._firms = {firm.row[0]: firm for firm in firms}
        self._people = People(plan.rng, [], firms)

    def rows(self, count: int, still_open: int, converted: int) -> list[Row]:
        """`count` in all, in the order in which they came."""
        drawn = [self._converted(*known) for known in self._newest_customers(converted)]
        drawn += [self._open() for _ in range(still_open)]
        drawn += [self._lost() for _ in range(count - len(drawn))]
        return sorted(drawn, key=lambda row: row[17])

    def _newest_customers(self, count: int) -> list[Any]:
        """Some of those who became customers in this time."""
        person = ("pk", "owner", "created_at", "name", "job_title", "city", "country")
        columns = (*person, "company__name", "company__industry", "company__website")
        since = self._plan.day(40 - LONG_AGO)
        known = Customer.objects.filter(created_at__date__gt=since, owner__in=self._staff[0]).exclude(name="")
        rows = list(known.order_by("pk").values_list(*columns))
        self._emails = _first_of("customers_email", "address")
        self._phones = _first_of("customers_phone", "number")
        return self._rng.sample(rows, min(count, len(rows)))

    def _converted(self, pk: int, owner: int | None, since: dt.datetime, name: str, job: str, *place: Any) -> Row:
        city, country, firm, industry, website = place
        closed = since.astimezone(self._zone).replace(tzinfo=None)
        created = closed - dt.timedelta(days=1 + int(self._rng.expovariate(1 / 14)), minutes=self._rng.randrange(500))
        contact = (self._emails.get(pk, ""), self._phones.get(pk, ""))
        person = (name, job, *contact, firm or "", industry or "", website or "", city, country)
        return self._row(LeadStatus.CONVERTED, person, owner, created, closed, customer=pk)

    def _open(self) -> Row:
        rng = self._rng
        status = rng.choices(list(OPEN), weights=[share for share, _ in OPEN.values()])[0]
        age = self._age(int(rng.triangular(0, OPEN[status][1], 0)) + (status != LeadStatus.NEW))
        unowned = status == LeadStatus.NEW and rng.random() < WITHOUT_OWNER
        return self._row(status, self._person(), None if unowned else self._somebody(), self._at(age), None)

    def _lost(self) -> Row:
        rng = self._rng
        age = rng.randint(12, LONG_AGO)
        closed = self._at(max(age - 2 - int(rng.expovariate(1 / 16)), 1))
        reason = rng.choice(self._reasons), rng.choice(NOTES) if rng.random() < 0.4 else ""
        return self._row(LeadStatus.LOST, self._person(), self._somebody(), self._at(age), closed, reason=reason)

    def _row(
        self,
        status: LeadStatus,
        person: Row,
        owner: int | None,
        created: dt.datetime,
        closed: dt.datetime | None,
        customer: int | None = None,
        reason: tuple[int | None, str] = (None, ""),
    ) -> Row:
        rng = self._rng
        source = rng.choices(self._sources, cum_weights=self._shares)[0]
        value = round(rng.lognormvariate(8.3, 0.8), -2) if rng.random() < WITH_VALUE else None
        campaign = next((one.pk for one in self._campaigns if self._reached(one, source, created.date())), None)
        due = self._due(created, source)
        score = _score(source, person, value)
        return (
            *(*person, source.pk, campaign, status.value, owner, value, *reason, customer),
            *(created, closed, due, score),
        )

    def _reached(self, campaign: Campaign, source: Source, day: dt.date) -> bool:
        first, last = campaign.starts_on or dt.date.max, campaign.ends_on or dt.date.min
        loud = source.name in {"Trade fair", "Advertising", "Website"}
        return loud and first <= day <= last + dt.timedelta(days=10) and self._rng.random() < 0.5

    def _due(self, created: dt.datetime, source: Source) -> dt.datetime | None:
        due = clock.due_after(source, created.replace(tzinfo=self._zone), self._schedule)
        return due and due.astimezone(self._zone).replace(tzinfo=None)

    def _person(self) -> Row:
        """Name, job, e-mail, phone, company, industry, website, city, country."""
        drawn = self._people.draw(0, 0, 0)
        firm = self._firms[drawn.row[3]].row if drawn.row[3] is not None else ("", "", "", "")
        contact = (drawn.emails[0] if drawn.emails else "", drawn.phones[0][0] if drawn.phones else "")
        return (drawn.row[1], drawn.row[4], *contact, firm[1], firm[3], firm[2], drawn.row[7], drawn.row[8])

    def _age(self, worked: int) -> int:
        """So many days of work ago, in days: also on a Sunday some wait for longer than they may."""
        age = 0
        while worked > 0 and age < LONG_AGO:
            age += 1
            worked -= self._schedule.opening(self._plan.day(-age)) is not None
        return age

    def _at(self, age: int) -> dt.datetime:
        """Some time of the day so many days ago. Those of today came in the last hours, for the clock to run."""
        rng = self._rng
        if not age:
            return self._now - dt.timedelta(minutes=rng.randint(2, 150))
        hour = rng.choices(range(24), cum_weights=HOURS)[0]
        return dt.datetime.combine(self._plan.day(-age), dt.time(hour, rng.randrange(60), rng.randrange(60)))

    def _somebody(self) -> int | None:
        people, shares = self._staff
        return self._rng.choices(people, cum_weights=shares)[0] if people else None


def _score(source: Source, person: Row, value: float | None) -> int:
    """As the rules rate what is known of a lead before anybody has spoken to it."""
    points = POINTS.get(source.kind, 0) + 10 * bool(person[2]) + 10 * bool(person[3]) + 10 * bool(value)
    return max(0, min(points, 100))


def _first_of(table: str, column: str) -> dict[int, str]:
    return dict(bulk.fetch(f"SELECT customer_id, min({column}) FROM {table} GROUP BY 1"))  # noqa: S608  names of our own
