"""Two editors, one record: nothing is lost, on every edit path."""

from __future__ import annotations

import threading

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import connection

from crm.editing import Conflict, RecordForm
from crm.models import Event
from customers.models import Company
from tests import factories


class CompanyForm(RecordForm[Company]):
    noun = "company"

    class Meta:
        model = Company
        fields = ["name", "city", "industry"]


def opened(company, user, **changes):
    """The form as sent by a user who opened it now and typed `changes`."""
    form = CompanyForm(user=user, instance=Company.objects.get(pk=company.pk))
    data = {name: form[name].value() for name in form.fields} | changes
    return lambda: CompanyForm(data, user=user, instance=Company.objects.get(pk=company.pk))


def send(form, user):
    assert form.is_valid(), form.errors
    return form.apply(by=user)


def test_it_works(company, alice):
    send(opened(company, alice, city="Malmö")(), alice)
    company.refresh_from_db()
    assert (company.city, company.version) == ("Malmö", 2)
    event = Event.objects.get(kind="company.changed")
    assert event.data == {"fields": ["city"]}


def test_two_editors_of_different_fields_both_keep_their_change(company, alice, mona):
    hers, his = opened(company, alice, city="Malmö"), opened(company, mona, industry="Furniture")
    send(hers(), alice)
    send(his(), mona)
    company.refresh_from_db()
    assert (company.city, company.industry) == ("Malmö", "Furniture")


def test_the_second_editor_of_a_field_is_shown_both_values(company, alice, mona):
    hers, his = opened(company, alice, city="Malmö"), opened(company, mona, city="Lund")
    send(hers(), alice)
    with pytest.raises(Conflict) as refusal:
        send(his(), mona)
    (clash,) = refusal.value.clashes
    assert (clash.before, clash.theirs, clash.yours) == ("–", "Malmö", "Lund")
    company.refresh_from_db()
    assert company.city == "Malmö"
    assert Event.objects.filter(kind="company.changed").count() == 1


def test_setting_the_same_value_twice_is_no_conflict(company, alice, mona):
    hers, his = opened(company, alice, city="Malmö"), opened(company, mona, city="Malmö")
    send(hers(), alice)
    send(his(), mona)
    company.refresh_from_db()
    assert company.version == 2


def test_a_change_that_did_not_raise_the_version_is_still_seen(company, alice):
    form = opened(company, alice, city="Malmö")()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE customers_company SET city = 'Lund' WHERE id = %s", [company.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(Conflict):
        send(form, alice)


def test_a_token_of_another_record_is_refused(company, alice):
    other = factories.CompanyFactory(owner=alice)
    stolen = CompanyForm(user=alice, instance=other)["base"].value()
    form = opened(company, alice, city="Malmö", base=stolen)()
    assert not form.is_valid()
    assert "out of date" in str(form.errors)


def test_a_form_without_token_is_refused(company, alice):
    assert not opened(company, alice, city="Malmö", base="")().is_valid()


def test_nobody_edits_a_record_out_of_their_own_reach(company, alice, bob):
    class Owner(RecordForm[Company]):
        noun = "company"

        class Meta:
            model = Company
            fields = ["owner"]

    form = Owner(user=alice, instance=company)
    sent = Owner({"owner": bob.pk, "base": form["base"].value()}, user=alice, instance=company)
    with pytest.raises(ValidationError, match="out of your reach"):
        send(sent, alice)
    company.refresh_from_db()
    assert company.owner == alice


def test_a_masked_field_is_neither_in_the_form_nor_in_its_token(customer, alice):
    from django.core import signing

    from customers.models import Customer

    class Income(RecordForm[Customer]):
        noun = "customer"

        class Meta:
            model = Customer
            fields = ["name", "monthly_income"]

    form = Income(user=alice, instance=customer)
    assert "monthly_income" not in form.fields
    token = signing.loads(form["base"].value(), salt=f"base:customers.customer:{customer.pk}")
    assert token["b"].keys() == {"name"}


@pytest.mark.django_db(transaction=True)
def test_forty_parallel_edits_lose_no_write():
    """Five fields' worth of editors of one stale copy: each field is written once, everybody else is told."""
    ada = factories.UserFactory(role="admin", team=None)
    company = factories.CompanyFactory()
    names = ["name", "city", "industry"]
    forms_sent = [opened(company, ada, **{names[n % 3]: f"value {n}"}) for n in range(40)]
    saved, refused, start = [], [], threading.Barrier(40)

    def edit(make):
        start.wait()
        try:
            send(make(), ada)
            saved.append(make)
        except Conflict:
            refused.append(make)
        finally:
            connection.close()

    threads = [threading.Thread(target=edit, args=[make]) for make in forms_sent]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    company.refresh_from_db()
    assert (len(saved), len(refused)) == (3, 37)
    assert company.version == 4
    assert Event.objects.filter(kind="company.changed").count() == 3
    assert all(value.startswith("value") for value in (company.name, company.city, company.industry))


def test_an_unknown_field_cannot_be_edited_alone(company, alice):
    from crm.errors import BadInput

    with pytest.raises(BadInput):
        CompanyForm(user=alice, instance=company, only="version")
    assert isinstance(CompanyForm(user=alice, instance=company, only="city").fields["city"], forms.CharField)


def test_a_new_record_shows_nothing_that_only_the_database_will_fill_in(alice):
    form = CompanyForm(user=alice, instance=Company(name="New one"))
    assert (form["name"].value(), form["city"].value()) == ("New one", None)
