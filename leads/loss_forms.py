"""What is asked when a lead is lost."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import User
from deals.models import LostReason


class LoseForm(forms.Form):
    reason = forms.ModelChoiceField[Any](None, label=gettext_lazy("Reason"))
    note = forms.CharField(
        label=gettext_lazy("What happened"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ModelChoiceField)  # noqa: S101 - declared above
        reason.queryset = LostReason.objects.visible_to(user).filter(is_active=True, for_leads=True)
        reason.widget.attrs["autofocus"] = True
