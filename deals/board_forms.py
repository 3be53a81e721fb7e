"""What a move is asked for, and what it asks for in its turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access import visible
from deals.deal_forms import DealForm
from deals.models import Deal, LostReason, Stage, StageKind
from deals.moves import lacking

if TYPE_CHECKING:
    from accounts.models import User

LARGEST = 2**31 - 1


class Moves(forms.Form):
    """How often the deal had been moved when the page was made; an undo from a toast does not know."""

    moves = forms.IntegerField(min_value=0, max_value=LARGEST, required=False)

    @property
    def value(self) -> int | None:
        return self.cleaned_data.get("moves") if self.is_valid() else None


def is_stale(deal: Deal, data: Any) -> bool:
    """Whether somebody has moved the deal since. Asked before all else: where the deal is by now, what was sent may
    be wrong, and who was slower is to hear that and not what is wrong with it."""
    moves = Moves(data).value
    return moves is not None and moves != deal.moves


class MoveForm(forms.Form):
    """Where a deal is to go. `left` is the column that it was dragged out of: only a board says so."""

    to: forms.ModelChoiceField[Stage] = forms.ModelChoiceField(None, label=gettext_lazy("Stage"), empty_label=None)
    moves = forms.IntegerField(min_value=0, max_value=LARGEST, widget=forms.HiddenInput)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    left = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, deal: Deal, user: User) -> None:
        super().__init__(data, initial={"to": deal.stage_id, "moves": deal.moves})
        stages = self.fields["to"]
        assert isinstance(stages, forms.ModelChoiceField)  # noqa: S101 - declared above
        stages.queryset = visible(Stage, user).filter(pipeline=deal.stage.pipeline_id).order_by("position", "pk")
        stages.error_messages["invalid_choice"] = _("That is no stage of this deal's pipeline.")

    @property
    def repeated(self) -> list[tuple[str, Any]]:
        """What a further form sends again."""
        return [(name, self.data[name]) for name in self.fields if self.data.get(name)]


class LostForm(forms.Form):
    reason: forms.ModelChoiceField[LostReason] = forms.ModelChoiceField(
        None, label=gettext_lazy("Reason"), empty_label=gettext_lazy("Choose a reason")
    )
    note = forms.CharField(label=gettext_lazy("What happened"), required=False, max_length=500, widget=forms.Textarea)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        reasons = self.fields["reason"]
        assert isinstance(reasons, forms.ModelChoiceField)  # noqa: S101 - declared above
        reasons.queryset = visible(LostReason, user).filter(for_deals=True, is_active=True)


class NeedsForm(DealForm):
    """Only what a stage asks for, and that must be given."""

    def __init__(self, data: Any, *, deal: Deal, user: User, names: list[str]) -> None:
        self.wanted = [part for name in names for part in ((name, "currency") if name == "amount" else (name,))]
        super().__init__(data, user=user, instance=deal)

    def tailor(self, user: User) -> None:
        super().tailor(user)
        self.fields = {name: self.fields[name] for name in (*self.wanted, "base")}
        for name in self.wanted:
            self.fields[name].required = True


class Further:
    """What a stage asks of a deal before it enters: one form for what the deal lacks, one for why it is lost."""

    def __init__(self, deal: Deal, to: Stage, user: User, sent: Any) -> None:
        data = sent if "asked" in sent else None
        enters = to.pk != deal.stage_id
        is_back = not deal.stage.is_open and to.is_open
        names = lacking(deal, to) if enters and not is_back else []
        self.needs = NeedsForm(data, deal=deal, user=user, names=names) if names else None
        self.lost = LostForm(data, user=user) if enters and to.kind == StageKind.LOST else None
        self.forms: list[Any] = [form for form in (self.needs, self.lost) if form]

    @property
    def wants(self) -> bool:
        """Whether something must be asked before the deal can move."""
        return not all([form.is_valid() for form in self.forms])  # noqa: C419  each shows its errors

    @property
    def loss(self) -> dict[str, Any]:
        return self.lost.cleaned_data if self.lost else {}

    def apply(self, *, by: User) -> None:
        """Write what the deal lacked."""
        if self.needs:
            self.needs.apply(by=by)


def query_of(address: str | None) -> QueryDict:
    """The filters of the board at which somebody moved a card."""
    query = QueryDict(urlsplit(address or "").query, mutable=True)
    query.pop("panel", None)
    return query
