"""A team's day, or everybody's: how it stands, what has been left lying, who is there. The moment is an argument."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, DecimalField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from accounts.models import Absence, Team, User
from accounts.working_time import Schedule
from activities.models import Activity, Kind
from activities.people import DOERS
from crm.access import visible
from crm.money import MoneyField
from dashboard.beside import DEAL, LEAD, OWNER, Some, Waiting, some
from dashboard.planned import planned_of, shared_with
from dashboard.today import DAY, Clock
from deals.models import Deal, DealStatus, Target
from deals.models.deal import VALUE, WEIGHTED
from leads.clock import countdown
from leads.models import Lead
from leads.models.lead import CLOCK

SHOWN = 10
#: answers are judged over so many days, today included: on one day there are too few
ANSWER_DAYS = 7
ZERO = Value(0, MoneyField())
OPEN_FIGURES = ("open_deals", "pipeline", "weighted", "idle_deals", "late_closes")


@dataclass(frozen=True)
class Figures:
    """What the cards at the top say."""

    new_leads: int
    leads_yesterday: int
    answers_due: int
    answered_in_time: int
    open_deals: int
    pipeline: Decimal
    weighted: Decimal
    idle_deals: int
    late_closes: int
    won: Decimal
    won_deals: int
    target: Decimal

    @property
    def in_time_percent(self) -> int | None:
        return self.answered_in_time * 100 // self.answers_due if self.answers_due else None

    @property
    def target_percent(self) -> int | None:
        return int(self.won * 100 / self.target) if self.target else None


@dataclass
class Member:
    """A colleague and how their day stands."""

    person: User
    overdue: int = 0
    today: int = 0
    open: int = 0
    done: int = 0
    #: of what is overdue or today's, what is somebody else's, with whom they are to do it
    shared: int = 0
    away_until: dt.date | None = None

    def help(self, planned: Mapping[str, int]) -> None:
        """With what is somebody else's."""
        self.overdue += planned["late"]
        self.today += planned["due"]
        self.open += planned["open"]
        self.shared += planned["late"] + planned["due"]


