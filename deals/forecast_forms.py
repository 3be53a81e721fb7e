"""What the forecast is asked for."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access import visible
from deals.forecast import Scope, people_of, teams
from deals.forecast_filter import month_of, next_month
from deals.models import Pipeline
from deals.past_forecast import BEFORE, HALFWAY, START

if TYPE_CHECKING:
    from accounts.models import Team, User

SPANS = {3: gettext_lazy("3 months"), 6: gettext_lazy("6 months"), 12: gettext_lazy("12 months")}
USUAL = 6
AS_OF = {
    START: gettext_lazy("Start of the month"),
    BEFORE: gettext_lazy("A month before"),
    HALFWAY: gettext_lazy("Half-way, on the 15th"),
}
#: who may look at the forecast of more than themselves
OVER_TEAMS = frozenset({"admin", "analyst"})


class MonthField(forms.CharField):
    """The first day of a month written as 2026-11."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return month_of(text) if text else None
        except (ValueError, IndexError) as error:
            raise ValidationError(_("Choose a month between 1900 and 2200, such as 2026-11.")) from error


class ScopeForm(forms.Form):
    """Whose deals, and from which month on."""

    #: how many months are shown unless something else is chosen
    SPAN = USUAL

    pipeline: forms.ModelChoiceField[Pipeline] = forms.ModelChoiceField(
        None, label=gettext_lazy("Pipeline"), required=False, empty_label=gettext_lazy("All")
    )
    team: forms.ModelChoiceField[Team] = forms.ModelChoiceField(
        None, label=gettext_lazy("Team"), required=False, empty_label=gettext_lazy("All")
    )
    owner: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        None, label=gettext_lazy("Person"), required=False, empty_label=gettext_lazy("Everybody")
    )
    first = MonthField(label=gettext_lazy("From"), required=False, max_length=7, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, user: User, today: dt.date) -> None:
        super().__init__(data)
        self.user, self.today = user, today
        self._offer("pipeline", visible(Pipeline, user).order_by("position", "pk"))
        self._offer("team", teams())
        self._offer("owner", people_of(user))
        if user.effective_role not in OVER_TEAMS:
            del self.fields["team"]
        if user.effective_role == "sales":
            del self.fields["owner"]

    def _offer(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = rows

    @property
    def usual_first(self) -> dt.date:
        return self.today.replace(day=1)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, months = data.get("first") or self.usual_first, data.get("months") or self.SPAN
        try:
            next_month(first, -months - 1), next_month(first, months + 1)
        except ValueError:
            self.add_error("first", _("Choose a month between 1900 and 2200, such as 2026-11."))
        return data | {"first": first}

    @property
    def scope(self) -> Scope:
        """Sales see what they are to win themselves."""
        data = self.cleaned_data
        owner = self.user if self.user.effective_role == "sales" else data.get("owner")
        months = data.get("months") or self.SPAN
        return Scope(self.user, data["first"], months, data.get("pipeline"), data.get("team"), owner)

    @property
    def sentences(self) -> str:
        return " ".join(f"{self.fields[name].label}: {errors[0]}" for name, errors in self.errors.items())


class ForecastForm(ScopeForm):
    months = forms.TypedChoiceField(
        label=gettext_lazy("Months"),
        required=False,
        coerce=int,
        choices=list(SPANS.items()),
        widget=forms.HiddenInput,
    )


class PastForm(ScopeForm):
    """Forecasts of twelve months, up to this one, each as it was on a day of its own."""

    SPAN = 12

    as_of = forms.ChoiceField(label=gettext_lazy("Forecast as of"), required=False, choices=AS_OF)

    @property
    def usual_first(self) -> dt.date:
        return next_month(self.today, 1 - self.SPAN)
