"""What a form tells while it is filled in: duplicates, companies, and the numbers in other systems."""

from __future__ import annotations

import pytest
from django.urls import reverse

from customers.models import Email, ExternalId
from tests import factories
from tests.customers.edits import edit_url, make, opened


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def duplicates(client, **typed):
    return client.get(reverse("customers:duplicates"), typed).content.decode()


def test_the_same_phone_in_another_spelling_is_noticed(as_alice, customer):
    factories.PhoneFactory(customer=customer, number="+46846500452")
    for country, spelling in (("", "+46 8 465 004 52"), ("SE", "08-465 004 52"), ("", "0046 8 46500452")):
        assert "Zoë Ångström" in duplicates(as_alice, phones=spelling, country=country), spelling
    assert "Zoë" not in duplicates(as_alice, phones="08-465 004 52")
    assert "Zoë" not in duplicates(as_alice, phones="08")


def test_the_same_address_in_other_letters_is_noticed(as_alice, customer):
    factories.EmailFactory(customer=customer, address="Zoe@Example.com")
    shown = duplicates(as_alice, emails="someone@example.com\nzoe@example.COM ")
    assert f'href="{customer.get_absolute_url()}"' in shown


def test_a_duplicate_that_one_may_not_see_is_not_told(client, customer, alice):
    factories.EmailFactory(customer=customer, address="zoe@example.com")
    customer.delete_softly(by=alice)
    client.force_login(alice)
    assert "Zoë" not in duplicates(client, emails="zoe@example.com")


def test_a_duplicate_may_be_saved_anyway(as_alice, customer):
    factories.EmailFactory(customer=customer, address="zoe@example.com")
    assert make(as_alice, name="Another Zoë", emails="zoe@example.com").status_code == 302
    assert Email.objects.count() == 2


def test_companies_are_suggested_by_the_beginning_of_their_name_first(as_alice):
    for name in ("Old Works", "Works Ltd", "Other"):
        factories.CompanyFactory(name=name)
    shown = as_alice.get(reverse("companies:suggest"), {"q": "wORks"}).content.decode()
    assert shown.index("Works Ltd (#") < shown.index("Old Works (#")
    assert "Other" not in shown
    assert "<option" not in as_alice.get(reverse("companies:suggest"), {"q": "%"}).content.decode()
    assert "<option" not in as_alice.get(reverse("companies:suggest")).content.decode()


def test_external_ids_are_written_and_taken_away(as_alice, customer):
    url = edit_url(customer, "external_ids")
    as_alice.post(url, opened(as_alice, url) | {"external_ids": "shop: 1\r\nshop: 2"})
    as_alice.post(url, opened(as_alice, url) | {"external_ids": "shop: 2"})
    assert [str(number) for number in ExternalId.objects.all()] == ["shop: 2"]
