"""Who changed what: in words, without what is hidden; and every value can be brought back."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from customers.models import Customer
from tests import factories
from tests.customers.edits import opened, sent


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def edit(client, row, field, value, space="customers"):
    url = reverse(f"{space}:edit", args=[row.pk]) + f"?field={field}"
    response = client.post(url, opened(client, url) | {field: value})
    assert response.status_code == 302, response.content.decode()
    row.refresh_from_db()


def history(client, row, space="customers"):
    return client.get(reverse(f"{space}:history", args=[row.pk]))


def restore_forms(response):
    """field -> what its Restore button would send, newest first."""
    page = response.content.decode()
    found = {}
    for form in re.findall(r'<form method="post" action="[^"]*/history/restore/">.*?</form>', page, re.DOTALL):
        fields = dict(re.findall(r'name="(event|field|base)" value="([^"]*)"', form))
        found.setdefault(fields["field"], fields)
    return found


def restore(client, row, sending, space="customers", **headers):
    return client.post(reverse(f"{space}:restore_value", args=[row.pk]), sending, headers=headers)


def test_it_works(as_alice, customer):
    edit(as_alice, customer, "city", "Malmö")
    edit(as_alice, customer, "city", "Lund")
    page = history(as_alice, customer)
    first, second = page.context["changes"]
    assert (first.label, first.old, first.new, first.who) == ("City", "Malmö", "Lund", "Alice Owner")
    assert (second.old, second.new) == ("", "Malmö")
    response = restore(as_alice, customer, restore_forms(page)["city"])
    assert response.status_code == 302
    customer.refresh_from_db()
    assert customer.city == "Malmö"


VALUES = {
    "name": ("Ann", "Ben"),
    "lifecycle": ("customer", "former"),
    "country": ("SE", "FR"),
    "tags": ("a, b", "c"),
    "time_zone": ("Europe/Paris", "Europe/Oslo"),
    "reference": ("1", "2"),
    "call_eligible": ("on", ""),
    "monthly_income": ("1200.5", "1300"),
}


@pytest.mark.parametrize("field", VALUES)
def test_every_kind_of_value_comes_back(client, ada, customer, field):
    client.force_login(ada)
    first, second = VALUES[field]
    edit(client, customer, field, first)
    before = getattr(customer, field)
    edit(client, customer, field, second)
    assert restore(client, customer, restore_forms(history(client, customer))[field]).status_code == 302
    customer.refresh_from_db()
    assert getattr(customer, field) == before


def test_owners_and_companies_are_shown_by_name_and_come_back(client, mona, alice, bob, customer, company):
    client.force_login(mona)
    edit(client, customer, "owner", bob.pk)
    edit(client, customer, "company", f"#{company.pk}")
    edit(client, customer, "company", "")
    page = history(client, customer)
    shown = [(line.label, line.old, line.new) for line in page.context["changes"]]
    assert shown == [
        ("Company", "Ångström Interiör", ""),
        ("Company", "", "Ångström Interiör"),
        ("Owner", "Alice Owner", "Bob Teammate"),
    ]
    for field in ("owner", "company"):
        assert restore(client, customer, restore_forms(page)[field]).status_code == 302
    customer.refresh_from_db()
    assert (customer.owner, customer.company) == (alice, company)


def test_choices_and_truths_are_shown_in_words(client, ada, customer):
    client.force_login(ada)
    for field in ("lifecycle", "country", "call_eligible", "monthly_income"):
        edit(client, customer, field, VALUES[field][0])
    shown = {line.label: line.new for line in history(client, customer).context["changes"]}
    assert shown == {
        "Lifecycle": "Customer",
        "Country": "Sweden",
        "May be called": "Yes",
        "Monthly income": "€\u00a01,200.50",
    }


@pytest.mark.parametrize("field", ["phones", "emails", "external_ids"])
def test_an_entry_that_left_a_list_comes_back(as_alice, customer, field):
    first, second = {
        "phones": ("+46 70 123 45 67", "+44 20 7946 0018"),
        "emails": ("a@example.com", "b@example.com"),
        "external_ids": ("shop: 1", "shop: 2"),
    }[field]
    edit(as_alice, customer, field, first)
    edit(as_alice, customer, field, second)
    page = history(as_alice, customer)
    assert first in page.content.decode()
    sending = restore_forms(page)[field]
    assert restore(as_alice, customer, sending).status_code == 302
    assert sorted(map(str, getattr(customer, field).all())) == sorted([first, second])
    assert restore(as_alice, customer, sending).status_code == 302
    assert getattr(customer, field).count() == 2


# Conflicts


def test_a_value_that_somebody_changed_since_is_not_overwritten(as_alice, customer):
    edit(as_alice, customer, "city", "Malmö")
    edit(as_alice, customer, "city", "Lund")
    sending = restore_forms(history(as_alice, customer))["city"]
    Customer.objects.filter(pk=customer.pk).update(city="Theirs")
    refused = restore(as_alice, customer, sending)
    assert refused.status_code == 409
    assert "Theirs" in refused.content.decode()
    url = reverse("customers:edit", args=[customer.pk]) + "?field=city"
    assert as_alice.post(url, sent(refused, url)).status_code == 302
    customer.refresh_from_db()
    assert customer.city == "Malmö"


def test_a_value_that_is_no_longer_allowed_comes_back_as_a_form(as_alice, mona, customer, bob, nothing_changed):
    Customer.objects.filter(pk=customer.pk).update(owner=bob)
    Customer.objects.filter(pk=customer.pk).update(owner=customer.owner)
    sending = restore_forms(history(as_alice, customer))["owner"]
    with nothing_changed:
        refused = restore(as_alice, customer, sending)
    assert refused.status_code == 422


@pytest.mark.parametrize(
    "sending",
    [
        {},
        {"field": "city"},
        {"field": "city", "event": "x", "base": "x"},
        {"field": "city", "event": "999999999"},
        {"field": "version", "event": "1"},
        {"field": "monthly_income", "event": "1"},
        {"field": "phones", "event": "999999999"},
        {"field": "phones", "event": "9" * 30},
        {"field": "phones", "event": "²"},
    ],
)
def test_what_is_not_in_the_history_is_refused(as_alice, customer, sending, nothing_changed):
    with nothing_changed:
        assert restore(as_alice, customer, sending).status_code == 400


def test_an_event_of_another_customer_restores_nothing(as_alice, alice, customer, nothing_changed):
    other = factories.CustomerFactory(owner=alice)
    edit(as_alice, other, "city", "Malmö")
    edit(as_alice, other, "phones", "+46 70 123 45 67")
    edit(as_alice, other, "phones", "")
    sendings = restore_forms(history(as_alice, other))
    with nothing_changed:
        for field in ("city", "phones"):
            assert restore(as_alice, customer, sendings[field]).status_code == 400


# Whom


@pytest.mark.parametrize(
    ("who", "income", "eligible"), [("mona", False, True), ("alice", False, False), ("rita", True, True)]
)
def test_hidden_fields_have_no_history(request, client, customer, who, income, eligible):
    Customer.objects.filter(pk=customer.pk).update(monthly_income=4321)
    Customer.objects.filter(pk=customer.pk).update(call_eligible=True)
    client.force_login(request.getfixturevalue(who))
    page = history(client, customer)
    assert ("4,321" in page.content.decode()) is income
    assert ("May be called" in page.content.decode()) is eligible


def test_who_reads_only_cannot_bring_back(client, rita, bob, customer):
    Customer.objects.filter(pk=customer.pk).update(city="Malmö")
    for user in (rita, bob):
        client.force_login(user)
        assert restore_forms(history(client, customer)) == {}


def test_deletion_is_in_the_history_and_cannot_be_restored_from_there(as_alice, customer):
    as_alice.post(reverse("customers:delete", args=[customer.pk]))
    page = history(as_alice, customer)
    assert [line.label for line in page.context["changes"]] == ["Deleted at"]
    assert restore_forms(page) == {}


def test_a_company_has_its_history(as_alice, company):
    edit(as_alice, company, "city", "Malmö", "companies")
    page = history(as_alice, company, "companies")
    assert restore(as_alice, company, restore_forms(page)["city"], "companies").status_code == 302
    company.refresh_from_db()
    assert company.city == ""


def test_the_history_costs_the_same_for_many_changes(as_alice, customer, company, bob, django_assert_num_queries):
    def change(count):
        for number in range(count):
            Customer.objects.filter(pk=customer.pk).update(
                city=f"City {number}", company=company if number % 2 else None
            )
            phone = factories.PhoneFactory(customer=customer)
            phone.delete()

    change(2)
    with django_assert_num_queries(12):
        history(as_alice, customer)
    change(20)
    with django_assert_num_queries(12):
        history(as_alice, customer)
