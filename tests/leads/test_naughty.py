"""Every string that ever broke a form, in every field of a lead and of its conversion. Never a 500."""

from __future__ import annotations

from html import escape

import pytest
from django.urls import reverse

from crm.text import without_directions
from deals.models import Deal
from leads.conversion_forms import ConvertForm
from leads.lead_forms import LeadForm, NewLeadForm
from leads.models import Lead
from tests import factories
from tests.customers.edits import opened
from tests.customers.test_naughty import STRINGS, WORST, pytestmark, saved  # noqa: F401 - skips without the list

PLAIN = ("name", "job_title", "company_name", "industry", "city")
PARSED = (
    "reach",
    "phone",
    "email",
    "website",
    "country",
    "source",
    "campaign",
    "owner",
    "shared_with",
    "value",
    "currency",
)


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def test_in_every_plain_field(ada):
    kept = 0
    for text in STRINGS[::4] + WORST:
        data = dict.fromkeys(PLAIN, text) | {"currency": "EUR", "email": "a@example.com"}
        form = LeadForm(data, user=ada)
        if row := saved(form, ada):
            kept += 1
            row.refresh_from_db()
            assert [getattr(row, name) for name in PLAIN] == [without_directions(text.strip())] * len(PLAIN)
        else:
            assert set(form.errors) <= set(PLAIN), form.errors
    assert kept > 70


def test_in_every_field_with_a_grammar_of_its_own(ada, lead):
    for text in STRINGS[::4] + WORST:
        form = NewLeadForm(dict.fromkeys(PARSED, text) | {"name": "x"}, user=ada)
        form.is_valid()
        for name in ("reach", "phone", "email", "website", "value"):
            assert escape(text).strip() in str(form[name]).replace("\r\n", "\n") or "\r" in text


def test_in_a_conversion(ada, lead, nothing_changed):
    names = ("customer", "company", "amount", "currency", "stage", "expected_close", "step_kind", "step_due_on")
    with nothing_changed:
        for text in STRINGS[::4] + WORST:
            data = dict.fromkeys((*names, "other_customer", "other_company"), text) | {"with_deal": "on", "title": "x"}
            assert not ConvertForm(data, lead=lead, user=ada).is_valid()


@pytest.mark.parametrize("text", WORST, ids=repr)
def test_the_worst_through_the_pages(as_ada, alice, text):
    lead = factories.LeadFactory(name="Nils", owner=alice, details={text.replace("\x00", ""): text.replace("\x00", "")})
    url = reverse("leads:edit", args=[lead.pk])
    for names in (PLAIN, PARSED):
        assert as_ada.post(url, opened(as_ada, url) | dict.fromkeys(names, text)).status_code in {302, 422}
    assert as_ada.post("/leads/new/", dict.fromkeys(PLAIN, text)).status_code in {302, 422}
    data = {"customer": "new", "company": "new", "with_deal": "on", "title": text}
    stage = factories.stage_called("").pk
    convert = reverse("leads:convert", args=[lead.pk])
    assert as_ada.post(convert, data | {"stage": stage, "currency": "EUR"}).status_code in {302, 422}
    paths = [row.get_absolute_url() for row in [*Lead.objects.all(), *Deal.objects.all()]]
    for path in (*paths, "/leads/", "/leads/board/", reverse("leads:history", args=[lead.pk])):
        page = as_ada.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


PARAMETERS = [
    ("/leads/", "q"),
    ("/leads/", "status"),
    ("/leads/", "source"),
    ("/leads/", "value_from"),
    ("/leads/", "score_to"),
    ("/leads/", "created_from"),
    ("/leads/", "sort"),
    ("/leads/", "after"),
    ("/leads/board/", "q"),
    ("/leads/board/", "sort"),
    ("/leads/board/new/", "after"),
    ("/leads/deleted/", "q"),
    ("/leads/duplicates/", "name"),
    ("/leads/duplicates/", "reach"),
    ("/leads/duplicates/", "country"),
    ("/search/", "q"),
]


@pytest.mark.parametrize(("path", "name"), PARAMETERS)
def test_the_worst_as_a_parameter(as_ada, lead, path, name):
    for text in WORST:
        status = as_ada.get(path, {name: text}, headers={"HX-Request": "true"}).status_code
        assert status in {200, 400}, repr(text)
