"""A customer, lead or deal chosen by typing, among those that one sees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from activities.subjects import LABELS, kind_of, model_of
from crm.access import visible
from crm.models import Record
from crm.text import folded, refuse_unstorable

if TYPE_CHECKING:
    from accounts.models import User

EACH = 5
_MARKED = re.compile(r"\(?\b(customer|lead|deal) #([0-9]{1,18})\)?\s*\Z")


def shown(record: Record) -> str:
    """As a suggestion writes it, and the field reads it: "Zoë Ångström (customer #12)"."""
    return f"{record} ({kind_of(record)} #{record.pk})"


def suggestions(text: str, user: User) -> list[Record]:
    """Records whose names begin with the text, or have a word in them that does; a few of each kind."""
    words = text.strip()
    found: list[Record] = []
    for kind in LABELS if len(words) > 1 else ():
        rows: Any = visible(model_of(kind), user).annotate(folded_text=folded(models.Value(words)))
        begins = Q(sort_key__startswith=F("folded_text"))
        first = list(rows.filter(begins).order_by("sort_key", "pk")[:EACH])
        more = rows.filter(sort_key__contains=F("folded_text")).exclude(pk__in=[row.pk for row in first])
        found += first + list(more.order_by("sort_key", "pk")[: EACH - len(first)])
    return found


class AboutField(forms.CharField):
    """Cleaned to the record, or None. `user` is whoever fills it in."""

    user: User

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=400, **kwargs)

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value) or "").strip()
        refuse_unstorable(text)
        if not text:
            return None
        if marked := _MARKED.search(text):
            found = list(visible(model_of(marked[1]), self.user).filter(pk=int(marked[2]))[:1])
        else:
            found = [row for row in suggestions(text, self.user) if str(row).casefold() == text.casefold()]
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError(_("There are several of that name: choose one from the list."))
        raise ValidationError(_("There is none of that name: choose one from the list."))
