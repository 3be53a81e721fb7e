"""Making and changing customers: what is kept, and what is refused."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from crm.models import Event
from customers.models import Customer, Phone
from tests import factories
from tests.customers.edits import NEW, edit_url, in_place, make, opened, sent


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


# Making one


def test_it_works(as_alice, alice, company):
    response = make(
        as_alice,
        name="  Åsa Öberg ",
        job_title="Buyer",
        company=f"{company.name} (#{company.pk})",
        phones="08-465 004 52\n+44 20 7946 0018",
        emails="asa@example.com\nASA@example.com\nasa@work.example",
        country="SE",
        time_zone="Europe/Stockholm",
        tags="VIP, retail,VIP",
        external_ids="shop: 17850\nold crm: A/7",
        owner=alice.pk,
    )
    customer = Customer.objects.get()
    assert response.url == customer.get_absolute_url()
    assert (customer.name, customer.company, customer.owner, customer.created_by) == (
        "Åsa Öberg",
        company,
        alice,
        alice,
    )
    assert customer.tags == ["VIP", "retail"]
    assert [(phone.number, phone.national) for phone in customer.phones.all()] == [
        ("+46846500452", "0846500452"),
        ("+442079460018", "02079460018"),
    ]
    assert [email.address for email in customer.emails.all()] == ["asa@example.com", "asa@work.example"]
    assert [str(number) for number in customer.external_ids.all()] == ["old crm: A/7", "shop: 17850"]
    assert Event.objects.get(kind="customer.created").customer == customer


def test_a_phone_or_an_address_is_enough(as_alice):
    assert make(as_alice, phones="+44 20 7946 0018").status_code == 302
    assert make(as_alice, emails="a@example.com").status_code == 302


def test_nobody_at_all_is_refused(as_alice, nothing_changed):
    with nothing_changed:
        response = make(as_alice, city="Malmö")
    assert response.status_code == 422
    assert "Enter a name, a phone number or an e-mail address." in response.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "x" * 201, "at most 200 characters"),
        ("name", "\u200b\u2063", "a name that can be seen"),
        ("phones", "12", "with its country code"),
        ("phones", "+44 20 7946 0018 ext. 5", "with its country code"),
        ("phones", "\n".join(f"+4420794600{n:02}" for n in range(21)), "at most 20"),
        ("emails", "not an address", "is not an e-mail address"),
        ("emails", "a" * 250 + "@example.com", "e-mail address"),
        ("tags", "x" * 41, "at most 20 tags"),
        ("external_ids", "17850", "a colon and the number"),
        ("external_ids", "shop:", "a colon and the number"),
        ("country", "XX", "not one of the available choices"),
        ("time_zone", "Mars/Olympus", "Choose a time zone"),
        ("company", "Nowhere Ltd", "none of that name"),
        ("lifecycle", "dead", "not one of the available choices"),
        ("owner", "1000000000", "not one of the available choices"),
        ("name", "a\x00b", "Null characters"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(as_alice, nothing_changed, field, value, sentence):
    with nothing_changed:
        response = make(as_alice, **({"name": "Ann"} | {field: value}))
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_income_is_a_number_that_is_not_negative(as_ada, nothing_changed):
    with nothing_changed:
        for value in ("-1", "a lot", "1e30", "NaN", "Infinity", "1.23456"):
            assert make(as_ada, name="Ann", monthly_income=value).status_code == 422, value


def test_a_number_in_another_system_belongs_to_one_customer(as_alice, nothing_changed):
    factories.ExternalIdFactory(source="shop", value="17850")
    with nothing_changed:
        response = make(as_alice, name="Ann", external_ids="shop: 17850")
    assert response.status_code == 422
    assert "belongs to another customer already" in response.content.decode()


def test_htmx_gets_the_form_again_and_then_the_page(as_alice):
    htmx = {"HX-Request": "true", "HX-Target": "form"}
    refused = as_alice.post(NEW, {"lifecycle": "prospect"}, headers=htmx)
    assert refused.status_code == 422
    assert refused.content.decode().strip().startswith("<form")
    made = as_alice.post(NEW, {"lifecycle": "prospect", "name": "Ann"}, headers=htmx)
    assert made.status_code == 204
    assert made["HX-Redirect"] == Customer.objects.get().get_absolute_url()


def test_a_customer_begun_on_a_company_page_has_that_company(as_alice, company):
    assert opened(as_alice, f"{NEW}?company={company.pk}")["company"] == f"{company.name} (#{company.pk})"
    assert as_alice.get(f"{NEW}?company=no").status_code == 200


# What the form does not offer


def test_nobody_assigns_what_the_form_does_not_offer(as_alice, alice, bob):
    other = factories.CustomerFactory()
    make(
        as_alice,
        name="Ann",
        id=other.pk,
        pk=other.pk,
        version=9,
        created_by=bob.pk,
        deleted_at="2026-01-01",
        created_at="2001-01-01",
        net_total=999,
        orders_count=9,
        monthly_income=5000,
        call_eligible="on",
        sort_key="z",
    )
    ann = Customer.objects.get(name="Ann")
    assert ann.pk != other.pk
    assert (ann.version, ann.created_by, ann.deleted_at, ann.net_total, ann.orders_count) == (1, alice, None, 0, 0)
    assert (ann.monthly_income, ann.call_eligible) == (None, False)


def test_sales_cannot_give_a_customer_to_a_colleague(as_alice, customer, bob, nothing_changed):
    data = opened(as_alice, edit_url(customer)) | {"owner": bob.pk}
    with nothing_changed:
        assert as_alice.post(edit_url(customer), data).status_code == 422


def test_managers_give_customers_to_their_team_alone(client, mona, bob, customer):
    client.force_login(mona)
    stranger = factories.UserFactory(role="sales")
    url = edit_url(customer, "owner")
    assert client.post(url, opened(client, url) | {"owner": stranger.pk}).status_code == 422
    assert client.post(url, opened(client, url) | {"owner": bob.pk}).status_code == 302
    customer.refresh_from_db()
    assert customer.owner == bob


def test_an_owner_who_left_can_stay(client, mona, bob):
    customer = factories.CustomerFactory(owner=factories.UserFactory(role="sales", is_active=False))
    client.force_login(mona)
    data = opened(client, edit_url(customer)) | {"city": "Malmö"}
    assert client.post(edit_url(customer), data).status_code == 302
    customer.refresh_from_db()
    assert (customer.city, customer.owner.is_active) == ("Malmö", False)


def test_a_company_that_was_deleted_can_stay(as_alice, customer, company, alice):
    Customer.objects.filter(pk=customer.pk).update(company=company)
    company.delete_softly(by=alice)
    data = opened(as_alice, edit_url(customer)) | {"city": "Malmö"}
    assert as_alice.post(edit_url(customer), data).status_code == 302
    customer.refresh_from_db()
    assert customer.company_id == company.pk


@pytest.mark.parametrize(
    "field", ["owner", "company", "lifecycle", "tags", "call_eligible", "monthly_income", "reference"]
)
def test_agents_change_contact_data_and_nothing_else(client, gus, field, nothing_changed):
    customer = factories.CustomerFactory(call_eligible=True)
    client.force_login(gus)
    assert field not in opened(client, edit_url(customer))
    with nothing_changed:
        assert client.post(edit_url(customer, field), {field: "1", "base": "x"}).status_code == 400


def test_agents_change_contact_data(client, gus):
    customer = factories.CustomerFactory(call_eligible=True)
    client.force_login(gus)
    url = edit_url(customer)
    assert (
        client.post(url, opened(client, url) | {"phones": "+44 20 7946 0018", "call_eligible": ""}).status_code == 302
    )
    customer.refresh_from_db()
    assert customer.call_eligible
    assert customer.phones.get().number == "+442079460018"


@pytest.mark.parametrize(
    ("who", "field"), [("alice", "call_eligible"), ("alice", "monthly_income"), ("mona", "monthly_income")]
)
def test_masked_fields_are_not_in_the_form_of_whom_they_are_hidden_from(
    request, client, customer, who, field, nothing_changed
):
    client.force_login(request.getfixturevalue(who))
    page = client.get(edit_url(customer))
    assert field not in page.content.decode()
    assert client.get(edit_url(customer, field)).status_code == 400
    with nothing_changed:
        assert client.post(edit_url(customer, field), {field: "1"}).status_code == 400


# Changing one


def test_an_untouched_form_changes_nothing(as_ada, customer, company, nothing_changed):
    Customer.objects.filter(pk=customer.pk).update(
        company=company, monthly_income=Decimal("1234.50"), tags=["a", "b"], country="SE", call_eligible=True
    )
    factories.PhoneFactory(customer=customer, number="+46701234567")
    factories.EmailFactory(customer=customer, address="Zoe@Example.com")
    factories.ExternalIdFactory(customer=customer)
    with nothing_changed:
        assert as_ada.post(edit_url(customer), opened(as_ada, edit_url(customer))).status_code == 302


def test_lists_keep_the_rows_that_stay(as_alice, customer):
    stays = factories.PhoneFactory(customer=customer, number="+46701234567", position=0)
    goes = factories.PhoneFactory(customer=customer, number="+46812345678", position=1)
    url = edit_url(customer, "phones")
    as_alice.post(url, opened(as_alice, url) | {"phones": "+44 20 7946 0018\r\n+46 70 123 45 67"})
    assert [phone.number for phone in customer.phones.all()] == ["+442079460018", "+46701234567"]
    assert Phone.objects.get(number="+46701234567").pk == stays.pk
    assert Phone.history.rel.related_model.objects.get(pgh_obj_id=goes.pk, pgh_label="delete").number == "+46812345678"
    customer.refresh_from_db()
    assert customer.version == 2


def test_a_list_edited_in_place_is_shown_as_it_is_now(as_alice, customer):
    factories.PhoneFactory(customer=customer, number="+46812345678")
    url = edit_url(customer, "phones")
    data = opened(as_alice, url, **in_place("phones")) | {"phones": "+44 20 7946 0018"}
    shown = as_alice.post(url, data, headers=in_place("phones")).content.decode()
    assert "+44 20 7946 0018" in shown
    assert "+46" not in shown


def test_one_fact_is_edited_in_place(as_alice, customer):
    url = edit_url(customer, "city")
    form = as_alice.get(url, headers=in_place("city"))
    assert '<div class="fact editing" id="fact-city">' in form.content.decode()
    saved = as_alice.post(url, sent(form, url) | {"city": "Malmö"}, headers=in_place("city"))
    assert saved.status_code == 200
    assert 'class="fact saved" id="fact-city"' in saved.content.decode()
    customer.refresh_from_db()
    assert customer.city == "Malmö"


def test_a_fact_that_cannot_be_kept_comes_back_as_its_form(as_alice, customer):
    url = edit_url(customer, "phones")
    data = opened(as_alice, url, **in_place("phones")) | {"phones": "12"}
    refused = as_alice.post(url, data, headers=in_place("phones"))
    assert refused.status_code == 422
    assert 'id="fact-phones"' in refused.content.decode()
    assert "aria-invalid" in refused.content.decode()


FACTS = {
    "name": "Ann",
    "phones": "+44 20 7946 0018",
    "emails": "ann@example.com",
    "job_title": "Buyer",
    "street": "High Street 1",
    "postal_code": "SW1",
    "city": "London",
    "country": "GB",
    "time_zone": "Europe/London",
    "lifecycle": "former",
    "owner": "",
    "tags": "VIP",
    "call_eligible": "on",
    "monthly_income": "1200",
    "reference": "17850",
    "external_ids": "shop: 1",
}


@pytest.mark.parametrize("field", FACTS)
def test_every_fact_is_edited_alone_with_script_and_without(as_ada, customer, field):
    for headers in ({}, in_place(field)):
        url = edit_url(customer, field)
        data = opened(as_ada, url, **headers) | {field: FACTS[field]}
        response = as_ada.post(url, data, headers=headers)
        assert response.status_code == (200 if headers else 302), response.content.decode()[:500]
    assert Event.objects.get(kind="customer.changed").data == {"fields": [field]}


def test_a_fact_that_is_none_is_refused(as_alice, customer, nothing_changed):
    with nothing_changed:
        for name in ("version", "created_by", "net_total", "base", "x" * 300):
            assert as_alice.post(edit_url(customer, name), {name: "1"}).status_code == 400


# Once


def test_the_same_form_sent_twice_makes_one_customer(as_alice):
    data = {"name": "Ann", "lifecycle": "prospect", "idempotency_key": "k1"}
    first, second = as_alice.post(NEW, data), as_alice.post(NEW, data)
    assert (first.status_code, second.status_code, first.url) == (302, 302, second["Location"])
    assert Customer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_forms_at_once_with_one_key_make_one_customer():
    alice = factories.UserFactory()
    clients = [Client() for _ in range(20)]
    [client.force_login(alice) for client in clients]
    start, seen = threading.Barrier(20), []

    def send(client):
        start.wait()
        try:
            data = {"name": "Ann", "lifecycle": "prospect", "idempotency_key": "k1"}
            seen.append(client.post(NEW, data).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[client]) for client in clients]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert seen == [302] * 20
    assert Customer.objects.count() == 1
    assert Event.objects.filter(kind="customer.created").count() == 1


# Deleting and taking back


def test_deleting_offers_to_undo(as_alice, customer):
    response = as_alice.post(reverse("customers:delete", args=[customer.pk]), follow=True)
    assert "Zoë Ångström was deleted." in response.content.decode()
    assert reverse("customers:restore", args=[customer.pk]) in response.content.decode()
    assert not Customer.objects.exists()


def test_what_was_deleted_comes_back_with_all_it_had(as_alice, customer):
    factories.PhoneFactory(customer=customer)
    as_alice.post(reverse("customers:delete", args=[customer.pk]))
    page = as_alice.get(customer.get_absolute_url())
    assert "Deleted on" in page.content.decode()
    response = as_alice.post(reverse("customers:restore", args=[customer.pk]))
    assert response.url == customer.get_absolute_url()
    assert Customer.objects.get().phones.count() == 1


def test_deleting_or_restoring_twice_is_once(as_alice, customer):
    for verb in ("delete", "delete", "restore", "restore"):
        assert as_alice.post(reverse(f"customers:{verb}", args=[customer.pk])).status_code == 302
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True)) == [
        "customer.deleted",
        "customer.restored",
    ]
