"""Notes, plans and what was done: written in the composer, edited in place."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities.entries import may_remove
from activities.fields import DayField, HourField, MomentField, PeopleField, PersonField
from activities.models import OUTCOMES, Activity, Comment, Kind, Reminder, Repeats
from activities.models.verbs import at_hour
from activities.people import doers_of, mentioned_in
from crm.editing import RecordForm
from crm.models import Record
from crm.text import is_blank

if TYPE_CHECKING:
    from accounts.models import User

PLANNED, DONE = "planned", "done"
#: how far the clock of a sender may be ahead
SLACK = dt.timedelta(minutes=10)


def text_area(rows: int, label: Any, most: int = 20_000) -> forms.CharField:
    attributes = {"rows": rows, "autocomplete": "off"}
    return forms.CharField(label=label, max_length=most, required=False, widget=forms.Textarea(attrs=attributes))


class ActivityForm(RecordForm[Activity]):
    """What all forms of activities know: hours, colleagues, mentions."""

    noun = "activity"

    def tailor(self, user: User) -> None:
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("autocomplete", "off")
            if name == "title":
                field.label = _("What")
        if "repeats" in self.fields:
            self.fields["repeats"] = forms.ChoiceField(
                choices=[("", _("Never")), *Repeats.choices], required=False, label=_("Repeats")
            )
        if "remind_before" in self.fields:
            self.fields["remind_before"] = forms.TypedChoiceField(
                choices=[("", _("As usual")), *Reminder.choices],
                coerce=int,
                empty_value=None,
                required=False,
                label=_("Remind"),
            )
        if "owner" in self.fields:
            self._fill_people(user)

    def _fill_people(self, user: User) -> None:
        subject: Record | None = self.instance.subject
        people = list(doers_of(subject, user))
        present = self.instance.owner
        if present and present not in people:
            people.append(present)
        self.fields["owner"] = PersonField(people, label=_("Owner"), required=True)
        if "collaborators" in self.fields:
            self.fields["collaborators"] = PeopleField(people, label=_("With colleagues"))

    # What is compared

    def read(self, row: Activity, name: str) -> Any:
        if name == "due_hour":
            return f"{timezone.localtime(row.due_at):%H:%M}" if row.due_at else ""
        if name == "collaborators":
            return sorted(row.collaborators.values_list("pk", flat=True))
        if name == "done_at":
            return row.done_at and row.done_at.replace(second=0, microsecond=0)
        return super().read(row, name)

    # What is refused

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if is_blank(body) and (body or self.needs_body()):
            raise ValidationError(_("Write something that can be seen."))
        self.mentions = mentioned_in(body, self.instance)
        return body

    def needs_body(self) -> bool:
        return self.instance.kind == Kind.NOTE

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        if title and is_blank(title):
            raise ValidationError(_("Write something that can be seen."))
        return title

    def clean_done_at(self) -> dt.datetime | None:
        at: dt.datetime | None = self.cleaned_data["done_at"]
        if at and at > timezone.now() + SLACK:
            raise ValidationError(_("This moment has not come yet: plan it instead."))
        return at

    def check_outcome(self, kind: str) -> None:
        outcome = self.cleaned_data.get("outcome")
        if outcome and outcome not in OUTCOMES[kind]:
            self.add_error("outcome", _("This is not how it can have gone."))

    def check_plan(self) -> None:
        data = self.cleaned_data
        if data.get("due_hour") and not data.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("Choose the day of this hour."))
        if data.get("repeats") and not data.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("What repeats needs a first day."))
        until, first = data.get("repeat_until"), data.get("due_on")
        if until and first and until < first:
            self.add_error("repeat_until", _("This lies before the first day."))

    def due_at(self) -> dt.datetime | None:
        day, hour = self.cleaned_data.get("due_on"), self.cleaned_data.get("due_hour")
        return at_hour(day, dt.time.fromisoformat(hour)) if day and hour else None

    # What is written

    def write_related(self, row: Activity, changed: list[str]) -> None:
        if "collaborators" in changed:
            row.collaborators.set(self.cleaned_data["collaborators"])
        if "body" in changed:
            row.mentioned.set(self.mentions)


class NoteForm(ActivityForm):
    body = text_area(3, gettext_lazy("Note"))

    class Meta:
        model = Activity
        fields = ["body"]


class PlanForm(ActivityForm):
    """A planned activity, edited."""

    title = forms.CharField(max_length=200, required=True)
    due_on = DayField(label=gettext_lazy("Due on"))
    due_hour = HourField(label=gettext_lazy("Hour"))
    body = text_area(2, gettext_lazy("Note"))
    collaborators = forms.Field(required=False)
    repeat_until = DayField(label=gettext_lazy("Repeats until"))

    class Meta:
        model = Activity
        fields = ["title", "kind", "due_on", "remind_before", "body", "owner", "repeats", "repeat_until"]

    field_order = [
        "title",
        "kind",
        "due_on",
        "due_hour",
        "remind_before",
        "body",
        "owner",
        "collaborators",
        "repeats",
        "repeat_until",
    ]

    def tailor(self, user: User) -> None:
        super().tailor(user)
        if self.instance.pk and not may_remove(self.instance, user):
            del self.fields["owner"], self.fields["collaborators"]  # whoever helps does not take it over
        kinds = forms.TypedChoiceField(choices=[choice for choice in Kind.choices if choice[0] != Kind.NOTE])
        self.fields["kind"] = kinds
        kinds.label = _("Kind")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.check_plan()
        return data

    def write(self, row: Activity, changed: list[str]) -> None:
        """The hour goes with its day; a new day is where the repetition counts from."""
        if {"due_on", "due_hour"} & set(changed):
            self.cleaned_data["due_at"] = self.due_at()
            changed = [*changed, "due_at"]
        if {"due_on", "repeats"} & set(changed):
            repeats = self.cleaned_data["repeats"]
            self.cleaned_data["repeat_anchor"] = self.cleaned_data["due_on"] if repeats else None
            changed = [*changed, "repeat_anchor"]
        super().write(row, changed)


class DoneForm(ActivityForm):
    """What was done, edited."""

    title = forms.CharField(max_length=200, required=False)
    done_at = MomentField(label=gettext_lazy("When"))
    body = text_area(3, gettext_lazy("Note"))

    class Meta:
        model = Activity
        fields = ["title", "done_at", "duration", "outcome", "body"]

    def tailor(self, user: User) -> None:
        super().tailor(user)
        self.fields["done_at"].required = True
        fill_outcomes(self, self.instance.kind)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.check_outcome(self.instance.kind)
        return data


def fill_outcomes(form: forms.Form | forms.ModelForm[Any], kind: str) -> None:
    """Only how this kind can have gone."""
    outcomes = [(outcome.value, outcome.label) for outcome in OUTCOMES[kind]]
    if outcomes:
        form.fields["outcome"] = forms.ChoiceField(
            choices=[("", "–"), *outcomes], required=False, label=_("How did it go?")
        )
    else:
        form.fields.pop("outcome")


def edit_form(activity: Activity) -> type[ActivityForm]:
    """The form in which an activity of its kind and state is edited."""
    if activity.kind == Kind.NOTE:
        return NoteForm
    return DoneForm if activity.done_at else PlanForm


class CommentForm(RecordForm[Comment]):
    noun = "comment"

    body = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 1, "autocomplete": "off"}),
    )

    class Meta:
        model = Comment
        fields = ["body"]

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if is_blank(body):
            raise ValidationError(_("Write something that can be seen."))
        self.mentions = mentioned_in(body, self.instance.activity)
        return body

    def write_related(self, row: Comment, changed: list[str]) -> None:
        row.mentioned.set(self.mentions)
