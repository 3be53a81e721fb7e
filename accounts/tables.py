"""The list of users."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, Team, User, UserQuerySet
from crm.keyset import Sort
from crm.lists import Cell, Column, Empty, ListFilter, Listing, View
from crm.text import folded

LEADERS = frozenset({Role.ADMIN, Role.MANAGER})
_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_STATES = {
    "active": _("Active"),
    "invited": _("Invited"),
    "deactivated": _("Deactivated"),
}
EVERYBODY = "everybody"
_TONES = {"active": "good", "invited": "accent", "deactivated": ""}


def state_of(user: User) -> str:
    if not user.is_active:
        return "deactivated"
    return "invited" if user.is_invited else "active"


def state_cell(user: User) -> Cell:
    state = state_of(user)
    return Cell("badge", _STATES[state], extra=_TONES[state])


class UserFilter(ListFilter):
    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("Any")), *Role.choices])
    team: forms.ModelChoiceField[Team] = forms.ModelChoiceField(
        None, label=_("Team"), required=False, empty_label=_("Any")
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Active and invited")), *_STATES.items(), (EVERYBODY, _("Everybody"))],
    )

    def tailor(self, user: User) -> None:
        self.offer("team", lambda: Team.objects.visible_to(user))

    def narrow(self, rows: QuerySet[Any], data: dict[str, Any]) -> QuerySet[Any]:
        assert isinstance(rows, UserQuerySet)  # noqa: S101 - the list of users
        if "q" in data:
            rows = _searched(rows, data["q"])
        if "role" in data:
            rows = rows.filter(role=data["role"])
        if "team" in data:
            rows = rows.filter(team_id=data["team"].pk)
        match data.get("state"):
            case "active":
                rows = rows.active().exclude(pk__in=rows.invited().values("pk"))
            case "invited":
                rows = rows.invited()
            case "deactivated":
                rows = rows.filter(is_active=False)
        return rows


def _searched(rows: UserQuerySet, text: str) -> UserQuerySet:
    """Every word in the name or the e-mail, whatever its accents."""
    rows = rows.alias(searched_name=folded("name"))
    for word in text.split()[:8]:
        rows = rows.filter(Q(searched_name__contains=folded(Value(word))) | Q(email__contains=word.lower()))
    return rows


class Users(Listing[User]):
    name = "users"
    model = User
    title = _("Users")
    url_name = "accounts:users"
    create_url_name = "accounts:invite"
    create_label = _("Invite")
    create_roles = LEADERS
    filter_class = UserFilter
    columns = (
        Column("name", _("Name"), str, sort="name"),
        Column("email", _("E-mail"), lambda user: user.email, kind="email", sort="email"),
        Column("role", _("Role"), lambda user: user.get_role_display() or _("None"), sort="role"),
        Column("team", _("Team"), lambda user: str(user.team or ""), sort="team"),
        Column("state", _("State"), state_of, cell=state_cell),
        Column("seen", _("Last sign-in"), lambda user: user.last_login, kind="time", sort="seen"),
    )
    sorts = {
        "name": Sort(folded(Coalesce("name", Value("")))),
        "email": Sort("email"),
        "role": Sort("role"),
        "team": Sort(folded(Coalesce("team__name", Value("")))),
        "seen": Sort(Coalesce("last_login", Value(_NEVER))),
    }
    default_sort = "name"

    def prepare(self, rows: QuerySet[User]) -> QuerySet[User]:
        return rows.select_related("team")

    def _narrow(self, rows: QuerySet[User]) -> QuerySet[User]:
        """Whoever cannot sign in is in the way, mostly: an import brings hundreds of them."""
        return super()._narrow(rows if "state" in self.filters else rows.filter(is_active=True))

    @cached_property
    def views(self) -> list[View]:
        """The deactivated apart, if there are any."""
        apart = self.filters.get("state") == "deactivated"
        count = User.objects.visible_to(self.user).filter(is_active=False).count()
        if not count:
            return []
        label = _("Deactivated (%(count)s)") % {"count": formats.number_format(count, force_grouping=True)}
        url = f"{self.url}?state=deactivated"
        return [View(_("Active and invited"), self.url, "state" not in self.filters), View(label, url, apart)]

    def empty(self) -> Empty:
        return Empty(_("Nobody here yet"), _("Invite the colleagues you work with."), icon="users-round")
