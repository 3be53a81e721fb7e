"""Beside a person's day: leads that wait for an answer, deals that wait for a step, the month, what was worked on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Count, Model, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.working_time import Schedule
from crm.access import visible
from crm.models import Event
from crm.money import money_text
from customers.models import Customer
from dashboard.today import Clock
from deals.models import Deal, DealStatus, Target
from deals.models.deal import VALUE
from leads.clock import Countdown, countdown
from leads.models import Lead, LeadStatus
from leads.models.lead import CLOCK

SHOWN = 5
#: so many of one's last events are looked through for records
EVENTS = 100
NOTHING = Decimal(0)
#: what a line of a short list shows
DEAL = (
    *("title", "amount", "currency", "expected_close", "stage__name"),
    *("customer__name", "customer__reference", "company__name"),
)
LEAD = (
    *("name", "company_name", "external_id", "status", "created_at", "response_due_at", "responded_at"),
    "source__name",
)
OWNER = ("owner__name", "owner__email")
ICONS: dict[type[Model], str] = {Customer: "user", Lead: "user-round-plus", Deal: "handshake"}


@dataclass(frozen=True)
class Some:
    """The first rows of a longer list."""

    rows: list[Any]
    count: int


@dataclass(frozen=True)
class Waiting:
    """A new lead and how long it may still wait."""

    lead: Lead
    clock: Countdown


@dataclass(frozen=True)
class Month:
    """What was won since its first day, against the target if there is one."""

    first: dt.date
    won: Decimal
    count: int
    target: Decimal | None

    @property
    def percent(self) -> int | None:
        return int(self.won * 100 / self.target) if self.target else None

    @property
    def bar(self) -> int:
        return min(self.percent or 0, 100)

    @property
    def won_shown(self) -> str:
        return money_text(self.won, places=0)

    @property
    def target_shown(self) -> str:
        return money_text(self.target, places=0)

    @property
    def left_shown(self) -> str:
        """What is missing; empty when nothing is."""
        left = (self.target or NOTHING) - self.won
        return money_text(left, places=0) if left > 0 else ""


def new_leads(person: User, viewer: User, clock: Clock) -> Some:
    """Those given to the person that nobody has answered, the most urgent first."""
    rows = visible(Lead, viewer).filter(owner=person, status=LeadStatus.NEW, responded_at=None)
    found = some(rows.select_related("source").only(*LEAD).order_by(CLOCK, "pk"))
    schedule = Schedule.load() if found.rows else None
    return Some([Waiting(lead, countdown(lead, clock.now, schedule)) for lead in found.rows if schedule], found.count)


def idle_deals(person: User, viewer: User) -> Some:
    """Open deals for which nothing is planned, the largest first."""
    rows = visible(Deal, viewer).filter(owner=person, status=DealStatus.OPEN, open_activities=0)
    return some(rows.select_related("stage", "customer", "company").only(*DEAL).order_by(VALUE.desc(), "pk"))


def month_of(person: User, viewer: User, clock: Clock) -> Month:
    """In one query, whether anything was won or not."""
    first = clock.today.replace(day=1)
    won = visible(Deal, viewer).filter(
        owner=OuterRef("pk"), status=DealStatus.WON, closed_on__gte=first, closed_on__lte=clock.today
    )
    sums = won.order_by().values("owner")
    target = visible(Target, viewer).filter(person=OuterRef("pk"), month=first).values("amount")
    one = User.objects.filter(pk=person.pk).annotate(
        won_sum=Coalesce(Subquery(sums.annotate(sum=Sum("base_amount")).values("sum")), NOTHING),
        won_count=Coalesce(Subquery(sums.annotate(number=Count("pk")).values("number")), 0),
        target_amount=Subquery(target),
    )
    row = one.values_list("won_sum", "won_count", "target_amount").get()
    return Month(first, *row)


@dataclass(frozen=True)
class Worked:
    """A record somebody had in hand."""

    row: Model
    icon: str


def worked_on(person: User, viewer: User, most: int = 8) -> list[Worked]:
    """The customers, leads and deals of the person's last events, the latest first."""
    kinds: dict[str, type[Model]] = {model._meta.label_lower: model for model in ICONS}
    events = Event.objects.filter(actor=person, subject_type__in=kinds).order_by("-at", "-pk")
    places = list(dict.fromkeys(events.values_list("subject_type", "subject_id")[:EVENTS]))[: 2 * most]
    found: dict[tuple[str, int], Model] = {}
    for name in {name for name, _pk in places}:
        wanted = [pk for kind, pk in places if kind == name]
        found |= {(name, row.pk): row for row in visible(kinds[name], viewer).filter(pk__in=wanted)}
    return [Worked(found[place], ICONS[kinds[place[0]]]) for place in places if place in found][:most]


def some(rows: models.QuerySet[Any], most: int = SHOWN) -> Some:
    """The first rows and the count of all, in one query; an index that has their order gives the first ones at once."""
    count = rows.order_by().annotate(all=Value(1)).values("all").annotate(of=Count("pk")).values("of")
    found = list(rows.annotate(of=Subquery(count))[:most])
    return Some(found, found[0].of if found else 0)