@dataclass(frozen=True)
class TeamDay:
    """As `user` sees it; an admin may look at one team alone."""

    user: User
    clock: Clock
    team: Team | None = None

    @property
    def month(self) -> dt.date:
        return self.clock.today.replace(day=1)

    @property
    def answers_from(self) -> dt.date:
        return self.clock.day(1 - ANSWER_DAYS)

    def leads(self) -> Any:
        return self._of_team(visible(Lead, self.user))

    def deals(self) -> Any:
        return self._of_team(visible(Deal, self.user))

    def open_deals(self) -> Any:
        return self.deals().filter(status=DealStatus.OPEN)

    def _of_team(self, rows: Any) -> Any:
        return rows.filter(owner__team=self.team) if self.team else rows

    @cached_property
    def figures(self) -> Figures:
        return Figures(**self._lead_figures(), **self._deal_figures(), target=self._target())

    def _lead_figures(self) -> dict[str, Any]:
        clock = self.clock
        due = Q(response_due_at__isnull=False) & (Q(responded_at__isnull=False) | Q(response_due_at__lt=clock.now))
        rows = self.leads().filter(created_at__gte=clock.begins(1 - ANSWER_DAYS), created_at__lt=clock.begins(1))
        figures: dict[str, Any] = rows.aggregate(
            new_leads=Count("pk", filter=Q(created_at__gte=clock.begins(0))),
            leads_yesterday=Count("pk", filter=Q(created_at__gte=clock.begins(-1), created_at__lt=clock.begins(0))),
            answers_due=Count("pk", filter=due),
            answered_in_time=Count("pk", filter=Q(responded_at__lte=F("response_due_at"))),
        )
        return figures

    def _deal_figures(self) -> dict[str, Any]:
        is_open = Q(status=DealStatus.OPEN)
        is_won = Q(status=DealStatus.WON, closed_on__range=(self.month, self.clock.today))
        late = Q(expected_close__lt=self.clock.today)
        rows = self.deals().filter(is_open | is_won).order_by().values_list("status")
        found: dict[str, Any] = {
            status: rest
            for status, *rest in rows.annotate(
                n=Count("pk"),
                value=Sum(VALUE),
                by_chance=Sum(WEIGHTED),
                idle=Count("pk", filter=IDLE),
                late=Count("pk", filter=late),
            )
        }
        nothing = (0, Decimal(), Decimal(), 0, 0)
        won_deals, won, *_rest = found.get(DealStatus.WON, nothing)
        figures = dict(zip(OPEN_FIGURES, found.get(DealStatus.OPEN, nothing), strict=True))
        return figures | {"won": won, "won_deals": won_deals}

    def _target(self) -> Decimal:
        rows: Any = visible(Target, self.user).filter(month=self.month)
        rows = rows.filter(person__team=self.team) if self.team else rows
        total: Decimal = rows.aggregate(total=_sum("amount"))["total"]
        return total

    @cached_property
    def idle_deals(self) -> list[Deal]:
        """For which nobody has planned anything, the largest first."""
        return list(_told(self.open_deals().filter(IDLE)).order_by(VALUE.desc(), "pk")[:SHOWN])

    @cached_property
    def late_closes(self) -> list[Deal]:
        """Whose expected close has passed, the longest ago first."""
        rows = self.open_deals().filter(expected_close__lt=self.clock.today)
        return list(_told(rows).order_by("expected_close", "pk")[:SHOWN])

    @cached_property
    def unattended(self) -> Some:
        """Leads that are nobody's or were not answered in time, the most urgent first."""
        rows = self.leads().unattended(self.clock.now).select_related("owner", "source").only(*LEAD, *OWNER)
        found = some(rows.order_by(CLOCK, "pk"), SHOWN)
        schedule = Schedule.load() if found.rows else None
        told = [Waiting(lead, countdown(lead, self.clock.now, schedule)) for lead in found.rows if schedule]
        return Some(told, found.count)

    @cached_property
    def absences(self) -> list[Absence]:
        """From today to the end of the week."""
        sunday = self.clock.today + (6 - self.clock.today.weekday()) * DAY
        rows: Any = visible(Absence, self.user).filter(first_day__lte=sunday, last_day__gte=self.clock.today)
        rows = rows.filter(person__in=self._people()).select_related("person")
        rows = rows.only("first_day", "last_day", "person__name", "person__email")
        return list(rows.order_by("first_day", "person__name", "pk"))

    @property
    def away_today(self) -> list[Absence]:
        return [away for away in self.absences if away.first_day <= self.clock.today]

    @property
    def away_later(self) -> list[Absence]:
        return [away for away in self.absences if away.first_day > self.clock.today]

    def _people(self) -> QuerySet[User]:
        """Who plans activities; a manager sees the own team."""
        people = visible(User, self.user).filter(is_active=True, role__in=DOERS)
        return people.filter(team=self.team) if self.team else people

    @cached_property
    def members(self) -> list[Member]:
        """Those with the most overdue first."""
        found = {person.pk: Member(person) for person in self._people().only("name", "email")}
        for person, planned in planned_of(list(found), self.user, self.clock, self._activities).items():
            member = found[person]
            member.overdue, member.today, member.open = planned["late"], planned["due"], planned["open"]
        for person, planned in shared_with(list(found), self._activities, self.clock).items():
            found[person].help(planned)
        for row in self._done(found):
            found[row["done_by"]].done = row["number"]
        for away in self.away_today:
            found[away.person_id].away_until = away.last_day
        return sorted(found.values(), key=lambda member: (-member.overdue, -member.open, str(member.person)))

    @cached_property
    def _activities(self) -> QuerySet[Activity]:
        """Those that are seen: to say which takes longer than to ask for some of them."""
        return visible(Activity, self.user)

    def _done(self, people: Iterable[int]) -> Iterable[dict[str, Any]]:
        start, end = self.clock.begins(0), self.clock.begins(1)
        done = Activity.objects.filter(done_by__in=people, done_at__gte=start, done_at__lt=end).exclude(kind=Kind.NOTE)
        # First which they are: guessing too many, the planner would read all leads and customers to know what is seen.
        rows = self._activities.filter(pk__in=list(done.values_list("pk", flat=True)))
        return rows.order_by().values("done_by").annotate(number=Count("pk"))

    @property
    def done_today(self) -> int:
        return sum(member.done for member in self.members)

    @property
    def due_today(self) -> int:
        """Still to be done: today's and what is overdue, each once, however many do it together."""
        return sum(member.overdue + member.today - member.shared for member in self.members)


IDLE = Q(open_activities=0)


def _sum(expression: Any, fits: Q | None = None) -> Any:
    return Coalesce(Sum(expression, filter=fits), ZERO, output_field=DecimalField())


def _told(rows: Any) -> Any:
    """With what a line of a short list shows."""
    return rows.select_related("stage", "customer", "company", "owner").only(*DEAL, *OWNER)
