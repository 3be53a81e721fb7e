"""The forms of what an admin sets up for deals: pipelines, stages, products, reasons for losing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import money
from crm.editing import RecordForm
from crm.text import is_blank
from deals import setting_up
from deals.models import LostReason, Pipeline, Product, Stage
from deals.models.pipeline import Requirement

if TYPE_CHECKING:
    from accounts.models import User


class NamedForm(RecordForm[Any]):
    """Something with a name that can be read, and that can be put out of use."""

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if is_blank(name):
            raise ValidationError(_("Enter a name that can be read."), code="blank")
        return name


class PipelineForm(NamedForm):
    noun = "pipeline"
    position = forms.IntegerField(
        label=gettext_lazy("Place among the pipelines"), min_value=0, max_value=1000, initial=1
    )

    class Meta:
        model = Pipeline
        fields = ("name", "position", "is_active")

    def write_related(self, row: Pipeline, changed: list[str]) -> None:
        if self.is_new or not row.stages.exists():
            setting_up.give_stages(row)


class StageForm(NamedForm):
    noun = "stage"
    probability = forms.IntegerField(label=gettext_lazy("Probability in percent"), min_value=0, max_value=100)
    rotting_days = forms.IntegerField(
        label=gettext_lazy("Rots after days"),
        min_value=1,
        max_value=3650,
        required=False,
        help_text=gettext_lazy("Days without contact. Empty: never."),
    )
    required = forms.MultipleChoiceField(
        label=gettext_lazy("Needed to enter"),
        choices=Requirement.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Stage
        fields = ("name", "probability", "rotting_days", "required")

    def __init__(self, *args: Any, pipeline: Pipeline | None = None, **more: Any) -> None:
        self.pipeline = pipeline
        super().__init__(*args, **more)

    def tailor(self, user: User) -> None:
        if self.pipeline:
            self.instance.pipeline = self.pipeline
        if not self.instance.is_open:
            del self.fields["probability"], self.fields["rotting_days"]

    def clean_name(self) -> str:
        name = super().clean_name()
        if setting_up.is_taken(self.instance, name, pipeline=self.instance.pipeline_id):
            raise ValidationError(_("There is a stage of that name in this pipeline."))
        return name

    def clean_required(self) -> list[str]:
        """In the order of the choices, however they were sent."""
        given: list[str] = self.cleaned_data["required"]
        return [name for name in Requirement.values if name in given]

    def _create(self, by: User) -> Stage:
        assert self.pipeline is not None  # noqa: S101 - given with every new stage
        self.instance.position = setting_up.place_for_new(self.pipeline)
        row: Stage = super()._create(by)
        return row

    def show(self, name: str, value: Any) -> str:
        if name == "required" and value:
            return ", ".join(str(Requirement(part).label) for part in value)
        return super().show(name, value)


class ProductForm(NamedForm):
    noun = "product"
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))

    class Meta:
        model = Product
        fields = ("name", "sku", "series", "price", "currency", "is_active")

    def tailor(self, user: User) -> None:
        currency = self.fields["currency"]
        assert isinstance(currency, forms.ChoiceField)  # noqa: S101 - declared above
        codes = dict.fromkeys([settings.BASE_CURRENCY, *money.currencies(), self.instance.currency])
        currency.choices = [(code, code) for code in codes if code]
        self.fields["price"].widget.attrs |= {"step": "any", "min": 0}

    def clean_price(self) -> Any:
        price = self.cleaned_data["price"]
        if price is not None and price < 0:
            raise ValidationError(_("The price must not be negative."))
        return price


class ReasonForm(NamedForm):
    noun = "lost_reason"

    class Meta:
        model = LostReason
        fields = ("name", "for_deals", "for_leads", "is_active")

    def clean_name(self) -> str:
        name = super().clean_name()
        if setting_up.is_taken(self.instance, name):
            raise ValidationError(_("There is a reason of that name already."))
        return name


class IntoForm(forms.Form):
    """For which stage the days spent in a deleted one count."""

    into: forms.ModelChoiceField[Stage] = forms.ModelChoiceField(
        None, label=gettext_lazy("The days spent there count for"), empty_label=None
    )

    def __init__(self, data: Any, *, stage: Stage, user: User) -> None:
        super().__init__(data)
        into = self.fields["into"]
        assert isinstance(into, forms.ModelChoiceField)  # noqa: S101 - declared above
        rows = Stage.objects.editable_by(user).filter(pipeline=stage.pipeline_id, kind="open")
        into.queryset = rows.exclude(pk=stage.pk).order_by("position")


FORMS: dict[str, type[RecordForm[Any]]] = {
    "pipelines": PipelineForm,
    "stages": StageForm,
    "products": ProductForm,
    "reasons": ReasonForm,
}
