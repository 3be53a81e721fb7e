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
        WHERE done_at < current_date
    UNION ALL SELECT md5(string_agg(title || due_on, '|' ORDER BY title, due_on)) FROM activities_activity
    UNION ALL SELECT md5(string_agg(row::text, '|' ORDER BY row::text)) FROM (
        SELECT l.name, l.email, l.company_name, l.status, l.value, s.name AS source, u.email AS owner
        FROM leads_lead l JOIN leads_source s ON s.id = l.source_id LEFT JOIN accounts_user u ON u.id = l.owner_id
    ) AS row
    UNION ALL SELECT md5(string_agg(row::text, '|' ORDER BY row::text)) FROM (
        SELECT d.title, d.amount, d.expected_close, d.closed_on, s.name, v.entered_at, c.name AS customer
        FROM deals_deal d JOIN deals_stagevisit v ON v.deal_id = d.id JOIN deals_stage s ON s.id = v.stage_id
        LEFT JOIN customers_customer c ON c.id = d.customer_id
    ) AS row
"""


def seed(*options):
    call_command("seed", *options, verbosity=0)


def test_the_same_seed_gives_the_same_data_and_another_gives_other_data(db):
    found = []
    for number in ("42", "42", "43"):
        bulk.execute("TRUNCATE customers_company, customers_customer, customers_order, leads_lead, deals_deal CASCADE")
        seed("--seed", number)
        found.append(sorted(bulk.fetch(CONTENT)))  # of a UNION ALL any part may come first
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize(
    "factory",
    [factories.CustomerFactory, factories.CompanyFactory, factories.LeadFactory, factories.DealFactory],
)
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


def test_each_comes_after_what_it_is_about():
    labels = [label for label, _ in shares()]
    order = [label for label in labels if label in {"accounts", "customers", "leads", "deals", "activities"}]
    assert order == ["accounts", "customers", "leads", "deals", "activities", "leads"]  # its scores at the end


def test_a_query_while_rows_are_copied_is_refused_instead_of_waiting_for_itself(db):
    bulk.stage("copied", "n bigint")
    with pytest.raises(RuntimeError, match="A query while rows are copied"):
        bulk.copy("copied", ((Customer.objects.count(),) for _ in range(1)))
