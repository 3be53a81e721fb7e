"""What is asked when one thing after another is done: how it went, what was said, what is next."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities.composer_forms import OutcomeForm
from activities.models import OUTCOMES, Activity

MOST = 20_000


class WorkForm(OutcomeForm):
    """In one form what elsewhere is asked after the click."""

    note = forms.CharField(
        label=gettext_lazy("What was said"),
        max_length=MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, activity: Activity, **more: Any) -> None:
        super().__init__(data, activity=activity, **more)
        self.auto_id = "work_%s"
        self.activity = activity
        self.fields["next_on"].widget.attrs.pop("autofocus", None)
        if "outcome" in self.fields:
            self.fields["outcome"] = forms.ChoiceField(
                label=_("How did it go?"),
                choices=[(outcome.value, outcome.label) for outcome in OUTCOMES[activity.kind]],
                required=False,
                widget=forms.RadioSelect,
            )

    def clean_note(self) -> str:
        note: str = self.cleaned_data["note"]
        if len(self.activity.body) + len(note) + 2 > MOST:
            raise ValidationError(_("With what is written already this is too long."))
        return note
