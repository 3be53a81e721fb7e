"""The forms of what an admin sets up for leads: sources, campaigns, points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.editing import RecordForm
from crm.fields import DateField
from crm.text import is_blank
from leads import jobs
from leads.models import Campaign, ScoreRule, Source

if TYPE_CHECKING:
    from accounts.models import User


def _readable(name: str) -> str:
    if is_blank(name):
        raise ValidationError(_("Enter a name that can be read."), code="blank")
    return name


class SourceForm(RecordForm[Source]):
    noun = "source"
    response_minutes = forms.IntegerField(
        label=gettext_lazy("Answer within working minutes"), required=False, min_value=1, max_value=32_000
    )

    class Meta:
        model = Source
        fields = ("name", "kind", "response_minutes")

    def tailor(self, user: User) -> None:
        words = {"minutes": settings.FIRST_RESPONSE_MINUTES}
        self.fields["response_minutes"].help_text = _("Empty: %(minutes)s, as for all.") % words
        self.fields["kind"].help_text = _("What the score knows of it.")

    def clean_name(self) -> str:
        return _readable(self.cleaned_data["name"])


class CampaignForm(RecordForm[Campaign]):
    noun = "campaign"
    starts_on = DateField(gettext_lazy("Starts on"))
    ends_on = DateField(gettext_lazy("Ends on"))

    class Meta:
        model = Campaign
        fields = ("name", "starts_on", "ends_on")

    def clean_name(self) -> str:
        return _readable(self.cleaned_data["name"])


class ScoreRuleForm(RecordForm[ScoreRule]):
    """A rule of no points says nothing: that is how one is put out of use."""

    noun = "score_rule"
    points = forms.IntegerField(
        label=gettext_lazy("Points"),
        min_value=-100,
        max_value=100,
        help_text=gettext_lazy("From −100 to 100; with 0 the rule is out of use. All open leads are scored anew."),
    )

    class Meta:
        model = ScoreRule
        fields = ("points",)

    def write(self, row: ScoreRule, changed: list[str]) -> None:
        super().write(row, changed)
        jobs.rescore_soon()


FORMS: dict[str, type[RecordForm[Any]]] = {
    "sources": SourceForm,
    "campaigns": CampaignForm,
    "rules": ScoreRuleForm,
}
