"""Deals come in as they are in the file; one wrong row refuses it, with its line and reason, and leaves nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from crm.models import Event, ExchangeRate
from customers.models import Company
from deals.models import Deal, Pipeline, Product
from exchange.models import ImportedDeal, ImportRun
from tests import factories
from tests.exchange.conftest import Files

HEADER = "Number,Subject,Phase,Value,Account,Mail,Began,Ended,Due,Thing,Why"
MAP = {
    "id": "Number",
    "title": "Subject",
    "stage": "Phase",
    "amount": "Value",
    "company": "Account",
    "owner": "Mail",
    "opened_on": "Began",
    "closed_on": "Ended",
    "expected_close": "Due",
    "product": "Thing",
    "lost_reason": "Why",
}
OPTIONS = ["--source", "oldcrm", *(f"--map={field}={column}" for field, column in MAP.items())]
OPEN = "7,Lobby,proposal,1200.5,Alder Hotels,alice@example.com,2026-03-01,,2026-09-01,Lamp,"
WON = "8,,Won,300,Alder Hotels,,2026-03-01,2026-04-01,,Lamp,"
LOST = "9,Terrace,Lost,,,,,2026-04-01,,,price"


@pytest.fixture
def sheet(tmp_path, capsys, db):
    return Files(tmp_path, capsys, "import_deals", HEADER)


def nothing_came_in():
    return not any(model._base_manager.exists() for model in (Deal, Company, Product, ImportedDeal, Event))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,x,Won", "it has 3 cells, the header has 11"),
        (",x,Proposal,,,,,,,,", "id, column Number: missing"),
        ("1,x,,,,,,,,,", "stage, column Phase: missing"),
        ("1,x,Dreaming,,,,,,,,", "stage, column Phase: “Dreaming” is none of New, Qualified, Needs analysis, Proposal"),
        ("1,x,Proposal,-5,,,,,,,", "amount, column Value: “-5” is negative"),
        ("1,x,Proposal,NaN,,,,,,,", "amount, column Value: “NaN” is not a number"),
        (f"1,x,Proposal,1{'0' * 30},,,,,,,", "is too large: at most 14 digits"),
        ("1,x,Proposal,,,nobody,,,,,", "owner, column Mail: “nobody” is not an e-mail address"),
        ("1,x,Proposal,,,nobody@example.com,,,,,", "owner, column Mail: no user who may own deals has the e-mail"),
        (
            "1,x,Proposal,,,,03/04/2026,,,,",
            "opened_on, column Began: “03/04/2026” is not a date of the form YYYY",
        ),
        ("1,x,Proposal,,,,2026-02-30,,,,", "opened_on, column Began: “2026-02-30” is not a date"),
        ("1,x,Proposal,,,,1026-02-20,,,,", "lies before 1900 or after 2199"),
        ("1,x,Won,5,,,2026-03-01,,,,", "closed_on, column Ended: missing, the deal is won"),
        ("1,x,Won,5,,,2026-03-01,2026-02-01,,,", "closed_on, column Ended: closed on 2026-02-01, before 2026-03-01"),
        ("1,x,Proposal,5,,,2026-03-01,,2026-02-01,,", "expected_close, column Due: expected to close on 2026-02-01"),
        ("1,x,Lost,5,,,,2026-02-01,,,whim", "lost_reason, column Why: “whim” is none of"),
        (f"1,{'x' * 201},Proposal,,,,,,,,", "title, column Subject: longer than 200 characters"),
        ("1,x\x00,Proposal,,,,,,,,", "title, column Subject: contains NUL"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_reason(sheet, row, reason):
    factories.UserFactory(email="alice@example.com")
    said = sheet.refused(sheet.file(OPEN, row), *OPTIONS)
    assert said.startswith("line 3: ")
    assert reason in said
    assert said.endswith("Nothing was imported: 1 row is wrong.")
    assert nothing_came_in()


def test_a_number_twice_in_the_file(sheet):
    assert "line 3: deal 9 is in the file more than once" in sheet.refused(sheet.file(LOST, LOST), *OPTIONS)
    assert nothing_came_in()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--map", "id=Number", "--map", "stage=Phase"], "Give --source, or a --preset."),
        (["--source", "s", "--map", "id=Number"], "Say which columns hold stage: --map stage=COLUMN."),
        (["--source", "s", "--map", "id=Nr", "--map", "stage=Phase"], "The file has no column Nr."),
        (["--source", "s", "--map", "id=Number", "--map", "colour=Phase"], "Nothing is called colour"),
        (["--source", "s" * 61], "Name the source in at most 60 characters"),
        ([*OPTIONS, "--pipeline", "Nowhere"], "There is no pipeline called 'Nowhere'"),
        ([*OPTIONS, "--currency", "euros"], "Enter a currency code"),
        ([*OPTIONS, "--by", "nobody@example.com"], "No active user has the e-mail"),
        (["--preset", "maven"], "Name the folder with sales_pipeline.csv"),
    ],
)
def test_options_that_do_not_fit_are_explained(sheet, options, reason):
    assert reason in sheet.refused(sheet.file(LOST), *options)
    assert nothing_came_in()


def test_deals_companies_products_and_stays(sheet):
    alice = factories.UserFactory(email="alice@example.com")
    said = sheet.run(sheet.file(OPEN, WON, LOST), *OPTIONS)
    assert "3 deals imported, with 1 new companies, 1 new products and 0 new people." in said
    deal = Deal.objects.get(external_id="7")
    assert (deal.title, deal.stage.name, deal.status, deal.owner) == ("Lobby", "Proposal", "open", alice)
    assert (deal.amount, deal.base_amount, deal.currency) == (Decimal("1200.5"), Decimal("1200.5"), "EUR")
    assert (deal.opened_on, deal.expected_close, deal.closed_on) == (dt.date(2026, 3, 1), dt.date(2026, 9, 1), None)
    assert deal.company == Company.objects.get(name="Alder Hotels")
    line = deal.lines.get()
    assert (line.product.name, line.quantity, line.unit_price, deal.amount_from_lines) == ("Lamp", 1, deal.amount, True)
    won, lost = Deal.objects.get(external_id="8"), Deal.objects.get(external_id="9")
    assert (won.title, won.status, won.closed_on) == ("Lamp for Alder Hotels", "won", dt.date(2026, 4, 1))
    assert (lost.lost_reason.name, lost.amount, lost.lines.count()) == ("Price", None, 0)
    assert [visit.stage.name for visit in won.visits.all()] == ["Won"]  # what was before, the file does not say
    assert Event.objects.get().kind == "import.finished"


def test_the_log_says_how_many_came_in_and_leads_to_the_import(sheet, client, ada):
    factories.UserFactory(email="alice@example.com")
    sheet.run(sheet.file(OPEN, WON, LOST), *OPTIONS)
    client.force_login(ada)
    (line,) = client.get("/activity/").context["listing"].lines
    run = ImportRun.objects.get()
    assert line.said.title == f"Imported: {run.file_name}, 3 deals, 1 new company, 1 new product"
    assert line.url == f"/admin/exchange/importrun/{run.pk}/change/"
    page = client.get("/activity/").content.decode()
    assert f'<a href="{line.url}">{run.file_name}</a></span>, 3 deals, 1 new company, 1 new product' in page
    assert client.get(line.url).status_code == 200


def test_spellings_of_stages_are_told(sheet):
    path = sheet.file("1,x,Closed Won,5,,,,2026-02-01,,,")
    assert "“Closed Won” is none of" in sheet.refused(path, *OPTIONS)
    sheet.run(path, *OPTIONS, "--stage", "closed won=Won")
    assert Deal.objects.get().status == "won"


def test_names_find_what_is_there_whatever_the_size_of_their_letters(sheet):
    company = factories.CompanyFactory(name="ALDER hotels")
    lamp = Product.objects.create(name="La mp")
    sheet.run(sheet.file(WON), *OPTIONS)
    assert Deal.objects.get().company == company
    assert Deal.objects.get().lines.get().product == lamp


def test_other_currencies_are_reckoned_by_the_rate_of_the_day_of_closing(sheet):
    ExchangeRate.objects.create(currency="USD", day=dt.date(2026, 3, 1), rate=Decimal("0.5"))
    ExchangeRate.objects.create(currency="USD", day=dt.date(2026, 4, 2), rate=Decimal("0.9"))
    sheet.run(sheet.file(WON), *OPTIONS, "--currency", "USD")
    assert Deal.objects.get().base_amount == 150


def test_without_a_rate_nothing_is_guessed(sheet):
    assert "amount: there is no exchange rate for USD" in sheet.refused(sheet.file(WON), *OPTIONS, "--currency", "USD")
    assert nothing_came_in()


def test_the_same_file_again_adds_only_what_is_new(sheet):
    sheet.run(sheet.file(WON), *OPTIONS)
    assert sheet.run(sheet.file(WON), *OPTIONS) == "Nothing new. 1 deals were known already.\n"
    said = sheet.run(sheet.file(WON, LOST), *OPTIONS)
    assert "1 deals imported" in said and "1 deals were known already." in said
    assert (Deal.objects.count(), ImportRun.objects.count()) == (2, 2)


def test_what_was_edited_here_is_not_a_change_of_the_file(sheet):
    sheet.run(sheet.file(WON), *OPTIONS)
    Deal.objects.update(title="Edited here")
    assert "Nothing new." in sheet.run(sheet.file(WON), *OPTIONS)
    assert "known here with other content" in sheet.refused(sheet.file(WON.replace("300", "301")), *OPTIONS)
    assert Deal.objects.get().amount == 300


def test_deals_come_below_those_that_stand_in_the_column(sheet):
    stands = factories.DealFactory(at="Won", rank=77)
    sheet.run(sheet.file(WON, WON.replace("8,", "10,").replace("04-01", "04-02")), *OPTIONS)
    order = Deal.objects.filter(stage=stands.stage).order_by("rank").values_list("external_id", flat=True)
    assert list(order) == ["", "10", "8"]


def test_another_encoding_and_delimiter(sheet):
    header = HEADER.replace(",", ";")
    path = sheet.file(WON.replace(",", ";").replace("Alder", "Älter"), header=header, encoding="cp1252")
    assert "name its encoding with --encoding" in sheet.refused(path, *OPTIONS)
    sheet.run(path, *OPTIONS, "--encoding", "cp1252")
    assert Company.objects.get().name == "Älter Hotels"


def test_an_import_in_somebodys_name(sheet):
    ada = factories.UserFactory(email="ada@example.com", role="admin", team=None)
    sheet.run(sheet.file(WON), *OPTIONS, "--by", "ada@example.com")
    assert (
        Deal.objects.get().created_by == ImportRun.objects.get().created_by == Company.objects.get().created_by == ada
    )


def test_a_refusal_is_kept(sheet):
    sheet.refused(sheet.file("1,x,Won,5,,,,,,,"), *OPTIONS)
    run = ImportRun.objects.get()
    assert (run.state, run.counts) == ("refused", {"problems": 1})
    assert "line 2" in run.problems[1]


def test_the_first_pipeline_is_meant_unless_one_is_named(sheet):
    other = Pipeline.objects.create(name="Other", position=9)
    other.stages.create(name="Won", kind="won", position=1, probability=100)
    sheet.run(sheet.file(WON), *OPTIONS, "--pipeline", "other")
    assert Deal.objects.get().stage.pipeline == other
