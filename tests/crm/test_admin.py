"""Every model is in the admin, found by index, with as many queries for many rows as for one."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from crm import bulk
from crm.models import Event, ExchangeRate, JobProgress, Mail
from customers.models import Customer, Order, Phone
from tests import factories
from tests.rows import all_rows

APPS = ("crm", "accounts", "activities", "notifications", "customers", "deals", "leads", "dashboard", "exchange")
#: proxies, on which triggers are declared, are the same tables
MODELS = [model for app in APPS for model in apps.get_app_config(app).get_models() if not model._meta.proxy]
NAMES = [model._meta.label for model in MODELS]


def url(model, page="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def test_every_model_is_in_the_admin():
    assert [model._meta.label for model in MODELS if not django_admin.site.is_registered(model)] == []


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
@pytest.mark.parametrize("text", ["", "zoe", "1", "00000000-0000-0000-0000-000000000000", "9" * 40, "%", "2026-01-01"])
def test_every_list_can_be_searched(as_ada, model, text):
    assert as_ada.get(url(model), {"q": text}).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_every_list_has_a_search(model):
    options = django_admin.site.get_model_admin(model)
    assert options.get_search_fields(None)


def _more(ada):
    person = factories.CustomerFactory(company=factories.CompanyFactory(owner=ada), owner=ada)
    factories.PhoneFactory(customer=person)
    factories.EmailFactory(customer=person)
    factories.ExternalIdFactory(customer=person)
    order = factories.OrderFactory(customer=person)
    factories.OrderLineFactory(order=order)
    factories.ActivityFactory(customer=person)
    Event.objects.create(kind="customer.created", subject_type="customers.customer", subject_id=1, actor=ada)
    JobProgress.objects.create(user=ada, title="Export")
    Mail.objects.create(kind="accounts.reset", user=ada, address=ada.email)
    Customer.objects.filter(pk=person.pk).update(city="Lund")
    ExchangeRate.objects.create(currency="SEK", day=now().date(), rate=1) if not ExchangeRate.objects.exists() else None


@pytest.fixture(scope="module")
def asked(django_db_setup, django_db_blocker):
    """How often each list asks with three things of each kind, and with eight more. Made once: the test only looks."""
    with django_db_blocker.unblock(), transaction.atomic():
        ada, client = factories.UserFactory(role="admin", team=None), Client()
        client.force_login(ada)
        counts = []
        for times in (3, 8):
            for _time in range(times):
                _more(ada)
            _queries(client, MODELS[0])  # what is asked once a process
            counts.append({model: _queries(client, model) for model in MODELS})
        transaction.set_rollback(True)
    return counts


def _queries(client, model):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url(model)).status_code == 200
    return len(queries)


@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_no_list_asks_once_a_row(asked, model):
    few, many = asked
    assert 0 < many[model] <= few[model]


FILL = """
    INSERT INTO customers_customer (name) SELECT 'Ann Nr ' || n FROM generate_series(1, 20000) n;
    INSERT INTO customers_company (name) SELECT 'Works Nr ' || n FROM generate_series(1, 20000) n;
    INSERT INTO customers_order (number, customer_id, placed_at, currency)
        SELECT 'N' || id, id, now(), 'EUR' FROM customers_customer;
    INSERT INTO customers_orderline (order_id, position, sku, quantity, unit_price)
        SELECT id, 1, 'A' || id, 1, 1 FROM customers_order;
    INSERT INTO customers_phone (customer_id, number) SELECT id, '+44' || 2070000000 + id FROM customers_customer;
    INSERT INTO customers_email (customer_id, address) SELECT id, 'ann' || id || '@b.se' FROM customers_customer;
    INSERT INTO customers_externalid (customer_id, source, value) SELECT id, 's', id FROM customers_customer;
    INSERT INTO crm_event (kind, subject_type, subject_id, customer_id, data, at)
        SELECT 'x', 'y', id, id, '{}', now() FROM customers_customer;
    SELECT gin_clean_pending_list('customer_search'), gin_clean_pending_list('company_search');
    ANALYZE customers_customer, customers_company, customers_order, customers_orderline, customers_phone;
    ANALYZE customers_email, customers_externalid, crm_event
