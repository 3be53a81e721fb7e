"""Leads and deals in the one box for everything: by who may see them, by index."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import bulk, finding
from crm.access import visible
from deals.models import Deal
from leads.lookup import narrow
from leads.models import Lead
from tests import factories


@pytest.fixture
def lead(alice):
    return factories.LeadFactory(
        name="Nils Holm", company_name="Holm Lanterns AB", email="nils@holm.example", phone="+46701234567", owner=alice
    )


def hits(text, user):
    return [(hit.kind, hit.title, hit.reason, hit.exact) for hit in finding.find(text, user)]


@pytest.mark.parametrize(
    ("typed", "reason", "exact"),
    [
        ("nils", "Name", False),
        ("holm nils", "Name", False),
        ("lanterns", "Name", False),
        ("nils lanterns", "Name", False),
        ("Nills Holmm", "Similar name", False),
        ("+46 70 123 45 67", "Phone +46 70 123 45 67", True),
        ("070-123 45 67", "Phone +46 70 123 45 67", False),
        ("4567", "Phone +46 70 123 45 67", False),
        ("NILS@holm.example", "E-mail nils@holm.example", True),
        ("nils@h", "E-mail nils@holm.example", False),
    ],
)
def test_a_lead_is_found(lead, alice, typed, reason, exact):
    assert hits(typed, alice) == [("lead", "Nils Holm", reason, exact)]


@pytest.mark.parametrize(
    ("typed", "exact"), [("Lead 7927b2df", False), ("7927b2df", False), ("7927B2DF-2a8b-4d29-a17c-f97928c25dbf", True)]
)
def test_a_lead_without_a_name_is_found_by_what_it_is_called(alice, typed, exact):
    number = "7927b2df-2a8b-4d29-a17c-f97928c25dbf"
    lead = factories.LeadFactory(name="", external_source="x", external_id=number, owner=alice)
    assert hits(typed, alice) == [("lead", str(lead), f"ID {number}", exact)]
    assert list(narrow(Lead.objects.all(), typed)) == [lead]


def test_a_deal_is_found_by_its_title(deal, alice):
    assert ("deal", "Forty lanterns", "Title", False) in hits("lanterns", alice)
    assert ("deal", "Forty lanterns", "Similar title", False) in hits("Forty lanturns", alice)


@pytest.mark.parametrize("typed", ["nils", "+46701234567", "nils@holm.example", "Nills Holmm", "lanterns"])
def test_nobody_finds_what_is_not_theirs_to_see(lead, deal, bob, gus, charlie, typed):
    for user in (bob, gus, charlie):
        assert hits(typed, user) == []


def test_shared_ones_are_found(lead, deal, bob):
    lead.shared_with.add(bob)
    deal.shared_with.add(bob)
    assert [hit[0] for hit in hits("lanterns", bob)] == ["deal", "lead"]


def test_the_deleted_are_not_found(lead, deal, alice):
    lead.delete_softly(by=alice)
    deal.delete_softly(by=alice)
    for typed in ("nils", "lanterns", "+46701234567"):
        assert hits(typed, alice) == []


def test_the_page_and_the_palette_show_them(client, lead, deal, alice):
    client.force_login(alice)
    for url in ("/search/?q=lanterns", "/search/palette/?q=lanterns"):
        page = client.get(url).content.decode()
        assert f'href="/leads/{lead.pk}/"' in page
        assert f'href="/deals/{deal.pk}/"' in page


FILL = """
    INSERT INTO leads_lead (name, company_name, email, phone, owner_id, currency)
    SELECT md5(n::text), md5((n + 7)::text), 'p' || n || '@example.com',
           '+4420' || 10000000 + n * 37, %s, 'EUR' FROM generate_series(1, 30000) n
"""
DEALS = """
    INSERT INTO deals_deal (title, stage_id, status, owner_id, currency)
    SELECT md5(n::text), %s, 'open', %s, 'EUR' FROM generate_series(1, 30000) n
"""


def test_nothing_reads_a_whole_table(db, ada):
    bulk.execute(FILL, [ada.pk])
    bulk.execute(DEALS, [factories.stage_called("").pk, ada.pk])
    bulk.execute("ANALYZE leads_lead, deals_deal")
    with CaptureQueriesContext(connection) as queries:
        for typed in [
            "person a1b2",
            "zo",
            "Persom 9f3ab",
            "020 1000 37",
            "+44 20 1000 0037",
            "p77@example.com",
            "0037",
        ]:
            finding.find(typed, ada)
            list(narrow(visible(Lead, ada), typed).order_by("sort_key", "pk")[:51])
    plans = [plan_of(q["sql"]) for q in queries if q["sql"].lstrip("(").startswith("SELECT")]
    assert len(plans) > 20
    assert [plan for plan in plans if "Seq Scan on leads_lead" in plan or "Seq Scan on deals_deal" in plan] == []
    assert Deal.objects.count() == 30_000


def plan_of(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(line for (line,) in cursor)
