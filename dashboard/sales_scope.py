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

    def done_by(self, person: str = "done_by") -> Q:
        """A manager's team alone: what others did for the same customers is their manager's."""
        team = self.user.team_id if self.user.effective_role == "manager" else self.team
        whose = Q(**{f"{person}__team_id": team}) if team else Q()
        if self.owner == NOBODY:
            return whose & Q(**{person: None})
        return whose & Q(**{f"{person}_id": self.owner}) if self.owner else whose

    @property
    def is_alone(self) -> bool:
        """Of somebody who sees by ownership and by what is shared, and not by role or team."""
        return self.user.effective_role == ALONE

    # Tallies have no rows to be asked who sees them, but they have the owners that this rests on.

    def tallied(self, tally: Any) -> Any:
        """Of the leads that a tally counts, those of leads()."""
        return self.owned(tally.filter(sees_owned(self.user)))

    def tallied_work(self, tally: Any) -> Any:
        """Of the work that a tally counts, that of done(); but for work about shared records and deleted customers."""
        return tally.filter(sees_work(self.user), self.done_by("person"))

    @property
    def filters(self) -> dict[str, Any]:
        """As lists and boards have them in their URLs."""
        return {name: value for name, value in (("owner", self.owner), ("team", self.team)) if value}


def sees_owned(user: User) -> Q:
    """What `user` sees of the records that have an `owner`, but for those that are shared."""
    match user.effective_role:
        case "admin" | "analyst":
            return Q(pk__isnull=False)
        case "manager":
            return Q(owner__team_id=user.team_id) | Q(owner=None)
        case "sales":
            return Q(owner_id=user.pk)
    return Q(pk__in=[])


def sees_work(user: User) -> Q:
    """The same of a tally of work, but for work about deleted customers."""
    own = Q(about="nothing") & (Q(owner_id=user.pk) | Q(creator_id=user.pk))
    return Q(about="customer") | Q(about="record") & sees_owned(user) | own


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