"""
BIG = re.compile(
    r"Seq Scan on (customers_(customer|company|order|orderline|phone|email|externalid)|crm_event)\b",
)


@pytest.fixture
def a_village(db):
    """20,000 rows a table. Whole tables are then read only for want of an index: the planner is told to avoid it."""
    bulk.execute("SET LOCAL session_replication_role = replica")
    for statement in FILL.split(";"):
        bulk.execute(statement)
    bulk.execute("SET LOCAL session_replication_role = origin")
    bulk.execute("SET LOCAL enable_seqscan = off")


def test_no_list_reads_a_whole_table(as_ada, a_village):
    with CaptureQueriesContext(connection) as queries:
        for typed in ["", "Ann Nr 777", "N777", "A777", "+442070000777", "0777", "ann777@b.se", "777"]:
            for model in MODELS:
                assert as_ada.get(url(model), {"q": typed}).status_code == 200
    asked = {q["sql"] for q in queries if "set_config" not in q["sql"]}
    plans = {sql: plan_of(sql) for sql in asked if sql.startswith(("SELECT", "(SELECT"))}
    assert [sql for sql, plan in plans.items() if BIG.search(plan)] == []


def plan_of(sql):
    return "\n".join(line for (line,) in bulk.fetch(f"EXPLAIN {sql}"))


# Repairs


def change(client, row, **typed):
    """Opens the change form of `row`, types, and sends it as a browser would."""
    page = client.get(url(type(row), "change", row.pk))
    form = page.context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    for formset in page.context["inline_admin_formsets"]:
        for part in [formset.formset.management_form, *formset.formset.forms]:
            data |= {part.add_prefix(name): part[name].value() for name in part.fields}
    if placed := data.pop("placed_at", None):
        data["placed_at_0"], data["placed_at_1"] = placed.date(), placed.time().replace(microsecond=0)
    sent = {name: "" if value is None else value for name, value in (data | typed).items() if value is not False}
    return client.post(url(type(row), "change", row.pk), sent | {"opened_version": page.context["original"].version})


def test_a_phone_that_is_repaired_is_still_found(as_ada, customer):
    phone = factories.PhoneFactory(customer=customer, number="+442079460018")
    response = change(as_ada, customer, **{"phones-0-number": "020 7946 0999", "phones-0-id": phone.pk})
    assert response.status_code == 302, response.context["errors"]
    assert list(Phone.objects.values_list("number", "national")) == [("+442079460999", "02079460999")]


def test_an_order_that_is_repaired_changes_the_figures_of_its_customer(as_ada, order):
    order.customer.refresh_figures()
    response = change(as_ada, order, status="cancelled")
    assert response.status_code == 302, response.context["errors"]
    order.refresh_from_db()
    order.customer.refresh_from_db()
    assert (order.status, order.total, order.customer.net_total) == ("cancelled", 100, 0)


def test_an_order_does_not_get_the_number_of_another(as_ada, order):
    other = factories.OrderFactory(customer=order.customer)
    response = change(as_ada, order, number=other.number)
    assert response.status_code == 200
    assert "already exists" in response.content.decode()


def test_an_order_does_not_return_itself(as_ada, order):
    assert change(as_ada, order, returns_order=order.pk).status_code == 200


@pytest.mark.parametrize("year", ["0001", "1899", "2201", "9999"])
def test_an_order_is_not_put_where_no_zone_can_show_it(as_ada, order, year):
    response = change(as_ada, order, placed_at_0=f"{year}-12-31")
    assert response.status_code == 200
    assert "between 1900 and 2200" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_what_only_the_database_refuses_is_said(as_ada, customer):
    before = all_rows()
    rows = {f"emails-{place}-{name}": "" for place in (0, 1) for name in ("id", "position")}
    rows |= {f"emails-{place}-customer": customer.pk for place in (0, 1)} | {"emails-TOTAL_FORMS": 2}
    rows |= {"emails-0-position": 0, "emails-1-position": 1}
    response = change(as_ada, customer, **rows, **{"emails-0-address": "a@x.org", "emails-1-address": "A@x.org"})
    assert response.status_code == 302
    assert "The database refuses this" in as_ada.get(response["Location"]).content.decode()
    assert all_rows() == before


def test_an_order_is_not_put_into_a_currency_without_a_rate(as_ada, order):
    response = change(as_ada, order, currency="SEK")
    assert response.status_code == 200
    assert "no exchange rate for SEK" in response.content.decode()


def test_the_deleted_are_there_to_be_repaired(as_ada, order, ada):
    order.delete_softly(by=ada)
    assert order.number in as_ada.get(url(Order)).content.decode()
    assert as_ada.get(url(Order, "change", order.pk)).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_nothing_is_deleted_for_ever_by_hand(as_ada, model):
    options = django_admin.site.get_model_admin(model)
    assert not options.has_delete_permission(None)
