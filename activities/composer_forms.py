"""What is written on a record, planned or done, and what is asked when something has been done."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities import files
from activities.fields import DayField, FilesField, HourField, MomentField, PeopleField, PersonField
from activities.forms import DONE, PLANNED, ActivityForm, fill_outcomes, text_area
from activities.lookup import AboutField
from activities.models import OUTCOMES, Activity, Kind
from activities.subjects import kind_of, links_of
from crm.text import is_blank

if TYPE_CHECKING:
    from accounts.models import User
    from crm.models import Record

STATES = ((DONE, gettext_lazy("Done")), (PLANNED, gettext_lazy("Planned")))


class ComposerForm(ActivityForm):
    """Note, call, meeting, e-mail or task. What does not belong to the chosen tab is not read."""

    kind = forms.ChoiceField(choices=Kind.choices, required=False)
    state = forms.ChoiceField(choices=STATES, required=False)
    title = forms.CharField(max_length=200, required=False)
    due_on = DayField(label=gettext_lazy("Due on"))
    due_hour = HourField(label=gettext_lazy("Hour"))
    done_at = MomentField(label=gettext_lazy("When"))
    body = text_area(1, gettext_lazy("Note"))
    collaborators = forms.Field(required=False)
    repeat_until = DayField(label=gettext_lazy("Repeats until"))

    class Meta:
        model = Activity
        fields = [
            "kind",
            "title",
            "body",
            "duration",
            "outcome",
            "owner",
            "repeats",
            "repeat_until",
            "remind_before",
            "due_on",
        ]

    def __init__(self, data: Any = None, *, subject: Record, user: User, brief: bool = False, **more: Any) -> None:
        """`brief`: without what most do not need, which is fetched when it is wanted."""
        self.links, self.brief = links_of(subject), brief
        blank = Activity(owner=user, created_by=user, **self.links)
        setattr(blank, kind_of(subject), subject)
        super().__init__(data, user=user, instance=blank, **more)
        self.auto_id = "composer_%s"

    def tailor(self, user: User) -> None:
        super().tailor(user)
        self.fields["owner"].required = False
        self.fields["files"] = FilesField(label=_("Files"))
        self.fields["files"].widget.attrs["data-most"] = settings.ATTACHMENT_MAX_MB
        given = {name: value for name, value in self.initial.items() if value}
        due = timezone.localdate() + dt.timedelta(days=1)
        self.initial = {"kind": Kind.NOTE, "due_on": due, "owner": user.pk} | given
        self.initial.setdefault("state", PLANNED if self.initial["kind"] == Kind.TASK else DONE)

    def _fill_people(self, user: User) -> None:
        if self.brief:
            self.fields["owner"], self.fields["collaborators"] = PersonField([]), PeopleField([])
        else:
            super()._fill_people(user)

    @property
    def tabs(self) -> list[tuple[str, Any]]:
        first = [Kind.NOTE, Kind.CALL, Kind.MEETING, Kind.EMAIL, Kind.TASK]
        return [(kind.value, kind.label) for kind in first]

    @property
    def outcomes(self) -> list[tuple[str, list[tuple[str, Any]]]]:
        """How each kind can have gone, where there is a choice."""
        return [(kind, [(o.value, o.label) for o in found]) for kind, found in OUTCOMES.items() if len(found) > 1]

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or Kind.NOTE

    def needs_body(self) -> bool:
        return self.cleaned_data.get("kind") == Kind.NOTE

    @property
    def is_planned(self) -> bool:
        return self.cleaned_data.get("kind") != Kind.NOTE and self.cleaned_data.get("state") == PLANNED

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        kind = data.get("kind", Kind.NOTE)
        apart = {"duration": None, "outcome": "", "done_at": None} if self.is_planned else _NO_PLAN
        for name in apart:
            self.errors.pop(name, None)
        data.update(apart)
        if kind == Kind.NOTE:
            data.update({"title": "", "duration": None, "outcome": ""})
        data["owner"] = data.get("owner") or self.user
        self.check_plan()
        if "kind" in data:
            self.check_outcome(kind)
        if kind == Kind.TASK and not data.get("title") and "title" not in self.errors:
            self.add_error("title", _("Say what is to be done."))
        return data

    def _create(self, by: User) -> Activity:
        row, data = self.instance, self.cleaned_data
        if self.is_planned:
            row.done_at = row.done_by = None
            row.due_at = self.due_at()
            row.repeat_anchor = row.due_on if row.repeats else None
        else:
            row.done_at, row.done_by = data["done_at"] or timezone.now(), by
        if not row.title and not row.body:
            row.title = str(row.get_kind_display())
        return super()._create(by)

    def write_related(self, row: Activity, changed: list[str]) -> None:
        super().write_related(row, changed)
        files.keep(self.cleaned_data["files"], by=self.user, links=self.links, activity=row)
        row.answer_lead(self.user)


_NO_PLAN: dict[str, Any] = {
    "due_on": None,
    "due_hour": "",
    "repeats": "",
    "repeat_until": None,
    "remind_before": None,
    "owner": None,
    "collaborators": [],
}


class QuickForm(ActivityForm):
    """Something to do, about any record or none."""

    title = forms.CharField(max_length=200)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[choice for choice in Kind.choices if choice[0] != Kind.NOTE]
    )
    about = AboutField(label=gettext_lazy("About"), required=False)
    due_on = DayField(label=gettext_lazy("Due on"))
    due_hour = HourField(label=gettext_lazy("Hour"))

    class Meta:
        model = Activity
        fields = ["title", "kind", "due_on"]

    field_order = ["title", "kind", "about", "due_on", "due_hour"]

    def __init__(self, data: Any = None, *, user: User, initial: dict[str, Any] | None = None) -> None:
        due = {"kind": Kind.TASK, "due_on": timezone.localdate() + dt.timedelta(days=1)}
        super().__init__(data, user=user, instance=Activity(owner=user, created_by=user), initial=due | (initial or {}))

    def tailor(self, user: User) -> None:
        super().tailor(user)
        about = self.fields["about"]
        assert isinstance(about, AboutField)  # noqa: S101 - declared above
        about.user = user
        about.widget.attrs["data-suggest"] = reverse("activities:records")
        about.widget.attrs["placeholder"] = _("Type the name of a customer, lead or deal")
        self.fields["title"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.check_plan()
        return data

    def _create(self, by: User) -> Activity:
        for column, pk in links_of(self.cleaned_data["about"]).items():
            setattr(self.instance, column, pk)
        self.instance.due_at = self.due_at()
        return super()._create(by)


class OutcomeForm(forms.Form):
    """How did it go, and what is next?"""

    outcome = forms.CharField(required=False)
    duration = forms.IntegerField(label=gettext_lazy("Minutes"), required=False, min_value=0, max_value=10_080)
    next_kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[choice for choice in Kind.choices if choice[0] != Kind.NOTE],
        required=False,
    )
    next_title = forms.CharField(label=gettext_lazy("What is next?"), max_length=200, required=False)
    next_on = DayField(label=gettext_lazy("On"))

    def __init__(self, data: Any = None, *, activity: Activity, **more: Any) -> None:
        super().__init__(data, **more)
        self.auto_id = "outcome_%s"
        fill_outcomes(self, activity.kind)
        if len(self.fields["outcome"].choices if "outcome" in self.fields else []) == 2:  # type: ignore[attr-defined]  # a choice field
            self.fields.pop("outcome")  # a task is done, and that is all
        self.fields["next_on"].widget.attrs["autofocus"] = True

    def clean_next_title(self) -> str:
        title: str = self.cleaned_data["next_title"]
        if title and is_blank(title):
            raise ValidationError(_("Write something that can be seen."))
        return title

    def clean_next_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["next_on"]
        if day and day < timezone.localdate():
            raise ValidationError(_("This day has passed."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("next_title") and not data.get("next_on") and "next_on" not in self.errors:
            self.add_error("next_on", _("Choose a day for it."))
        return data


class DueForm(forms.Form):
    """To another day, and perhaps hour."""

    due_on = DayField(label=gettext_lazy("Due on"))
    due_hour = HourField(label=gettext_lazy("Hour"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("due_hour") and not data.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("Choose the day of this hour."))
        return data


class SnoozeForm(forms.Form):
    to = DayField(label=gettext_lazy("Until"), required=True)

    def clean_to(self) -> dt.date:
        day: dt.date = self.cleaned_data["to"]
        if day <= timezone.localdate():
            raise ValidationError(_("Choose a day that is still to come."))
        return day


class FilesForm(forms.Form):
    """Field `files`, made here: a class attribute of that name is Django's own."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["files"] = FilesField(label=_("Files"), required=True)


class TimelineFilter(forms.Form):
    """What of a timeline is shown, and from where on."""

    show = forms.ChoiceField(required=False)
    before = forms.CharField(required=False, max_length=100)


class WordsForm(forms.Form):
    """What somebody types for suggestions."""

    q = forms.CharField(required=False, max_length=100)
