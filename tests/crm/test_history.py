"""Field history: old, new, who, when, through what; by triggers, whatever wrote the row."""

from __future__ import annotations

import pghistory
import pytest
from django.db import connection

from crm import history
from customers.models import Company, Customer, Email
from tests import factories


def changes_of(row, viewer):
    return [(change.field.name, change.old, change.new) for change in history.changes(row, viewer=viewer)]


def test_it_works(company, ada):
    with pghistory.context(user=ada.pk, url="/companies/"):
        Company.objects.filter(pk=company.pk).update(city="Malmö")
    company.refresh_from_db()
    (change,) = history.changes(company, viewer=ada)
    assert (change.field.name, change.old, change.new) == ("city", "", "Malmö")
    assert (change.user_id, change.via) == (ada.pk, "/companies/")


def test_raw_sql_is_seen_too(company, ada):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_company SET city = 'Lund' WHERE id = %s", [company.pk])
    company.refresh_from_db()
    assert changes_of(company, ada) == [("city", "", "Lund")]


def test_several_changes_stand_newest_first(company, ada):
    for city in ("Malmö", "Lund"):
        Company.objects.filter(pk=company.pk).update(city=city)
    company.refresh_from_db()
    assert changes_of(company, ada) == [("city", "Malmö", "Lund"), ("city", "", "Malmö")]


def test_an_update_that_changes_nothing_leaves_no_trace(company, ada):
    Company.objects.filter(pk=company.pk).update(city="")
    company.refresh_from_db()
    assert changes_of(company, ada) == []
    assert company.version == 1


def test_order_figures_raise_neither_version_nor_history(customer, ada):
    factories.OrderFactory(customer=customer)
    customer.refresh_figures()
    customer.refresh_from_db()
    assert (customer.orders_count, customer.version) == (1, 1)
    assert changes_of(customer, ada) == []


@pytest.mark.parametrize(("role", "sees"), [("admin", True), ("analyst", True), ("manager", False), ("agent", False)])
def test_masked_fields_are_masked_in_the_history(customer, role, sees):
    viewer = factories.UserFactory(role=role)
    Customer.objects.filter(pk=customer.pk).update(monthly_income=4321)
    customer.refresh_from_db()
    assert ("monthly_income" in [name for name, _old, _new in changes_of(customer, viewer)]) is sees


def test_the_old_value_can_be_found_again(company, ada):
    Company.objects.filter(pk=company.pk).update(city="Malmö")
    company.refresh_from_db()
    (change,) = history.changes(company, viewer=ada)
    assert history.old_value(company, change.event, "city") == ""


def test_another_records_event_gives_nothing(company, ada):
    other = factories.CompanyFactory(city="Oslo")
    Company.objects.filter(pk=other.pk).update(city="Bergen")
    other.refresh_from_db()
    (change,) = history.changes(other, viewer=ada)
    with pytest.raises(LookupError):
        history.old_value(company, change.event, "city")
    with pytest.raises(LookupError):
        history.old_value(other, change.event, "version")


def test_a_deleted_row_is_kept_for_un_delete(customer):
    email = factories.EmailFactory(customer=customer, address="zoe@example.com")
    email.delete()
    kept = history.event_model(Email).objects.get(pgh_label="delete")
    assert kept.address == "zoe@example.com"


def test_history_itself_cannot_be_changed(company):
    Company.objects.filter(pk=company.pk).update(city="Malmö")
    events = history.event_model(Company).objects.all()
    with pytest.raises(Exception, match="Cannot"):
        events.update(city="Oslo")


def test_every_history_trigger_is_planned_for_the_rows_at_hand(db):
    """A kept plan of one row would compare every old row of a large change with every new one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE prosrc LIKE '%%pgh_attach_context%%' AND NOT tgisinternal"
        )
        found = cursor.fetchall()
    assert len(found) > 30
    assert [table for table, source in found if "EXECUTE $statement$" not in source] == []
