"""The form of a new deal: what is always asked comes first, everything else waits behind a disclosure."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from crm.access import visible
from customers.customer_forms import sections_of
from customers.models import Company, Customer
from deals import moves, opening
from deals.deal_forms import FIELDS, SECTIONS, DealForm
from deals.models import Deal, Pipeline, Stage, StageKind

QUICK = ("title", "customer", "amount", "stage")


class StageField(forms.ModelChoiceField[Stage]):
    """A stage; with the name of its pipeline when there is more than one."""

    several = False

    def label_from_instance(self, obj: Stage) -> str:
        return f"{obj.pipeline} · {obj}" if self.several else str(obj)


def beginnings(user: User) -> Any:
    """The stages in which a deal can begin."""
    return visible(Stage, user).filter(kind=StageKind.OPEN, pipeline__is_active=True).select_related("pipeline")


class NewDealForm(DealForm):
    stage = StageField(None, empty_label=None)
    #: where the page was opened; a stage of another one is refused
    pipeline: forms.ModelChoiceField[Pipeline] = forms.ModelChoiceField(None, required=False, widget=forms.HiddenInput)
    field_order = ["title", "customer", "company", "amount", "stage", *FIELDS, "pipeline"]

    def tailor(self, user: User) -> None:
        super().tailor(user)
        stage, pipeline = self.fields["stage"], self.fields["pipeline"]
        assert isinstance(stage, StageField)  # noqa: S101 - declared above
        assert isinstance(pipeline, forms.ModelChoiceField)  # noqa: S101 - declared above
        stage.label = _("Stage")
        pipeline.queryset = visible(Pipeline, user).filter(is_active=True)
        stage.queryset = beginnings(user)
        stage.several = pipeline.queryset.count() > 1
        self.initial.setdefault("owner", user.pk)
        self.initial.setdefault("currency", settings.BASE_CURRENCY)
        self.initial.setdefault("opened_on", timezone.localdate())
        self.fields["title"].widget.attrs["autofocus"] = True

    @property
    def quick(self) -> list[BoundField]:
        return [self[name] for name in QUICK]

    @property
    def sections(self) -> list[tuple[str, list[BoundField]]]:
        left = [(legend, [name for name in names if name not in QUICK]) for legend, names in SECTIONS]
        return sections_of(self, left)

    @property
    def more_is_open(self) -> bool:
        """What is filled in or wrong must be seen."""
        more = {field.name for _legend, fields in self.sections for field in fields}
        given = {name for name in more if self.data.get(name)} - {"owner", "currency", "opened_on"}
        prefilled = self.initial.keys() & more - {"owner", "currency", "opened_on"}
        return bool(given or prefilled or self.errors.keys() & more)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        stage, pipeline = data.get("stage"), data.get("pipeline")
        if stage and pipeline and stage.pipeline_id != pipeline.pk:
            self.add_error("stage", _("“%(stage)s” is a stage of another pipeline.") % {"stage": stage})
        if data.get("customer") and not data.get("company") and "company" not in self.errors:
            data["company"] = data["customer"].company
        return data

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's, which fills the instance
        stage = self.cleaned_data.get("stage")
        if stage and not self.errors:
            for name in moves.lacking(self.instance, stage, lines=bool(self.cleaned_data["lines"])):
                self.add_error(name, _("“%(stage)s” needs it.") % {"stage": stage})

    def _create(self, by: User) -> Deal:
        deal: Deal = self.save(commit=False)
        deal.stage, deal.created_by = self.cleaned_data["stage"], by
        data = self.cleaned_data
        today = timezone.localdate()
        return opening.insert(deal, by=by, lines=data["lines"], shared_with=data["shared_with"], today=today)


class DealFor(forms.Form):
    """A deal begun elsewhere: ?customer=, ?company=, ?lead=, ?stage=, ?pipeline=; what is not seen is left out."""

    customer: forms.ModelChoiceField[Customer] = forms.ModelChoiceField(None, required=False)
    company: forms.ModelChoiceField[Company] = forms.ModelChoiceField(None, required=False)
    stage: forms.ModelChoiceField[Stage] = forms.ModelChoiceField(None, required=False)
    pipeline: forms.ModelChoiceField[Pipeline] = forms.ModelChoiceField(None, required=False)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        among = {
            "customer": visible(Customer, user),
            "company": visible(Company, user),
            "stage": beginnings(user),
            "pipeline": visible(Pipeline, user).filter(is_active=True),
        }
        for name, rows in among.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
            field.queryset = rows
        self.is_valid()
        self.user = user

    @property
    def initial_values(self) -> dict[str, Any]:
        given = {name: row.pk for name, row in self.cleaned_data.items() if row}
        customer, stage = self.cleaned_data.get("customer"), self.cleaned_data.get("stage")
        if customer:
            given.setdefault("company", customer.company_id)
        pipeline = self.cleaned_data.get("pipeline") or (stage.pipeline if stage else None)
        if pipeline and not stage:
            first = beginnings(self.user).filter(pipeline=pipeline).order_by("position").first()
            given["stage"] = first.pk if first else None
        return {name: value for name, value in given.items() if value}
