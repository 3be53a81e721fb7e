"""The filters of a list: a form over the address, made of no more fields than the address has."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import formats
from django.utils.translation import gettext as _

from crm.errors import BadInput

if TYPE_CHECKING:
    from accounts.models import User


#: what mailings and advertisements hang on an address: it asks for nothing
TRACKERS = re.compile(r"utm_\w{1,30}|(dc|fb|g|tt|tw|y)clid|msclkid|(gb|wb)raid|mc_[ce]id|_g[al]|mkt_tok|_hs(enc|mi)")


def without_trackers(query: QueryDict) -> QueryDict:
    """The address as it was before somebody counted who follows it."""
    hung_on = [name for name in query if TRACKERS.fullmatch(name)]
    if not hung_on:
        return query
    query = query.copy()
    for name in hung_on:
        del query[name]
    return query


class ListFilter(forms.Form):
    """The filters of a list: every one a form field, so that nothing else reaches the query.

    `only` names those that the address has, while nobody looks at the others: to copy, fill and clean thirty fields
    takes longer than to read the rows.
    """

    def __init__(self, data: Any, *, user: User, only: Collection[str] | None = None) -> None:
        self.user, self.only = user, only
        if only is not None:
            wanted = {name: field for name, field in self.base_fields.items() if name in only}
            self.base_fields = wanted  # type: ignore[misc]  # of this form: Django copies what it finds here
        super().__init__(data)
        self.tailor(user)

    def tailor(self, user: User) -> None:
        """For subclasses: choices and fields by user. A field is there only when it is asked for."""

    def asks(self, name: str) -> bool:
        """Whether a field that tailor() adds is wanted."""
        return self.only is None or name in self.only

    def offer(self, name: str, choices: Callable[[], Any]) -> None:
        """The choices of a field, or the rows to choose from, if it is there."""
        field = self.fields.get(name)
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = choices()
        elif isinstance(field, forms.ChoiceField):
            field.choices = choices()

    def given(self, name: str) -> int | None:
        """The id that the address has for a filter: what nobody is offered any more can still be asked for."""
        text = str(self.data.get(name, ""))
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def narrow(self, rows: QuerySet[Any], data: dict[str, Any]) -> QuerySet[Any]:
        """The rows that fit; `data` holds only the filters that are set."""
        raise BadInput(_("This list cannot be filtered."))

    def shown(self, name: str) -> str:
        """The value of a filter for its chip."""
        value, chosen = self.cleaned_data[name], self.fields[name]
        if isinstance(value, models.Model):
            return str(value)
        if isinstance(chosen, forms.ChoiceField):
            return str(dict(chosen.choices).get(str(value), value))  # type: ignore[arg-type]  # choices are pairs here
        if isinstance(value, bool):
            return _("Yes")
        return formats.date_format(value, "j M Y") if isinstance(value, dt.date) else str(value)
