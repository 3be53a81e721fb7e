"""Deleted deals, for whoever may restore them."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from crm.deleted import with_deleted
from crm.keyset import Sort
from crm.lists import Empty, Listing, View
from customers import tables as theirs
from customers.deleted_tables import DELETED, NameFilter
from deals import tables
from deals.models import Deal


class DeletedDeals(tables.DealList):
    name = "deleted-deals"
    title = gettext_lazy("Deleted deals")
    url_name = "deals:deleted"
    create_url_name = export_url_name = foot = ""
    filter_class = NameFilter
    sorts = {"deleted": Sort("deleted_at")}
    default_sort = "-deleted"
    read = ()
    count = Listing.count
    columns = (replace(tables.TITLE, sort=""), theirs.OWNER, DELETED)

    def __init__(self, user: User, query: QueryDict) -> None:
        super().__init__(user, query)
        self.bulk = ""

    @cached_property
    def branches(self) -> list[QuerySet[Deal]]:
        return [self._narrow(self.rows_in_scope)]

    @cached_property
    def rows_in_scope(self) -> QuerySet[Deal]:
        return with_deleted(Deal).deleted().removable_by(self.user)

    def empty(self) -> Empty:
        return Empty(
            _("Nothing is deleted"), _("A deal that somebody deletes waits here to be restored."), icon="trash-2"
        )

    @property
    def views(self) -> list[View]:
        return theirs.deleted_views(super().views)
