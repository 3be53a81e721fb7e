from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from accounts import invitations
from accounts.hours import Absence
from accounts.last_admin import an_admin_stays
from accounts.models import BELOW_MANAGER, TEAM_ROLES, Role, Team, Theme, User
from crm.editing import RecordForm
from crm.fields import TimeZoneField
from crm.moments import today
from crm.text import is_blank
from crm.versions import Versioned


def _visible_name(name: str) -> str:
    if is_blank(name):
        raise ValidationError(_("Enter a name that can be read."), code="blank")
    return name


class UserForm(RecordForm[User]):
    """What admins and managers may change of a colleague; what they may not is not in the form."""

    noun = "user"
    #: left to admins: managers work inside their own team
    ADMIN_FIELDS: ClassVar[tuple[str, ...]] = ("email", "team")

    class Meta:
        model = User
        fields: tuple[str, ...] = ("name", "email", "role", "team", "lead_capacity")

    def tailor(self, user: User) -> None:
        if "lead_capacity" in self.fields:
            self.fields["lead_capacity"].help_text = _("Leads are shared out up to this many. 0: they get none.")
        if user.effective_role != Role.ADMIN:
            for name in self.ADMIN_FIELDS:
                self.fields.pop(name)
        if self.instance.pk == user.pk:
            self.fields.pop("role")  # nobody changes their own role
        else:
            self._offer_roles(user)
        if "team" in self.fields:
            team = self.fields["team"]
            assert isinstance(team, forms.ModelChoiceField)  # noqa: S101 - of a foreign key
            team.queryset = Team.objects.visible_to(user)
            team.help_text = _("Managers and sales executives need one: they see what their team may see.")

    def _offer_roles(self, user: User) -> None:
        may_give = set(Role) if user.effective_role == Role.ADMIN else BELOW_MANAGER
        offered = [(role.value, role.label) for role in Role if role in may_give or role == self.instance.role]
        if not self.instance.role:
            offered.insert(0, ("", _("Choose a role")))
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)  # noqa: S101 - of a field with choices
        role.choices = offered
        role.required = True

    def clean_name(self) -> str:
        return _visible_name(self.cleaned_data["name"])

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        role = cleaned.get("role", self.instance.role)
        team = cleaned.get("team") if "team" in self.fields else self.user.team if self.is_new else self.instance.team
        self._refuse_without_team(role, team.pk if team else None)
        return cleaned

    def _refuse_without_team(self, role: str, team_id: int | None) -> None:
        if role in TEAM_ROLES and team_id is None and not self.has_error("team"):
            problem = ValidationError(_("This role needs a team."), code="team")
            self.add_error("team" if "team" in self.fields else None, problem)

    def apply(self, *, by: User) -> User:
        with an_admin_stays():
            return super().apply(by=by)

    def write(self, row: User, changed: list[str]) -> None:
        super().write(row, changed)
        if {"role", "team"} & set(changed) and row.role in TEAM_ROLES and row.team_id is None:
            raise ValidationError(_("This role needs a team. Somebody else has just changed it: reload the page."))


class InviteForm(UserForm):
    ADMIN_FIELDS = ("team",)
    origin: str

    class Meta(UserForm.Meta):
        fields = ("name", "email", "role", "team")

    def _create(self, by: User) -> User:
        invited = self.save(commit=False)
        if "team" not in self.fields:
            invited.team_id = by.team_id
        return invitations.invite(invited, by=by, origin=self.origin)


class ProfileForm(RecordForm[User]):
    """What everybody may change of themselves, whatever their role."""

    noun = "user"
    time_zone = TimeZoneField(label=_("Time zone"), help_text=_("Times are shown in it. Empty: the organisation's."))
    theme = forms.ChoiceField(label=_("Theme"), choices=Theme.choices, required=False)

    class Meta:
        model = User
        fields = ("name", "time_zone", "theme", "hotkeys")

    def tailor(self, user: User) -> None:
        self.fields["hotkeys"].label = _("Keyboard shortcuts of a single key")
        self.fields["hotkeys"].help_text = _("Such as / for search and c for something new. Press ? to see them all.")

    def clean_name(self) -> str:
        return _visible_name(self.cleaned_data["name"])

    def _check_scope(self, row: Versioned, by: User) -> None:
        """One's own profile is in nobody's list of users to manage."""


class TeamForm(RecordForm[Team]):
    noun = "team"

    class Meta:
        model = Team
        fields = ("name",)

    def clean_name(self) -> str:
        return _visible_name(self.cleaned_data["name"])


class HandoverForm(forms.Form):
    """Who takes over. Nobody is an answer, but one that has to be chosen."""

    NOBODY = "nobody"
    successor = forms.ChoiceField(label=_("Who takes them over?"), choices=())

    def __init__(self, data: Any = None, *, leaver: User, user: User, owns_any: bool) -> None:
        super().__init__(data)
        if not owns_any:
            self.fields.pop("successor")
            return
        colleagues = User.objects.assignable_by(user).exclude(pk=leaver.pk).select_related("team")
        self.colleagues = {str(colleague.pk): colleague for colleague in colleagues}
        away = dict(Absence.objects.visible_to(user).on(today()).values_list("person_id", "last_day"))
        people = [(key, _described(other, away.get(other.pk))) for key, other in self.colleagues.items()]
        successor = self.fields["successor"]
        assert isinstance(successor, forms.ChoiceField)  # noqa: S101 - declared above
        successor.choices = [("", _("Choose…")), *people, (self.NOBODY, _("Nobody: they become unowned"))]

    def clean_successor(self) -> User | None:
        return self.colleagues.get(self.cleaned_data["successor"])


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=Theme.choices, required=False)


def _described(user: User, away_until: dt.date | None) -> str:
    """Who it is, and what speaks against them: they are away, or have never signed in."""
    known = [str(user.get_role_display()), str(user.team or "")]
    if away_until:
        known.append(str(_("away until %(day)s") % {"day": formats.date_format(away_until, "j M Y")}))
    if not user.has_usable_password():
        known.append(str(_("invited only")))
    return f"{user} – {', '.join(part for part in known if part)}"
