"""Deals on the pages of customers, companies and leads. Agents read only that there is an open one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Case, F, IntegerField, Value, When
from django.urls import reverse

from crm.navigation import SELLING, WRITERS
from crm.shares import Panel
from deals.models import Deal, DealStatus

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 5
#: the columns that the panel shows
READ = (
    "title",
    "status",
    "amount",
    "currency",
    "expected_close",
    "closed_on",
    "deleted_at",
    "stage__name",
    "owner__name",
    "owner__email",
)
#: open ones first
BY_STATUS = Case(When(status=DealStatus.OPEN, then=Value(0)), default=Value(1), output_field=IntegerField())


def _panel_of(name: str) -> Callable[[Any, User], Panel | None]:
    """The deals of a record, by the name of the deal's column."""

    def make(row: Any, user: User) -> Panel | None:
        if user.effective_role == "agent":
            return _hint(name, row)
        if user.effective_role not in SELLING:
            return None
        rows = Deal.objects.visible_to(user).filter(**{name: row}).select_related("stage", "owner").only(*READ)
        found = list(rows.order_by(BY_STATUS, F("expected_close").asc(nulls_last=True), "-pk")[: SHOWN + 1])
        query = urlencode({name: row.pk})
        may_add = user.effective_role in WRITERS and row.deleted_at is None and name != "lead"
        context = {
            "deals": found[:SHOWN],
            "more": len(found) > SHOWN,
            "all_url": f"{reverse('deals:list')}?{query}",
            "new_url": f"{reverse('deals:create')}?{query}" if may_add else "",
        }
        return Panel("deals/_panel.html", context, found)

    return make


def _hint(name: str, row: Any) -> Panel | None:
    """No figures, no titles, no links: only that somebody is selling to them."""
    has_one = Deal._default_manager.filter(**{name: row, "status": DealStatus.OPEN}).exists()
    return Panel("deals/_hint.html", {}) if has_one else None


PANELS = {
    "customers.customer": [_panel_of("customer")],
    "customers.company": [_panel_of("company")],
    "leads.lead": [_panel_of("lead")],
}
