"""Companies: their list, page and forms."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from crm.models import Event
from customers.models import Company
from tests import factories
from tests.customers.edits import in_place, opened, sent

NEW = "/companies/new/"


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def edit_url(company, field=""):
    return reverse("companies:edit", args=[company.pk]) + (f"?field={field}" if field else "")


def names(response):
    return [row.cells[0].value for row in response.context["listing"].rows]


def test_it_works(as_alice, alice):
    response = as_alice.post(
        NEW,
        {"name": " Works Ltd ", "website": "works.example", "industry": "Tools", "country": "GB", "owner": alice.pk},
    )
    company = Company.objects.get()
    assert response["Location"] == company.get_absolute_url()
    assert (company.name, company.website, company.owner) == ("Works Ltd", "https://works.example", alice)
    assert company.created_by == alice
    assert Event.objects.get().kind == "company.created"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "\u200b"),
        ("name", "x" * 201),
        ("name", "a\x00b"),
        ("website", "javascript:alert(1)"),
        ("website", "no site"),
        ("country", "XX"),
        ("owner", "1000000000"),
        ("postal_code", "x" * 21),
    ],
)
def test_what_cannot_be_kept_is_refused(as_alice, field, value, nothing_changed):
    with nothing_changed:
        assert as_alice.post(NEW, {"name": "Works"} | {field: value}).status_code == 422


def test_nobody_assigns_what_the_form_does_not_offer(as_alice, alice, bob):
    as_alice.post(NEW, {"name": "Works", "created_by": bob.pk, "version": 9, "deleted_at": "2026-01-01", "id": 77})
    company = Company.objects.get()
    assert (company.created_by, company.version, company.deleted_at) == (alice, 1, None)


def test_one_fact_is_edited_in_place(as_alice, company):
    url = edit_url(company, "website")
    data = opened(as_alice, url, **in_place("website")) | {"website": "https://example.com/"}
    shown = as_alice.post(url, data, headers=in_place("website")).content.decode()
    assert 'href="https://example.com/"' in shown
    assert 'rel="noopener noreferrer"' in shown


@pytest.mark.parametrize("field", ["", "city"])
def test_the_second_editor_sees_both_values_and_chooses(as_alice, company, field):
    data = opened(as_alice, edit_url(company, field)) | {"city": "Yours"}
    Company.objects.filter(pk=company.pk).update(city="Theirs")
    refused = as_alice.post(edit_url(company, field), data)
    assert refused.status_code == 409
    assert as_alice.post(edit_url(company, field), sent(refused, edit_url(company, field))).status_code == 302
    company.refresh_from_db()
    assert company.city == "Yours"


def test_deleting_can_be_undone(as_alice, company):
    gone = as_alice.post(reverse("companies:delete", args=[company.pk]), follow=True)
    assert reverse("companies:restore", args=[company.pk]) in gone.content.decode()
    assert not Company.objects.exists()
    assert "Deleted on" in as_alice.get(company.get_absolute_url()).content.decode()
    assert as_alice.post(reverse("companies:restore", args=[company.pk])).status_code == 302
    assert Company.objects.exists()


def test_a_name_that_is_nearly_there_is_noticed(as_alice, company):
    url = reverse("companies:duplicates")
    for typed in ("Ångström Interiör", "angstrom interior", "Angström Interior AB"):
        assert company.get_absolute_url() in as_alice.get(url, {"name": typed}).content.decode(), typed
    for typed in ("", "An", "Something else", "%"):
        assert company.get_absolute_url() not in as_alice.get(url, {"name": typed}).content.decode(), typed


# The list


@pytest.mark.parametrize("role", ["admin", "sales", "agent", "analyst"])
def test_the_list_asks_no_more_for_20_rows_than_for_one(client, db, role):
    client.force_login(factories.UserFactory(role=role))

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get("/companies/")
        return len(captured)

    def add(count):
        for _ in range(count):
            company = factories.CompanyFactory(owner=factories.UserFactory())
            factories.CustomerFactory(company=company, call_eligible=True)

    add(1)
    one = queries()
    add(19)
    assert queries() == one == 5


def test_only_customers_whom_one_sees_are_counted(client, alice, gus):
    company = factories.CompanyFactory()
    factories.CustomerFactory(company=company, call_eligible=True)
    factories.CustomerFactory(company=company)
    factories.CustomerFactory(company=company, deleted_at=now())
    for user, count in ((alice, "2"), (gus, "1")):
        client.force_login(user)
        cells = client.get("/companies/").context["listing"].rows[0].cells
        assert count in [cell.value for cell in cells]


def test_agents_see_the_companies_of_customers_they_see_once_each(client, gus):
    company = factories.CompanyFactory(name="Seen")
    factories.CompanyFactory(name="Unseen")
    for _ in range(2):
        factories.CustomerFactory(company=company, call_eligible=True)
    client.force_login(gus)
    assert names(client.get("/companies/")) == ["Seen"]


def test_sales_export_their_own(as_alice, company):
    factories.CompanyFactory(name="Somebody else's")
    response = as_alice.post(reverse("companies:export"))
    rows = list(csv.DictReader(io.StringIO(b"".join(response).decode().removeprefix("\ufeff"))))
    assert [row["Name"] for row in rows] == [company.name]


@pytest.mark.parametrize(
    ("query", "expected"), [("q=works", ["Works"]), ("q=%25", []), ("owner=me", ["Mine"]), ("country=SE", ["Works"])]
)
def test_filters(as_alice, alice, query, expected):
    factories.CompanyFactory(name="Works", country="SE")
    factories.CompanyFactory(name="Mine", owner=alice)
    assert names(as_alice.get(f"/companies/?{query}")) == expected


# The page


def test_the_page_shows_people_and_what_they_brought(client, alice, gus, company):
    factories.CustomerFactory(name="Ann", company=company, net_total=98765, orders_count=3, call_eligible=True)
    factories.CustomerFactory(name="Hidden from agents", company=company)
    client.force_login(alice)
    page = client.get(company.get_absolute_url()).content.decode()
    assert "€\u00a098,765.00" in page
    assert "Hidden from agents" in page
    client.force_login(gus)
    page = client.get(company.get_absolute_url()).content.decode()
    assert "Ann" in page
    assert "98,765" not in page
    assert "Hidden from agents" not in page


def test_the_page_asks_no_more_for_many_people(as_alice, company):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            as_alice.get(company.get_absolute_url())
        return len(captured)

    factories.CustomerFactory(company=company)
    one = queries()
    for _ in range(30):
        factories.CustomerFactory(company=company)
    assert queries() == one <= 9
    assert f"?company={company.pk}" in as_alice.get(company.get_absolute_url()).content.decode()


def test_a_company_page_begins_its_next_customer(as_alice, company):
    assert f"/customers/new/?company={company.pk}" in as_alice.get(company.get_absolute_url()).content.decode()
