"""Who may do what: the one table behind the page "effective access", and the counts that prove it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import TEAM_ROLES, Role, User
from crm.access import AccessQuerySet, hidden_fields
from crm.models import Record

#: counting stops here: "10,000+" says enough
COUNT_LIMIT = 10_000

ALL, SOME, NONE = "all", "some", "none"
_READS = (SOME, gettext_lazy("Sees all, changes nothing"))
_NOTHING = (NONE, gettext_lazy("No access"))
_EVERYTHING = (ALL, gettext_lazy("Sees and changes all"))

Right = tuple[str, Any]


@dataclass(frozen=True)
class Area:
    """A part of the product, and what each role may do there, in words."""

    name: Any
    icon: str
    rights: dict[str, Right]


AREAS = (
    Area(
        gettext_lazy("Customers and companies"),
        "users",
        {
            Role.ADMIN: _EVERYTHING,
            Role.MANAGER: _EVERYTHING,
            Role.SALES: (SOME, gettext_lazy("Sees all, changes their own and those without an owner")),
            Role.AGENT: (SOME, gettext_lazy("Sees and changes customers who may be called; sees their companies")),
            Role.ANALYST: _READS,
        },
    ),
    Area(
        gettext_lazy("Leads"),
        "user-round-plus",
        {
            Role.ADMIN: _EVERYTHING,
            Role.MANAGER: (
                SOME,
                gettext_lazy("Sees, changes and assigns those of their team and those without an owner"),
            ),
            Role.SALES: (SOME, gettext_lazy("Sees and changes their own and those shared with them")),
            Role.AGENT: _NOTHING,
            Role.ANALYST: _READS,
        },
    ),
    Area(
        gettext_lazy("Deals"),
        "handshake",
        {
            Role.ADMIN: _EVERYTHING,
            Role.MANAGER: (SOME, gettext_lazy("Sees and changes those of their team and those without an owner")),
            Role.SALES: (SOME, gettext_lazy("Sees and changes their own and those shared with them")),
            Role.AGENT: (NONE, gettext_lazy("Sees only that a customer has an open deal")),
            Role.ANALYST: _READS,
        },
    ),
    Area(
        gettext_lazy("Activities and notes"),
        "list-checks",
        {
            Role.ADMIN: _EVERYTHING,
            Role.MANAGER: (
                SOME,
                gettext_lazy("Sees those about records they see, changes their own and what their team has planned"),
            ),
            Role.SALES: (SOME, gettext_lazy("Sees those about records they see, changes their own")),
            Role.AGENT: (SOME, gettext_lazy("Sees those about customers they see, changes their own")),
            Role.ANALYST: _READS,
        },
    ),
    Area(
        gettext_lazy("Orders"),
        "shopping-cart",
        {
            Role.ADMIN: _EVERYTHING,
            Role.MANAGER: _EVERYTHING,
            Role.SALES: (SOME, gettext_lazy("Sees all, changes those of customers they may change")),
            Role.AGENT: _NOTHING,
            Role.ANALYST: _READS,
        },
    ),
    Area(
        gettext_lazy("Revenue"),
        "chart-column",
        {
            Role.ADMIN: (ALL, gettext_lazy("Sees all")),
            Role.MANAGER: (ALL, gettext_lazy("Sees all")),
            Role.SALES: (SOME, gettext_lazy("Sees that of customers they own")),
            Role.AGENT: _NOTHING,
            Role.ANALYST: (ALL, gettext_lazy("Sees all")),
        },
    ),
    Area(
        gettext_lazy("Export"),
        "download",
        {
            Role.ADMIN: (ALL, gettext_lazy("All that they see")),
            Role.MANAGER: (ALL, gettext_lazy("All that they see")),
            Role.SALES: (SOME, gettext_lazy("What they own")),
            Role.AGENT: _NOTHING,
            Role.ANALYST: (ALL, gettext_lazy("All that they see")),
        },
    ),
    Area(
        gettext_lazy("Users and teams"),
        "users-round",
        {
            Role.ADMIN: _EVERYTHING,
            Role.MANAGER: (
                SOME,
                gettext_lazy("Their own team: invites, changes and deactivates sales executives and agents"),
            ),
            Role.SALES: (SOME, gettext_lazy("Their own profile")),
            Role.AGENT: (SOME, gettext_lazy("Their own profile")),
            Role.ANALYST: (SOME, gettext_lazy("Their own profile")),
        },
    ),
    Area(
        gettext_lazy("Working time and absences"),
        "clock",
        {
            Role.ADMIN: _EVERYTHING,
            Role.MANAGER: (SOME, gettext_lazy("Sees the hours and holidays, keeps the absences of their team")),
            Role.SALES: (SOME, gettext_lazy("Sees the hours and holidays, keeps their own absences")),
            Role.AGENT: (SOME, gettext_lazy("Sees the hours and holidays, keeps their own absences")),
            Role.ANALYST: (SOME, gettext_lazy("Sees the hours and holidays, keeps their own absences")),
        },
    ),
    Area(
        gettext_lazy("Administration"),
        "wrench",
        {
            Role.ADMIN: _EVERYTHING,
            Role.MANAGER: _NOTHING,
            Role.SALES: _NOTHING,
            Role.AGENT: _NOTHING,
            Role.ANALYST: _NOTHING,
        },
    ),
)


@dataclass(frozen=True)
class Line:
    """An area as one user has it."""

    name: str
    icon: str
    level: str
    text: str


def lines_of(user: User) -> list[Line]:
    """The table read for one user; who has no effective role has nothing but their profile."""
    rights = [(area, area.rights.get(user.effective_role, _NOTHING)) for area in AREAS]
    return [Line(str(area.name), area.icon, level, str(text)) for area, (level, text) in rights]


def reason(user: User) -> str:
    """Why: the role and the team, or what is missing."""
    if not user.is_active:
        return _("Deactivated: nothing, and no sign-in.")
    if not user.role:
        return _("No role: nothing but the own profile. An admin or manager can give a role.")
    role = user.get_role_display()
    if user.role in TEAM_ROLES and user.team is None:
        return _("%(role)s without a team: nothing but the own profile, until there is a team.") % {"role": role}
    if user.team:
        return _("%(role)s in team %(team)s.") % {"role": role, "team": user.team}
    return _("%(role)s.") % {"role": role}


@dataclass(frozen=True)
class Proof:
    """What the querysets really give this user, of one kind of record."""

    name: str
    visible: int
    editable: int
    hidden: list[str]


def proofs_of(user: User) -> list[Proof]:
    """Counted by the same doors that every page goes through."""
    return [_proof(model, user) for model in apps.get_models() if issubclass(model, Record)]


def _proof(model: type[models.Model], user: User) -> Proof:
    rows: Any = model._default_manager.all()
    hidden = [str(model._meta.get_field(name).verbose_name) for name in sorted(hidden_fields(model, user))]  # type: ignore[union-attr]  # masked fields are columns
    name = str(model._meta.verbose_name_plural).capitalize()
    return Proof(name, _count(rows.visible_to(user)), _count(rows.editable_by(user)), hidden)


def _count(rows: AccessQuerySet[Any]) -> int:
    """At most one more than COUNT_LIMIT."""
    return rows.order_by().values("pk")[: COUNT_LIMIT + 1].count()
