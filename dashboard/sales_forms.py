"""What may be asked of the boards of sales: dates, buckets, what to compare with, a team, a person."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.owners import NOBODY
from dashboard.forms import PeriodForm
from dashboard.sales_scope import Person, Selling, people_of

if TYPE_CHECKING:
    from accounts.models import User

Against = Literal["before", "year"]


class PeopleForm(PeriodForm):
    """With a team and a person, for those who see more than themselves."""

    kept: ClassVar[tuple[str, ...]] = ("by", "team", "owner")

    team = forms.ChoiceField(label=gettext_lazy("Team"), required=False)
    owner = forms.ChoiceField(label=gettext_lazy("Person"), required=False)

    def __init__(self, data: Any, *, today: dt.date, user: User) -> None:
        super().__init__(data, today=today)
        self.user = user
        people = people_of(user)
        if people:
            cast("forms.ChoiceField", self.fields["team"]).choices = _teams(people, user)
            cast("forms.ChoiceField", self.fields["owner"]).choices = _people(people)
        else:
            del self.fields["team"], self.fields["owner"]

    @property
    def scope(self) -> Selling:
        team, owner = self.cleaned_data.get("team") or "", self.cleaned_data.get("owner") or ""
        return Selling(self.user, int(team) if team else None, int(owner) if owner.isdigit() else owner or None)


class SalesForm(PeopleForm):
    kept = ("by", "against", "team", "owner")

    against = forms.ChoiceField(
        label=gettext_lazy("Compare with"),
        required=False,
        choices=[("", gettext_lazy("The days before")), ("year", gettext_lazy("The year before"))],
    )
    field_order = ("first", "last", "by", "against", "team", "owner")

    @property
    def compared(self) -> Against:
        return cast("Against", self.cleaned_data["against"] or "before")


def _teams(people: list[Person], user: User) -> list[tuple[str, Any]]:
    named = {person.team: person.team_name for person in people if person.team}
    if user.effective_role == "manager":
        return [("", _("My team and unassigned")), *((str(pk), name) for pk, name in named.items())]
    return [("", _("All teams")), *((str(pk), name) for pk, name in named.items())]


def _people(people: list[Person]) -> list[tuple[Any, Any]]:
    groups: list[tuple[Any, Any]] = [
        (team or _("Without a team"), [(str(person.pk), person.name) for person in members])
        for team, members in groupby(people, key=lambda person: person.team_name)
    ]
    return [("", _("Everybody")), (NOBODY, _("Nobody")), *groups]
