"""The demo data is the same for the same seed, and refused where somebody works."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from crm import bulk
from crm.seeding import shares
from customers.models import Customer, Order
from tests import factories

CONTENT = """
    SELECT md5(string_agg(row::text, '|' ORDER BY row::text)) FROM (
        SELECT c.name, c.reference, c.city, c.tags, c.created_at, c.orders_count, c.net_total, u.email AS owner,
            f.name AS company FROM customers_customer c
        LEFT JOIN accounts_user u ON u.id = c.owner_id LEFT JOIN customers_company f ON f.id = c.company_id
    ) AS row
    UNION ALL SELECT md5(string_agg(row::text, '|' ORDER BY row::text)) FROM (
        SELECT o.number, o.placed_at, o.total, o.status, l.position, l.sku, l.quantity, l.amount
        FROM customers_order o JOIN customers_orderline l ON l.order_id = o.id
    ) AS row
    UNION ALL SELECT md5(string_agg(body || done_at, '|' ORDER BY body, done_at)) FROM activities_activity
"""


def seed(*options):
    call_command("seed", *options, verbosity=0)


def test_the_same_seed_gives_the_same_data_and_another_gives_other_data(db):
    found = []
    for number in ("42", "42", "43"):
        bulk.execute("TRUNCATE customers_company, customers_customer, customers_order CASCADE")
        seed("--seed", number)
        found.append(bulk.fetch(CONTENT))
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize("factory", [factories.CustomerFactory, factories.CompanyFactory])
def test_a_database_with_data_is_refused(db, factory):
    factory(deleted_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    with pytest.raises(CommandError, match="There is data already"):
        seed()
    assert not Order.objects.exists()


def test_if_empty_does_nothing_where_there_is_data(db, capsys):
    factories.CustomerFactory()
    call_command("seed", "--if-empty")
    assert capsys.readouterr().out == ""
    assert Customer.objects.count() == 1


def test_notes_come_after_customers():
    labels = [label for label, _ in shares()]
    assert labels.index("accounts") < labels.index("customers") < labels.index("activities")
