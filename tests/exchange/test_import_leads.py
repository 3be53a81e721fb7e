"""Leads come in as they are in the file; one wrong row refuses it, with its line and reason, and leaves nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from exchange.models import ImportedLead, ImportRun
from leads.models import Lead, Source
from tests import factories
from tests.exchange.conftest import Files

HEADER = "Number,Contact,Mail,Telephone,Firm,Land,Channel,State,Worth,Since,Remark"
MAP = {
    "id": "Number",
    "name": "Contact",
    "email": "Mail",
    "phone": "Telephone",
    "company": "Firm",
    "country": "Land",
    "source": "Channel",
    "status": "State",
    "value": "Worth",
    "created_at": "Since",
}
OPTIONS = ["--source", "oldcrm", *(f"--map={field}={column}" for field, column in MAP.items())]
OPTIONS += ["--status", "Not called=new", "--time-zone", "Europe/Berlin"]
ANNA = "1,Anna Berg,Anna@Example.com,+44 20 7946 0018,Alder,Sweden,Fair,Not called,500,2026-03-01 09:00:00,Likes tea"
BOB = "2,,,,,,FAIR,lost,,,"


@pytest.fixture
def sheet(tmp_path, capsys, db):
    return Files(tmp_path, capsys, "import_leads", HEADER)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",x,,,,,,,,,", "id, column Number: missing"),
        ("3,x,no address,,,,,new,,,", "email, column Mail: “no address” is not an e-mail address"),
        ("3,x,,12,,,,new,,,", "phone, column Telephone: “12” is no phone number"),
        ("3,x,,,,Ruritania,,new,,,", "country, column Land: “Ruritania” is no country's name or code"),
        ("3,x,,,,,,,,,", "status, column State: missing"),
        ("3,x,,,,,,asleep,,,", "status, column State: “asleep” is none of new, contacted"),
        ("3,x,,,,,,new,-1,,", "value, column Worth: “-1” is negative"),
        ("3,x,,,,,,new,1e9,,", "value, column Worth: “1e9” is not a number"),
        ("3,x,,,,,,new,,01/02/2026 10:00,", "created_at, column Since: “01/02/2026 10:00” is not a date and time"),
        (f"3,x,,,,,{'y' * 61},new,,,", "source, column Channel: longer than 60 characters"),
        (f"3,x,,,,,,new,,,{'y' * 2001}", "column Remark: longer than 2000 characters"),
        ("1,x,,,,,,new,,,", "line 3: lead 1 is in the file more than once"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_reason(sheet, row, reason):
    said = sheet.refused(sheet.file(ANNA, row), *OPTIONS)
    assert said.startswith("line 3: ")
    assert reason in said
    assert not Lead.everything.exists() and not Source.objects.filter(name="Fair").exists()
    assert ImportRun.objects.get().state == "refused"


def test_a_status_that_is_none_is_refused(sheet):
    assert "--status: asleep is none of new" in sheet.refused(sheet.file(ANNA), *OPTIONS, "--status", "x=asleep")


def test_a_lead_with_all_that_the_file_says(sheet):
    said = sheet.run(sheet.file(ANNA, BOB), *OPTIONS)
    assert "2 leads imported, with 1 new sources." in said
    lead = Lead.objects.get(external_id="1")
    assert (lead.name, lead.email, lead.phone) == ("Anna Berg", "anna@example.com", "+442079460018")
    assert (lead.company_name, lead.country, lead.source.name) == ("Alder", "SE", "Fair")
    assert (lead.status, lead.value, lead.base_value) == ("new", 500, Decimal(500))
    assert lead.created_at == dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)  # nine o'clock in Berlin
    assert lead.details == {"Remark": "Likes tea"}
    assert lead.response_due_at is None  # nobody waits for an answer to a file
    lost = Lead.objects.get(external_id="2")
    assert (lost.status, lost.lost_reason.name, lost.source) == ("lost", "Not recorded", lead.source)
    assert str(lost) == "Lead 2"


def test_the_same_file_again_adds_only_what_is_new(sheet):
    sheet.run(sheet.file(ANNA), *OPTIONS)
    Lead.objects.update(name="Edited here")
    assert sheet.run(sheet.file(ANNA), *OPTIONS) == "Nothing new. 1 leads were known already.\n"
    assert "1 leads imported" in sheet.run(sheet.file(ANNA, BOB), *OPTIONS)
    changed = sheet.file(ANNA.replace("500", "501"))
    assert "line 2: lead 1: known here with other content" in sheet.refused(changed, *OPTIONS)
    assert (Lead.objects.count(), ImportedLead.objects.count()) == (2, 2)


def test_owners_are_found_by_their_address(sheet):
    alice = factories.UserFactory(email="alice@example.com")
    options = ["--source", "oldcrm", "--map", "id=Number", "--map", "owner=Mail"]
    sheet.run(sheet.file("1,A,alice@example.com,,,,,,,,"), *options)
    assert Lead.objects.get().owner == alice
    assert "owner, column Mail" in sheet.refused(sheet.file("2,A,zoe@example.com,,,,,,,,"), *options)
