"""Where a card of the board is to go."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from leads.models import Lead, LeadStatus
from leads.models.lead import STEPS


class MoveForm(forms.Form):
    """`moves` is the number of the status that the sender saw; `before` and `after` come along from every board."""

    to = forms.ChoiceField(label=gettext_lazy("Status"), choices=LeadStatus.choices)
    moves = forms.IntegerField(required=False, min_value=0, max_value=len(LeadStatus), widget=forms.HiddenInput)

    @classmethod
    def for_page(cls, data: Any, lead: Lead, number: int) -> MoveForm:
        """The same as a page of its own, for those without script: only where the lead can go."""
        form = cls(data, initial={"moves": number})
        able = (*STEPS[LeadStatus(lead.status)], *([LeadStatus.CONVERTED] if lead.is_open else []))
        to = form.fields["to"]
        assert isinstance(to, forms.ChoiceField)  # noqa: S101 - declared above
        to.choices = [(status.value, status.label) for status in able]
        return form
