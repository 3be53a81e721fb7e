"""Deals in the one box for everything: by title, by who may see them; open ones beside whom they are sold to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, Min, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.access import visible
from crm.finding import Beside, Besides, Hit, Kind
from crm.money import money_text
from customers import lookup
from deals.models import Deal, DealStatus

if TYPE_CHECKING:
    from accounts.models import User

KINDS = {"deal": Kind(gettext_lazy("Deals"), "handshake", "deals:detail")}
#: the hits beside which deals stand, each the column of the deal that names it
BUYERS = ("customer", "company")
#: two letters of a title say nothing yet
SHORTEST = 2


def find(text: str, user: User, limit: int) -> list[Hit]:
    if len(text) < SHORTEST:
        return []
    rows = visible(Deal, user).filter(lookup.named(text)).select_related("stage")
    return [_hit(row, _("Title")) for row in rows.order_by("sort_key", "pk")[:limit]]


def nearly(text: str, user: User, limit: int) -> list[Hit]:
    if not lookup.is_name(text):
        return []
    rows = lookup.alike(visible(Deal, user).select_related("stage"), text)
    return [_hit(row, _("Similar title")) for row in rows[:limit]]


def _hit(row: Deal, reason: str) -> Hit:
    amount = "" if row.amount is None else money_text(row.amount, row.currency, 0)
    return Hit("deal", row.pk, row.title, reason, detail=" · ".join(part for part in (str(row.stage), amount) if part))


def beside(hits: list[Hit], user: User) -> Besides:
    """How many open deals each customer and company has, by one query; the only one is led to at once."""
    asked = {name: [hit.pk for hit in hits if hit.kind == name] for name in BUYERS}
    parts = [_open_of(name, pks, user) for name, pks in asked.items() if pks]
    found = parts[0].union(*parts[1:], all=True) if parts else ()
    return {(name, pk): _open_ones(name, pk, *figures) for name, pk, *figures in found}


def _open_of(name: str, pks: list[int], user: User) -> QuerySet[Any, Any]:
    """The name of the column, whom it names, how many deals, and the first of them."""
    rows = visible(Deal, user).filter(**{f"{name}__in": pks, "status": DealStatus.OPEN}).order_by()
    return rows.values_list(Value(name), name).annotate(Count("pk"), Min("pk"))


def _open_ones(name: str, pk: int, count: int, first: int) -> Beside:
    label = ngettext("%(count)s open deal", "%(count)s open deals", count) % {"count": count}
    query = urlencode({name: pk, "status": DealStatus.OPEN})
    url = reverse("deals:detail", args=[first]) if count == 1 else f"{reverse('deals:list')}?{query}"
    return Beside(label, KINDS["deal"].icon, url)
