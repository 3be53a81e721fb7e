"""Deleted leads, for whoever may restore them."""

from __future__ import annotations

from functools import cached_property

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from crm.deleted import with_deleted
from crm.keyset import Sort
from crm.lists import Column, Empty, View
from customers.deleted_tables import DELETED, NameFilter
from customers.tables import NAME_UNSORTED, OWNER, deleted_views
from leads import tables
from leads.models import Lead

COMPANY = Column("company", gettext_lazy("Company"), lambda row: row.company_name)


class DeletedLeads(tables.LeadList):
    name = "deleted-leads"
    title = gettext_lazy("Deleted leads")
    url_name = "leads:deleted"
    create_url_name = export_url_name = ""
    filter_class = NameFilter
    sorts = {"deleted": Sort("deleted_at")}
    default_sort = "-deleted"
    read = (*tables.LeadList.read, "deleted_at")
    columns = (NAME_UNSORTED, COMPANY, OWNER, DELETED)

    def __init__(self, user: User, query: QueryDict) -> None:
        super().__init__(user, query)
        self.bulk = ""

    @cached_property
    def branches(self) -> list[QuerySet[Lead]]:
        return [self._narrow(self.rows_in_scope)]

    @cached_property
    def rows_in_scope(self) -> QuerySet[Lead]:
        return with_deleted(Lead).deleted().removable_by(self.user)

    def url_of(self, row: Lead) -> str:
        return row.get_absolute_url()

    def empty(self) -> Empty:
        return Empty(
            _("Nothing is deleted"), _("A lead that somebody deletes waits here to be restored."), icon="trash-2"
        )

    @property
    def views(self) -> list[View]:
        return deleted_views(super().views)
