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
from leads import clock
from leads.models import Lead, LeadQuerySet
from leads.tables import LeadFilter, LeadList

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = ("company", "source", "score", "value", "owner", "age")


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
            self.fields.pop(name, None)


class UnattendedLeads(LeadList):
    name = "unattended_leads"
    title = gettext_lazy("Unattended leads")
    url_name = "leads:unattended"
    create_url_name = export_url_name = ""
    filter_class = UnattendedFilter
    default_sort = "clock"

    def __init__(self, user: User, query: QueryDict) -> None:
        super().__init__(user, query)
        known = {column.name: column for column in LeadList.columns}
        why = Column("why", gettext_lazy("Waits"), lambda row: self._why(row).value, sort="clock", cell=self._why)
        self.columns = [known["name"], why, *(known[name] for name in SHOWN)]

    def _why(self, row: Lead) -> Cell:
        """Nobody's, late, or both: the first badge of the row, which a phone shows too."""
        text, tone = clock.told(row, self.cells.now, self.cells.schedule)
        if row.owner_id:
            return Cell("badge", text, extra=tone)
        return Cell(
            "badge", f"{self._nobodys}, {text}" if text else self._nobodys, extra=tone if tone == "bad" else "warn"
        )

    @cached_property
    def _nobodys(self) -> str:
        return _("Nobody's")

    def _narrow(self, rows: QuerySet[Lead]) -> QuerySet[Lead]:
        assert isinstance(rows, LeadQuerySet)  # noqa: S101 - the queryset of leads
        return super()._narrow(rows.unattended(self.cells.now))

    def url_of(self, row: Lead) -> str:
        return row.get_absolute_url()

    def empty(self) -> Empty:
        text = _("Every open lead has an owner, and those that came in were answered in time.")
        return Empty(_("Nobody waits"), text, icon="circle-check")

    @cached_property
    def views(self) -> list[Any]:
        return []
