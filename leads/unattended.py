"""Open leads that wait for somebody: nobody's, or not answered in time."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access import visible
from crm.lists import COUNT_LIMIT, Cell, Column, Empty
from leads.models import Lead, LeadQuerySet
from leads.tables import LeadFilter, LeadList

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = ("name", "company", "source", "score", "value", "owner", "clock", "age")


def unattended_count(user: User) -> int:
    """How many of those that `user` sees; one more than COUNT_LIMIT stands for all beyond it."""
    rows = visible(Lead, user)
    assert isinstance(rows, LeadQuerySet)  # noqa: S101 - the queryset of leads
    return rows.unattended(now()).order_by().values("pk")[: COUNT_LIMIT + 1].count()


class UnattendedFilter(LeadFilter):
    """As for all leads, without what this list is by itself."""

    def tailor(self, user: User) -> None:
        super().tailor(user)
        for name in ("status", "attention"):
            self.fields.pop(name)


def _why(row: Lead) -> Cell:
    if row.owner_id is None:
        return Cell("badge", _("Nobody's"), extra="warn")
    return Cell("badge", _("Not answered"), extra="bad")


class UnattendedLeads(LeadList):
    name = "unattended_leads"
    title = gettext_lazy("Unattended leads")
    url_name = "leads:unattended"
    create_url_name = export_url_name = ""
    filter_class = UnattendedFilter
    default_sort = "clock"

    def __init__(self, user: User, query: QueryDict) -> None:
        super().__init__(user, query)
        self.columns = _columns()

    def _narrow(self, rows: QuerySet[Lead]) -> QuerySet[Lead]:
        assert isinstance(rows, LeadQuerySet)  # noqa: S101 - the queryset of leads
        return super()._narrow(rows.unattended(self.now))

    def url_of(self, row: Lead) -> str:
        return row.get_absolute_url()

    def empty(self) -> Empty:
        text = _("Every open lead has an owner, and those that came in were answered in time.")
        return Empty(_("Nobody waits"), text, icon="circle-check")

    @cached_property
    def views(self) -> list[Any]:
        return []


def _columns() -> list[Column]:
    known = {column.name: column for column in LeadList.columns}
    why = Column("why", gettext_lazy("Why"), lambda row: _why(row).value, cell=_why)
    columns = [known[name] for name in SHOWN]
    return [columns[0], why, *columns[1:]]
