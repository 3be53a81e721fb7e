"""Whose leads, deals and activities a board is about: what the user sees, narrowed to a team or a person."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Q

from accounts.models import OWNER_ROLES, User, UserQuerySet
from activities.models import Activity, ActivityQuerySet, Kind
from crm.access import require, visible
from customers.owners import NOBODY
from deals.models import Deal
from leads.models import Lead

if TYPE_CHECKING:
    from deals.models import DealQuerySet
    from leads.models.lead import LeadQuerySet

#: roles that see a board of sales; the one whose board is about themselves
SEERS, ALONE = frozenset({"admin", "manager", "analyst", "sales"}), "sales"
#: what counts as work: notes are none
WORK = (Kind.CALL, Kind.MEETING, Kind.EMAIL, Kind.TASK)


def may_see(user: User) -> bool:
    return user.effective_role in SEERS


@dataclass(frozen=True)
class Selling:
    """`person` is a user's id, or NOBODY for what belongs to none. Sales are always about themselves."""

    user: User
    team: int | None = None
    person: int | str | None = None

    @cached_property
    def owner(self) -> int | str | None:
        """403 for whoever sees no sales at all."""
        require(may_see(self.user))
        return self.user.pk if self.user.effective_role == ALONE else self.person

    def leads(self) -> LeadQuerySet:
        return cast("LeadQuerySet", self.owned(visible(Lead, self.user)))

    def deals(self) -> DealQuerySet:
        return cast("DealQuerySet", self.owned(visible(Deal, self.user)))

    def owned(self, rows: Any) -> Any:
        """Of these leads or deals, those of the team and person."""
        if self.team:
            rows = rows.filter(owner__team_id=self.team)
        if self.owner == NOBODY:
            return rows.filter(owner=None)
        return rows.filter(owner_id=self.owner) if self.owner else rows

    def done(self) -> ActivityQuerySet:
        """Calls, meetings, mails and tasks that are done, by whoever did them."""
        return cast("ActivityQuerySet", self.work(visible(Activity, self.user)))

    def work(self, rows: Any) -> Any:
        """Of these activities, what counts as the team's and person's work."""
        return rows.filter(self.done_by(), done_at__isnull=False, kind__in=WORK)

    def done_by(self) -> Q:
        """A manager's team alone: what others did for the same customers is their manager's."""
        team = self.user.team_id if self.user.effective_role == "manager" else self.team
        whose = Q(done_by__team_id=team) if team else Q()
        if self.owner == NOBODY:
            return whose & Q(done_by=None)
        return whose & Q(done_by_id=self.owner) if self.owner else whose

    @property
    def filters(self) -> dict[str, Any]:
        """As lists and boards have them in their URLs."""
        return {name: value for name, value in (("owner", self.owner), ("team", self.team)) if value}


@dataclass(frozen=True)
class Person:
    pk: int
    name: str
    team: int | None
    team_name: str


def people_of(user: User) -> list[Person]:
    """Whom `user` may look at one by one: everybody who can own a record, those who left included; a manager the own
    team; sales nobody."""
    if user.effective_role not in SEERS - {ALONE}:
        return []
    return _people(User.objects.get_queryset().filter(role__in=OWNER_ROLES), user)


def workers_of(user: User) -> list[Person]:
    """Whose work `user` may look at: agents', who own nothing, too; of sales, their own."""
    people = User.objects.get_queryset()
    return _people(people.filter(pk=user.pk) if user.effective_role == ALONE else people, user)


def _people(people: UserQuerySet, user: User) -> list[Person]:
    if user.effective_role == "manager":
        people = people.filter(Q(team_id=user.team_id))
    rows = people.order_by("team__name", "name", "pk").values_list("pk", "name", "email", "team_id", "team__name")
    return [Person(pk, name or email, team, team_name or "") for pk, name, email, team, team_name in rows]
