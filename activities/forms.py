from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities.models import Activity
from crm.editing import RecordForm
from crm.text import is_blank


class NoteForm(RecordForm[Activity]):
    noun = "activity"

    body = forms.CharField(
        label=gettext_lazy("Note"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"})
    )

    class Meta:
        model = Activity
        fields = ["body"]

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if is_blank(body):
            raise ValidationError(_("Write something that can be seen."))
        return body


class TimelineFilter(forms.Form):
    """What of a timeline is shown, and from where on."""

    show = forms.ChoiceField(required=False, choices=[("notes", "notes"), ("changes", "changes")])
    before = forms.CharField(required=False, max_length=100)
