"""Two edit one customer: different fields are both kept, of the same one the second sees both values and chooses."""

from __future__ import annotations

import pytest

from crm.models import Event
from customers.models import Customer
from tests import factories
from tests.customers.edits import edit_url, opened, sent


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def conflict(client, customer, field, value, headers):
    """A form of `field` opened, then the value changed by somebody else, then sent."""
    url = edit_url(customer, field)
    data = opened(client, url, **headers)
    Customer.objects.filter(pk=customer.pk).update(city="Theirs")
    return client.post(url, data | {"city": value}, headers=headers)


@pytest.mark.parametrize("field", ["", "city"])
@pytest.mark.parametrize("script", [False, True])
def test_the_second_editor_sees_both_values_and_chooses(as_alice, customer, field, script):
    headers = ({"HX-Request": "true", "HX-Target": f"fact-{field}" if field else "form"}) if script else {}
    refused = conflict(as_alice, customer, field, "Yours", headers)
    shown = refused.content.decode()
    assert refused.status_code == 409
    assert "Theirs" in shown
    assert "Yours" in shown
    customer.refresh_from_db()
    assert customer.city == "Theirs"
    chosen = sent(refused, edit_url(customer, field))
    assert chosen["city"] == "Yours"
    assert as_alice.post(edit_url(customer, field), chosen, headers=headers).status_code in {200, 204, 302}
    customer.refresh_from_db()
    assert customer.city == "Yours"


def test_it_is_said_who_changed_it_meanwhile(client, alice, mona, customer):
    for who, words in ((mona, "Mona Manager changed this"), (alice, "You changed this yourself meanwhile")):
        client.force_login(alice)
        url = edit_url(customer, "city")
        opened = sent(client.get(url), url)
        client.force_login(who)
        client.post(url, sent(client.get(url), url) | {"city": f"{who} was here"})
        client.force_login(alice)
        refused = client.post(url, opened | {"city": "Yours"})
        assert refused.status_code == 409
        assert words in refused.content.decode()


def test_keeping_theirs_in_the_merge_form_changes_nothing(as_alice, customer):
    refused = conflict(as_alice, customer, "", "Yours", {})
    chosen = sent(refused, edit_url(customer)) | {"city": "Theirs"}
    assert as_alice.post(edit_url(customer), chosen).status_code == 302
    assert not Event.objects.filter(kind="customer.changed").exists()


@pytest.mark.parametrize(
    ("field", "theirs", "yours"),
    [("lifecycle", "former", "customer"), ("country", "FR", "SE"), ("tags", ["x"], "y"), ("name", "Theirs", "Yours")],
)
def test_every_kind_of_value_can_clash_and_be_chosen(as_alice, customer, field, theirs, yours):
    url = edit_url(customer, field)
    data = opened(as_alice, url)
    Customer.objects.filter(pk=customer.pk).update(**{field: theirs})
    refused = as_alice.post(url, data | {field: yours})
    assert refused.status_code == 409
    theirs_again = sent(refused, url) | {field: theirs[0] if isinstance(theirs, list) else theirs}
    assert as_alice.post(url, theirs_again).status_code == 302
    assert as_alice.post(url, sent(refused, url)).status_code == 302
    customer.refresh_from_db()
    assert getattr(customer, field) in (yours, [yours])


def test_phones_clash_as_one_list(as_alice, customer):
    url = edit_url(customer, "phones")
    data = opened(as_alice, url)
    factories.PhoneFactory(customer=customer, number="+46701234567")
    refused = as_alice.post(url, data | {"phones": "+44 20 7946 0018"})
    assert refused.status_code == 409
    assert "+46 70 123 45 67" in refused.content.decode()
    assert as_alice.post(url, sent(refused, url)).status_code == 302
    assert customer.phones.get().number == "+442079460018"


def test_different_fields_are_both_kept(as_alice, customer):
    data = opened(as_alice, edit_url(customer))
    Customer.objects.filter(pk=customer.pk).update(city="Theirs")
    assert as_alice.post(edit_url(customer), data | {"street": "Mine 1"}).status_code == 302
    customer.refresh_from_db()
    assert (customer.city, customer.street) == ("Theirs", "Mine 1")


def test_the_merge_form_does_not_name_what_is_hidden(client, mona, customer):
    client.force_login(mona)
    Customer.objects.filter(pk=customer.pk).update(monthly_income=87_654_321)
    refused = conflict(client, customer, "", "Yours", {})
    assert "income" not in refused.content.decode().lower()
    assert "54321" not in refused.content.decode() and "54,321" not in refused.content.decode()


def test_a_form_of_another_customer_is_refused(as_alice, alice, customer, nothing_changed):
    other = factories.CustomerFactory(owner=alice)
    data = opened(as_alice, edit_url(other)) | {"city": "Malmö"}
    with nothing_changed:
        response = as_alice.post(edit_url(customer), data)
    assert response.status_code == 422
    assert "out of date" in response.content.decode()
