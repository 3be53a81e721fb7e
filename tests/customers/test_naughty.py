"""Every string that ever broke a form: kept as it is and shown escaped, or refused with a reason. Never a 500."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.timezone import now

from activities.forms import NoteForm
from activities.models import Activity
from crm.text import without_directions
from customers.company_forms import CompanyForm
from customers.customer_forms import CustomerForm
from customers.models import Company, Customer
from tests import factories
from tests.customers.edits import opened

SOURCE = Path(__file__).resolve().parents[3] / "shared/data/naughty_strings/blns.json"
pytestmark = pytest.mark.skipif(not SOURCE.exists(), reason="the big list of naughty strings is not beside the project")
STRINGS = list(dict.fromkeys(json.loads(SOURCE.read_text(encoding="utf-8")))) if SOURCE.exists() else []
#: what has broken programs in ways of their own: for the tests that go through the whole page
WORST = [
    "",
    "\u00a0",
    "⁰⁴⁵",
    "１２３",
    "\ufeff",
    "\u202etest",
    "a\x00b",
    "'; DROP TABLE users; --",
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7|add:7 }} {% now 'Y' %}",
    "%s%n%d",
    "\\\\x00",
    "1/0",
    "NaN",
    "-Infinity",
    "9" * 30,
    "1e400",
    "田中さんにあげて下さい",
    "👩‍👩‍👧‍👦",
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "a\r\nb",
    "/etc/passwd",
    "../../x",
    "(#1)",
    "#",
    "@",
    ":",
    ",",
]
PLAIN = ("name", "job_title", "street", "city", "reference")
PARSED = (
    "phones",
    "emails",
    "tags",
    "external_ids",
    "time_zone",
    "country",
    "company",
    "lifecycle",
    "owner",
    "monthly_income",
    "call_eligible",
)


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def saved(form, user):
    """The row, or None when the form says in words why not."""
    if form.is_valid():
        try:
            return form.apply(by=user)
        except ValidationError as error:
            form.add_error(None, error)
    assert all(message for errors in form.errors.values() for message in errors)
    assert form.errors
    return None


def test_there_are_many():
    assert len(STRINGS) > 400


def test_in_every_plain_field_of_a_customer(ada):
    kept = 0
    for text in STRINGS + WORST:
        data = dict.fromkeys(PLAIN, text) | {"lifecycle": "prospect", "emails": "a@example.com"}
        form = CustomerForm(data, user=ada)
        if row := saved(form, ada):
            kept += 1
            row.refresh_from_db()
            assert [getattr(row, name) for name in PLAIN] == [without_directions(text.strip())] * len(PLAIN)
        else:
            assert set(form.errors) <= set(PLAIN), form.errors
    assert kept > 300


def test_in_every_field_with_a_grammar_of_its_own(ada, customer):
    """Refused with words or parsed; and what was typed is in the form that comes back."""
    for text in STRINGS + WORST:
        form = CustomerForm(dict.fromkeys(PARSED, text), user=ada, instance=customer)
        form.is_valid()
        for name in ("phones", "emails", "tags", "external_ids", "company", "monthly_income"):
            assert escape(text).strip() in str(form[name]).replace("\r\n", "\n") or "\r" in text


def test_in_a_company(ada):
    """Every third, which is one of each kind: its fields are those of customers but for the website."""
    for text in STRINGS[::3] + WORST:
        data = {"name": text, "industry": text, "street": text, "city": text}
        if row := saved(CompanyForm(data, user=ada), ada):
            row.refresh_from_db()
            assert (row.name, row.industry, row.street, row.city) == (without_directions(text.strip()),) * 4
    assert Company.objects.count() > 100


def test_as_a_website(ada):
    website = CompanyForm(user=ada).fields["website"]
    for text in STRINGS + WORST:
        try:
            kept = website.clean(text)
        except ValidationError:
            continue
        assert kept == "" or kept.startswith(("http://", "https://", "ftp://", "ftps://")), repr(text)


def test_in_a_note(ada, customer):
    for text in STRINGS + WORST:
        note = Activity(customer=customer, owner=ada, done_by=ada, done_at=now())
        if row := saved(NoteForm({"body": text}, user=ada, instance=note), ada):
            row.refresh_from_db()
            assert row.body == text.strip()
    assert Activity.objects.count() > 400


def test_on_the_page_of_the_customer(as_ada, ada, customer):
    shown = [text.strip() for text in STRINGS if text.strip()]
    for place in range(0, len(shown), 20):
        Activity.objects.all().delete()
        for text in shown[place : place + 20]:
            factories.ActivityFactory(customer=customer, created_by=ada, body=text)
        page = as_ada.get(reverse("customers:timeline", args=[customer.pk])).content.decode()
        for text in shown[place : place + 20]:
            assert escape(text) in page, repr(text)


def test_as_names_in_the_list_and_in_the_export(as_ada):
    names = [text.strip()[:200] for text in STRINGS if text.strip()]
    Customer.objects.bulk_create([factories.CustomerFactory.build(name=name, tags=[name[:40]]) for name in names])
    url, pages = "/customers/", []
    while url:
        response = as_ada.get(url, headers={"HX-Request": "true"})
        pages.append(response.content.decode())
        url = response.context["listing"].next_url
    shown = "".join(pages)
    for name in names:
        assert escape(name) in shown, repr(name)
    assert b"".join(as_ada.post(reverse("customers:export"))).decode().count("\n") >= len(names)


@pytest.mark.parametrize("text", WORST, ids=repr)
def test_the_worst_through_the_whole_form(as_ada, customer, text):
    url = reverse("customers:edit", args=[customer.pk])
    for names in (PLAIN, PARSED):
        response = as_ada.post(url, opened(as_ada, url) | dict.fromkeys(names, text))
        assert response.status_code in {302, 422}
    for path in (customer.get_absolute_url(), reverse("customers:history", args=[customer.pk])):
        page = as_ada.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


PARAMETERS = [
    ("/customers/", "q"),
    ("/customers/", "tag"),
    ("/customers/", "sort"),
    ("/customers/", "after"),
    ("/customers/", "company"),
    ("/customers/", "bought_from"),
    ("/customers/", "owner"),
    ("/customers/deleted/", "q"),
    ("/customers/duplicates/", "phones"),
    ("/customers/duplicates/", "emails"),
    ("/customers/new/", "company"),
    ("/companies/", "q"),
    ("/companies/suggest/", "q"),
    ("/companies/duplicates/", "name"),
]


@pytest.mark.parametrize(("path", "name"), PARAMETERS)
def test_the_worst_as_a_parameter(as_ada, path, name):
    for text in WORST:
        assert as_ada.get(path, {name: text}).status_code in {200, 400}, repr(text)
