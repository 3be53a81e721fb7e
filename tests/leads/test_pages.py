"""The page of a lead, duplicates while typing, and converting by the drawer."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from activities.models import Activity
from customers.models import Company, Customer
from deals.models import Deal
from leads.conversion import convert
from leads.models import Lead
from tests import factories


@pytest.fixture
def lead(alice):
    return factories.LeadFactory(
        name="Nils Holm",
        company_name="Holm Lanterns AB",
        email="nils@holm.example",
        phone="+46701234567",
        owner=alice,
        details={"Lead Quality": "High", "Empty": ""},
    )


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def test_the_page_tells_what_is_known(as_alice, lead):
    page = as_alice.get(lead.get_absolute_url()).content.decode()
    for text in ("Nils Holm", "Holm Lanterns AB", "+46 70 123 45 67", "tel:+46701234567", "Convert", "Lead Quality"):
        assert text in page, text
    assert "Empty" not in page


def test_the_page_asks_no_more_for_a_long_story(as_alice, lead, alice):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            as_alice.get(lead.get_absolute_url())
        return len(captured)

    factories.ActivityFactory(lead=lead, customer=None, created_by=alice)
    factories.PlanFactory(lead=lead, created_by=alice)
    queries()
    few = queries()
    for _ in range(10):
        factories.ActivityFactory(lead=lead, customer=None, created_by=alice)
        factories.PlanFactory(lead=lead, created_by=alice)
    assert queries() <= few + 1


def test_readers_see_no_verbs(client, lead, rita):
    client.force_login(rita)
    page = client.get(lead.get_absolute_url()).content.decode()
    assert "Nils Holm" in page
    for url in ("convert", "lose", "contact", "delete"):
        assert f'action="{reverse(f"leads:{url}", args=[lead.pk])}"' not in page


def test_the_timeline_that_comes_again_brings_no_second_composer(client, lead, alice):
    client.force_login(alice)
    fragment = client.get(reverse("leads:timeline", args=[lead.pk]), headers={"HX-Request": "true"}).content.decode()
    assert 'id="timeline-card"' in fragment
    assert 'id="composer"' not in fragment


def test_the_timeline_shows_only_to_who_sees_the_lead(client, lead, alice, bob):
    url = reverse("leads:timeline", args=[lead.pk])
    factories.ActivityFactory(lead=lead, customer=None, created_by=alice, body="Wants lamps")
    for user, status in ((alice, 200), (bob, 404)):
        client.force_login(user)
        response = client.get(url)
        assert response.status_code == status
        assert ("Wants lamps" in response.content.decode()) == (status == 200)


# Duplicates


def found(client, **typed):
    response = client.get("/leads/duplicates/", typed)
    assert response.status_code == 200
    return [(match.kind, str(match.row), match.exact) for match in response.context["matches"]]


def test_nobody_is_there(as_alice, lead):
    assert found(as_alice) == []
    assert found(as_alice, name="Somebody Else", reach="+46709999999") == []


@pytest.mark.parametrize(
    "typed",
    [
        {"reach": "+46 70 123 45 67"},
        {"phone": "070-123 45 67", "country": "SE"},
        {"reach": "NILS@Holm.example"},
        {"email": "nils@holm.example"},
    ],
)
def test_a_number_or_an_address_is_there_in_any_spelling(as_alice, lead, typed):
    assert found(as_alice, **typed) == [("lead", "Nils Holm", True)]


@pytest.mark.parametrize(
    ("name", "company", "is_there"),
    [
        ("Nils Holm", "Holm Lanterns", True),
        ("Niels Holm", "HOLM LANTERNS AB", True),
        ("Nils Holm", "", True),
        ("Nils Holm", "Quite Another Ltd", False),
        ("Anna Berg", "Holm Lanterns AB", False),
    ],
)
def test_nearly_the_same_name_of_the_same_company(as_alice, lead, name, company, is_there):
    assert bool(found(as_alice, name=name, company_name=company)) == is_there


def test_customers_are_there_too_and_linked(as_alice, customer):
    factories.PhoneFactory(customer=customer, number="+46701112233")
    assert found(as_alice, reach="+46701112233") == [("customer", "Zoë Ångström", True)]
    assert customer.get_absolute_url() in as_alice.get("/leads/duplicates/?reach=%2B46701112233").content.decode()


def test_nobody_learns_of_leads_they_do_not_see(client, lead, bob):
    client.force_login(bob)
    assert found(client, reach="+46701234567", name="Nils Holm") == []


def test_the_page_names_others_that_may_be_the_same(as_alice, lead, alice):
    twin = factories.LeadFactory(name="Nils H.", phone="+46701234567", owner=alice)
    page = as_alice.get(lead.get_absolute_url()).content.decode()
    assert "Perhaps the same" in page
    assert twin.get_absolute_url() in page


# Conversion


def url_of(lead):
    return reverse("leads:convert", args=[lead.pk])


DEAL = {"with_deal": "on", "title": "Forty lanterns", "amount": "1200", "currency": "EUR"}


def filled(**more):
    stage = factories.stage_called("")
    return {"customer": "new", "company": "new", "stage": stage.pk} | DEAL | more


def test_converting_by_the_form(as_alice, lead):
    response = as_alice.post(url_of(lead), filled(step_kind="call", step_title="Ask", step_due_on=str(localdate())))
    deal = Deal.objects.get()
    assert response.url == deal.get_absolute_url()
    assert (deal.customer.name, deal.company.name, deal.amount) == ("Nils Holm", "Holm Lanterns AB", 1200)
    assert Activity.objects.get().deal == deal
    page = as_alice.get(lead.get_absolute_url()).content.decode()
    assert deal.get_absolute_url() in page
    assert "Undo the conversion" in page


def test_exact_matches_are_chosen_already(as_alice, lead, customer):
    factories.PhoneFactory(customer=customer, number="+46701234567")
    company = factories.CompanyFactory(name="Holm Lanterns")
    form = as_alice.get(url_of(lead)).context["form"]
    assert (form["customer"].initial, form["company"].initial) == (str(customer.pk), str(company.pk))
    as_alice.post(url_of(lead), filled(customer=customer.pk, company=company.pk))
    assert (Customer.objects.count(), Company.objects.count()) == (1, 2 - 1)
    assert Deal.objects.get().customer == customer


def test_somebody_else_can_be_named(as_alice, lead, customer):
    as_alice.post(url_of(lead), filled(other_customer=f"{customer} (#{customer.pk})", company="none"))
    assert Deal.objects.get().customer == customer


def test_without_a_deal_it_leads_to_the_customer(as_alice, lead):
    response = as_alice.post(url_of(lead), {"customer": "new", "company": "none"})
    assert response.url == Customer.objects.get().get_absolute_url()
    assert not Deal.objects.exists()


REFUSED = [
    ({"customer": "999999"}, "customer"),
    ({"company": "x"}, "company"),
    ({"other_customer": "Nobody"}, "other_customer"),
    ({"other_company": "(#999999)"}, "other_company"),
    ({"title": ""}, "title"),
    ({"title": "\u200b"}, "title"),
    ({"amount": "-1"}, "amount"),
    ({"amount": "NaN"}, "amount"),
    ({"amount": "1" + "0" * 30}, "amount"),
    ({"currency": "XXX"}, "currency"),
    ({"stage": "999999"}, "stage"),
    ({"expected_close": "2000-01-01"}, "expected_close"),
    ({"expected_close": "x"}, "expected_close"),
    ({"step_title": "Ask"}, "step_due_on"),
    ({"step_kind": "note", "step_due_on": "2199-01-01"}, "step_kind"),
]


@pytest.mark.parametrize(("more", "field"), REFUSED)
def test_bad_input_makes_nothing(as_alice, lead, more, field, nothing_changed):
    with nothing_changed:
        response = as_alice.post(url_of(lead), filled(**more))
    assert response.status_code == 422
    assert field in response.context["form"].errors


def test_won_and_what_a_stage_lacks_are_refused(as_alice, lead, nothing_changed):
    with nothing_changed:
        won = factories.stage_called("Won")
        assert "stage" in as_alice.post(url_of(lead), filled(stage=won.pk)).context["form"].errors
        late = factories.stage_called("Negotiation")
        errors = as_alice.post(url_of(lead), filled(stage=late.pk, amount="")).context["form"].errors
        assert {"amount", "expected_close"} <= errors.keys()


def test_the_second_goes_to_what_the_first_made(client, lead, alice, mona):
    made = convert(lead=lead, by=alice)
    client.force_login(mona)
    for method in (client.get, client.post):
        assert method(url_of(lead)).url == made.customer.get_absolute_url()
    assert Customer.objects.count() == 1


def test_undo_by_its_page(as_alice, lead):
    as_alice.post(url_of(lead), filled())
    response = as_alice.post(reverse("leads:convert_undo", args=[lead.pk]))
    assert response.url == lead.get_absolute_url()
    assert not Deal.objects.exists()
    assert Lead.objects.get().status == "new"


def test_undo_too_late_is_a_409_with_a_sentence(as_alice, lead, nothing_changed):
    as_alice.post(url_of(lead), filled())
    factories.OrderFactory(customer=Customer.objects.get())
    with nothing_changed:
        response = as_alice.post(reverse("leads:convert_undo", args=[lead.pk]))
    assert response.status_code == 409
    assert "too late to undo" in response.content.decode()


def test_whoever_shares_a_lead_does_not_undo_its_owner(client, lead, alice, bob, nothing_changed):
    lead.shared_with.add(bob)
    convert(lead=lead, by=alice)
    client.force_login(bob)
    with nothing_changed:
        assert client.post(reverse("leads:convert_undo", args=[lead.pk])).status_code == 403


def test_the_customers_page_names_the_lead(as_alice, lead, alice):
    made = convert(lead=lead, by=alice)
    assert lead.get_absolute_url() in as_alice.get(made.customer.get_absolute_url()).content.decode()
