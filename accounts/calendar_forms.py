"""Working hours, holidays and absences as forms."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Absence, Holiday, Role, User, WorkingHours
from crm.editing import RecordForm
from crm.text import is_blank

#: longer ones are a mistyped year
LONGEST = dt.timedelta(days=3 * 366)


class DayField(forms.DateField):
    """A day of this era."""

    def __init__(self, label: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(label=label, widget=widget, input_formats=["%Y-%m-%d"])

    def clean(self, value: Any) -> dt.date | None:
        day: dt.date | None = super().clean(value)
        if day and not 1900 <= day.year <= 2200:
            raise ValidationError(_("Choose a day between 1900 and 2200."))
        return day


class HourField(forms.TimeField):
    """Hours and minutes of a day, cleaned to the text in which two are compared: "09:30"."""

    def __init__(self, label: Any) -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        super().__init__(label=label, widget=widget, input_formats=["%H:%M", "%H:%M:%S"])

    def clean(self, value: Any) -> str:
        return _hour(super().clean(value))


def _hour(value: Any) -> str:
    return value.strftime("%H:%M") if isinstance(value, dt.time) else str(value or "")


class HoursForm(RecordForm[WorkingHours]):
    """The hours of a weekday; of a new one, which weekday."""

    noun = "working_hours"
    opens = HourField(gettext_lazy("From"))
    closes = HourField(gettext_lazy("Until"))

    class Meta:
        model = WorkingHours
        fields = ("weekday", "opens", "closes")

    def tailor(self, user: User) -> None:
        if not self.is_new:
            self.fields.pop("weekday")

    def read(self, row: WorkingHours, name: str) -> Any:
        value = super().read(row, name)
        return value if name == "weekday" else _hour(value)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        if opens and closes and closes <= opens:
            self.add_error("closes", _("The working day ends before it begins."))
        return cleaned


class HolidayForm(RecordForm[Holiday]):
    noun = "holiday"
    day = DayField(gettext_lazy("Day"))

    class Meta:
        model = Holiday
        fields = ("day", "name")

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if is_blank(name):
            raise ValidationError(_("Enter a name that can be read."), code="blank")
        return name


class AbsenceForm(RecordForm[Absence]):
    """One's own; admins and managers choose whose."""

    noun = "absence"
    first_day = DayField(gettext_lazy("First day"))
    last_day = DayField(gettext_lazy("Last day"))

    class Meta:
        model = Absence
        fields = ("person", "first_day", "last_day", "reason")

    def tailor(self, user: User) -> None:
        person = self.fields["person"]
        assert isinstance(person, forms.ModelChoiceField)  # noqa: S101 - of a foreign key
        if not self.is_new:
            self.fields.pop("person")
        elif user.effective_role in {Role.ADMIN, Role.MANAGER}:
            person.queryset = User.objects.visible_to(user).active()
            self.initial.setdefault("person", user.pk)
        else:
            self.fields.pop("person")
            self.instance.person = user
        self.fields["reason"].help_text = _("Seen by them, their managers and admins alone.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last:
            self._check_days(cleaned.get("person") or getattr(self.instance, "person", None), first, last)
        return cleaned

    def _check_days(self, person: User | None, first: dt.date, last: dt.date) -> None:
        if last < first:
            self.add_error("last_day", _("The last day lies before the first."))
        elif last - first > LONGEST:
            self.add_error("last_day", _("That is more than three years. Is the year right?"))
        elif person and self._overlapping(person, first, last):
            self.add_error(None, _("These days overlap another absence of the same person."))

    def _overlapping(self, person: User, first: dt.date, last: dt.date) -> bool:
        others = Absence.objects.visible_to(self.user).filter(person=person, first_day__lte=last, last_day__gte=first)
        return others.exclude(pk=self.instance.pk).exists()
