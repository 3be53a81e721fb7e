"""What was deleted, for whoever may restore it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.db.models import QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.deleted import with_deleted
from crm.keyset import Sort
from crm.lists import Column, Empty, ListFilter, View
from crm.text import folded
from customers import contacts, tables
from customers.models import Company, Customer

DELETED = Column("deleted", gettext_lazy("Deleted"), lambda row: row.deleted_at, kind="time", sort="deleted")


class NameFilter(ListFilter):
    q = forms.CharField(required=False, max_length=200)

    def narrow(self, rows: QuerySet[Any], data: dict[str, Any]) -> QuerySet[Any]:
        return rows.filter(sort_key__contains=folded(Value(data["q"].strip())))


class DeletedCustomers(tables.CustomerList):
    name = "deleted-customers"
    title = gettext_lazy("Deleted customers")
    url_name = "customers:deleted"
    create_url_name = export_url_name = ""
    filter_class = NameFilter
    sorts = {"deleted": Sort("deleted_at")}
    default_sort = "-deleted"
    read = ()
    columns = (tables.NAME_UNSORTED, tables.PHONE, tables.OWNER, DELETED)

    @cached_property
    def branches(self) -> list[QuerySet[Customer]]:
        return [self._narrow(self.rows_in_scope)]

    @cached_property
    def rows_in_scope(self) -> QuerySet[Customer]:
        return with_deleted(Customer).deleted().removable_by(self.user)

    def url_of(self, row: Customer) -> str:
        return row.get_absolute_url()

    def empty(self) -> Empty:
        return Empty(
            _("Nothing is deleted"), _("A customer that somebody deletes waits here to be restored."), icon="trash-2"
        )

    @property
    def views(self) -> list[View]:
        return tables.deleted_views(super().views)

    def prepare(self, rows: QuerySet[Customer]) -> QuerySet[Customer]:
        return rows.select_related("owner").annotate(**contacts.first_ones())


class DeletedCompanies(tables.CompanyList):
    name = "deleted-companies"
    title = gettext_lazy("Deleted companies")
    url_name = "companies:deleted"
    create_url_name = export_url_name = ""
    filter_class = NameFilter
    sorts = {"deleted": Sort("deleted_at")}
    default_sort = "-deleted"
    read = ()
    columns = (tables.NAME_UNSORTED, tables.OWNER, DELETED)

    @cached_property
    def branches(self) -> list[QuerySet[Company]]:
        return [self._narrow(self.rows_in_scope)]

    @cached_property
    def rows_in_scope(self) -> QuerySet[Company]:
        return with_deleted(Company).deleted().removable_by(self.user)

    def url_of(self, row: Company) -> str:
        return row.get_absolute_url()

    def empty(self) -> Empty:
        return Empty(
            _("Nothing is deleted"), _("A company that somebody deletes waits here to be restored."), icon="trash-2"
        )

    @property
    def views(self) -> list[View]:
        return tables.deleted_views(super().views)
