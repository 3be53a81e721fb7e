"""9,240 real leads without names: imported, and counted against answers that were computed elsewhere."""

from __future__ import annotations

import csv
from collections import Counter

import pytest
from django.core.management import call_command
from django.db import transaction

from leads.models import Conversion, Lead, Source
from tests.exchange.test_reading import SHARED, needs_shared

# The test database is made only for tests that say they need one.
pytestmark = [needs_shared, pytest.mark.django_db]
FILE = SHARED / "lead_scoring" / "Leads.csv"


@pytest.fixture(scope="module")
def education(django_db_setup, django_db_blocker):
    """Imported once for all tests of this module, which only look."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("import_leads", str(FILE), "--preset", "x-education")
        yield Lead.objects.filter(external_source="x-education")
        transaction.set_rollback(True)


def truth(name):
    with (FILE.parent / f"truth_by_{name}.csv").open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    counts = Counter()
    for label, leads, converted, _rate in rows:
        counts[label.casefold(), "all"] += int(leads)
        counts[label.casefold(), "converted"] += int(converted)
    return counts


def counted(rows):
    found = Counter()
    for label, status in rows:
        found[label.casefold(), "all"] += 1
        found[label.casefold(), "converted"] += status == "converted"
    return found


def test_every_source_and_origin_has_as_many_leads_as_the_truth(education):
    sources = ((name or "(blank)", status) for name, status in education.values_list("source__name", "status"))
    assert counted(sources) == truth("lead_source")
    origins = ((details["Lead Origin"], status) for details, status in education.values_list("details", "status"))
    assert counted(origins) == truth("lead_origin")
    assert education.count() == 9_240


def test_nothing_that_was_not_chosen_is_kept(education):
    assert not education.filter(city__iexact="select").exists()
    kept = {value.lower() for details in education.values_list("details", flat=True) for value in details.values()}
    assert "select" not in kept
    assert not education.filter(source__name="google").exists()  # one with Google
    assert education.filter(country="IN").count() == 6_492


def test_converted_ones_have_no_customer_since_the_file_names_none(education):
    converted = education.filter(status="converted")
    assert converted.count() == 3_561
    assert not converted.exclude(customer=None, name="").exists()
    assert not converted.filter(closed_at=None).exists()
    assert not Conversion.objects.filter(lead__in=converted).exists()
    assert str(education.get(external_id__startswith="7927b2df")) == "Lead 7927b2df"
    assert Source.objects.get(name="Reference").kind == "referral"


def test_the_file_again_brings_nothing_new(education, capsys):
    call_command("import_leads", str(FILE), "--preset", "x-education")
    assert capsys.readouterr().out == "Nothing new. 9,240 leads were known already.\n"
