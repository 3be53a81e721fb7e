"""Rows are read without Model.__init__: they are what they would have been with it."""

from __future__ import annotations

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from customers.models import Company, Customer
from deals.models import Deal


def with_init(model, pk):
    """As Django reads a row."""
    row = model.everything.filter(pk=pk).values_list().get()
    return models.Model.from_db.__func__(model, "default", [f.attname for f in model._meta.concrete_fields], row)


def test_a_row_is_what_it_would_be_with_init(customer, deal):
    for row in (customer, deal):
        model = type(row)
        read, expected = model.everything.get(pk=row.pk), with_init(model, row.pk)
        plain = {name: value for name, value in expected.__dict__.items() if name != "_state"}
        assert {name: value for name, value in read.__dict__.items() if name != "_state"} == plain
        assert (read._state.adding, read._state.db) == (False, "default")
        assert read == expected and hash(read) == hash(expected)


def test_columns_that_were_not_read_come_when_they_are_asked_for(customer):
    row = Customer.everything.only("name").get(pk=customer.pk)
    assert row.get_deferred_fields() >= {"city", "reference"}
    with CaptureQueriesContext(connection) as queries:
        assert row.city == customer.city
    assert len(queries) == 1


def test_joined_rows_come_along(deal, company):
    with CaptureQueriesContext(connection) as queries:
        row = Deal.everything.select_related("company", "stage").only("title", "company__name", "stage__name").get()
        assert (row.company.name, row.stage.name) == (company.name, deal.stage.name)
    assert len(queries) == 1


@pytest.mark.django_db
def test_a_row_can_be_written_and_read_again(company):
    row = Company.everything.get(pk=company.pk)
    row.name = "New name"
    row.save(update_fields=["name"])
    again = Company.everything.get(pk=company.pk)
    assert (again.name, again.version) == ("New name", company.version + 1)
    row.refresh_from_db()
    assert row.version == again.version
