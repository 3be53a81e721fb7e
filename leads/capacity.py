"""Who can take leads: how many they have open, how many they may, and whether they are here today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.models import Absence, Role, User, UserQuerySet
from leads.models import Lead, LeadQuerySet


class Unfit(StrEnum):
    """Why somebody gets no lead when leads are shared out."""

    LEFT = "left"
    NO_ROLE = "no_role"
    INVITED = "invited"
    AWAY = "away"
    NONE = "none"
    FULL = "full"


@dataclass
class Load:
    """A person, the open leads they have, and how many they can work."""

    person: User
    open: int
    capacity: int
    #: the last day of the absence on which they are
    away_until: dt.date | None = None

    @property
    def free(self) -> int:
        return max(self.capacity - self.open, 0)

    @property
    def unfit(self) -> Unfit | None:
        """Why they are skipped now, if they are."""
        tests = (
            (Unfit.LEFT, not self.person.is_active),
            (Unfit.NO_ROLE, self.person.effective_role not in {Role.ADMIN, Role.MANAGER, Role.SALES}),
            (Unfit.INVITED, self.person.is_invited),
            (Unfit.AWAY, self.away_until is not None),
            (Unfit.NONE, self.capacity == 0),
            (Unfit.FULL, self.free == 0),
        )
        return next((why for why, holds in tests if holds), None)

    @property
    def text(self) -> str:
        """For menus: how busy they are, or why they cannot take one."""
        if self.unfit in {None, Unfit.FULL}:
            return _("%(open)s of %(capacity)s open") % {"open": self.open, "capacity": self.capacity}
        return self.why

    @property
    def why(self) -> str:
        return reason(self.unfit, self.away_until, self.open, self.capacity) if self.unfit else ""


def reason(why: str, until: dt.date | None = None, open_leads: int = 0, capacity: int = 0) -> str:
    """Why somebody was skipped, in words."""
    match why:
        case Unfit.LEFT:
            return _("is deactivated")
        case Unfit.NO_ROLE:
            return _("has no role that owns leads")
        case Unfit.INVITED:
            return _("has never signed in")
        case Unfit.AWAY:
            return _("is away until %(day)s") % {"day": formats.date_format(until, "j M Y") if until else "–"}
        case Unfit.NONE:
            return _("takes no leads")
    return _("is full: %(open)s of %(capacity)s open") % {"open": open_leads, "capacity": capacity}


def loads(people: Iterable[User], day: dt.date) -> list[Load]:
    """The loads of these people on `day`, in their order. Two queries for any number of them."""
    people = list(people)
    ids = [person.pk for person in people]
    counted = LeadQuerySet(Lead).alive().open().filter(owner__in=ids).order_by().values_list("owner")
    open_leads = dict(counted.annotate(count=Count("pk")))
    absent = Absence.objects.get_queryset().filter(person__in=ids, first_day__lte=day, last_day__gte=day)
    away = dict(absent.values_list("person", "last_day"))
    return [Load(p, open_leads.get(p.pk, 0), p.lead_capacity, away.get(p.pk)) for p in people]


def within_reach(by: User) -> UserQuerySet:
    """Among whom `by` may share leads out; those who left are here too, so that it can be said of them."""
    match by.effective_role:
        case Role.ADMIN:
            return User.objects.get_queryset().exclude(role__in=["", Role.AGENT, Role.ANALYST])
        case Role.MANAGER:
            return User.objects.get_queryset().filter(team=by.team, role__in=[Role.MANAGER, Role.SALES])
    return User.objects.get_queryset().none()


def usual(by: User) -> UserQuerySet:
    """Among whom leads are shared out when nobody is named: the sales executives within reach."""
    return within_reach(by).active().filter(role=Role.SALES)
