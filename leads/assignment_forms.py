"""Which leads, and to whom: what lists, records and the drawer send when leads are handed out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role, User
from crm.access import editable
from crm.moments import today
from leads import capacity
from leads.capacity import Load
from leads.models import OPEN_STATUSES, Lead
from leads.tables import LeadList
from leads.unattended import UnattendedLeads

NOBODY, ME = "none", "me"
#: more than this is no longer a selection
MOST = 20_000

LISTS: dict[str, type[LeadList]] = {listing.name: listing for listing in (LeadList, UnattendedLeads)}


class ChosenForm(forms.Form):
    """Leads chosen one by one, or all open ones that a list holds with its filters."""

    chosen: forms.ModelMultipleChoiceField[Lead] = forms.ModelMultipleChoiceField(
        None,
        required=False,
        error_messages={
            "invalid_choice": gettext_lazy("A lead that you chose is no longer there, or not yours to hand out."),
            "invalid_pk_value": gettext_lazy("A lead that you chose is no longer there, or not yours to hand out."),
        },
    )
    everything = forms.BooleanField(required=False)
    of = forms.ChoiceField(choices=[(name, name) for name in LISTS], required=False)
    query = forms.CharField(max_length=4_000, required=False)

    def __init__(self, data: QueryDict | None = None, *, user: User) -> None:
        super().__init__(_by_one_name(data) if data is not None else None)
        self.user = user
        chosen = self.fields["chosen"]
        assert isinstance(chosen, forms.ModelMultipleChoiceField)  # noqa: S101 - declared above
        chosen.queryset = editable(Lead, user)
        self.tailor()

    def tailor(self) -> None:
        """For subclasses: further choices."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "chosen" not in self.errors:
            self.pks = self._pks(data)
            if not self.pks:
                raise ValidationError(_("Choose at least one lead."))
            if len(self.pks) > MOST:
                raise ValidationError(_("These are too many at once. Narrow the list."))
        return data

    def _pks(self, data: dict[str, Any]) -> list[int]:
        if not data.get("everything"):
            return [lead.pk for lead in data["chosen"]]
        listing = LISTS[data.get("of") or LeadList.name](self.user, QueryDict(data.get("query", "")))
        rows = listing.rows_in_scope.filter(status__in=OPEN_STATUSES, pk__in=editable(Lead, self.user).values("pk"))
        return [*rows.order_by().values_list("pk", flat=True)[: MOST + 1]]

    @property
    def count(self) -> int:
        return len(self.pks)


def _by_one_name(data: QueryDict) -> QueryDict:
    """Boxes of a list are called `chosen` and `everything`, links name `ids` and `all`."""
    found = data.copy()
    found.setlist("chosen", [*data.getlist("chosen"), *data.getlist("ids")])
    if data.get("all"):
        found["everything"] = str(data["all"])
    return found


class AssignForm(ChosenForm):
    """To one person, to nobody, or to oneself; `seen` is whose the lead was on the screen of whoever assigns it."""

    to = forms.ChoiceField(label=gettext_lazy("To whom"), choices=())
    seen = forms.CharField(max_length=20, required=False)

    def tailor(self) -> None:
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)  # noqa: S101 - declared above
        self.people = list(User.objects.assignable_by(self.user).order_by("name", "pk"))
        to.choices = [(NOBODY, _("Nobody")), (ME, _("Me")), *((str(p.pk), str(p)) for p in self.people)]

    def clean_to(self) -> User | None:
        match self.cleaned_data["to"]:
            case "none":
                return None
            case "me":
                return self.user
        return next(person for person in self.people if str(person.pk) == self.cleaned_data["to"])

    @property
    def expected(self) -> int | None:
        """The owner that was seen: None for nobody, -1 when it was not said."""
        seen = self.cleaned_data.get("seen", "")
        if not seen or len(self.pks) > 1:
            return -1
        return int(seen) if seen.isascii() and seen.isdigit() else None

    @property
    def loads(self) -> list[Load]:
        """The people with how busy they are: those who can take a lead first, and of these those who sell."""
        return sorted(capacity.loads(self.people, today()), key=_eligibility)


def _eligibility(load: Load) -> tuple[bool, bool, int]:
    return load.unfit is not None, load.person.role != Role.SALES, -load.free


class ShareOutForm(ChosenForm):
    among: forms.ModelMultipleChoiceField[User] = forms.ModelMultipleChoiceField(
        None, label=gettext_lazy("Among whom"), required=False
    )

    def tailor(self) -> None:
        among = self.fields["among"]
        assert isinstance(among, forms.ModelMultipleChoiceField)  # noqa: S101 - declared above
        among.queryset = capacity.within_reach(self.user)
