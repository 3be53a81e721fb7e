"""8,800 real deals: imported from their folder, every figure equal to answers that were computed elsewhere."""

from __future__ import annotations

import csv
import shutil
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import Team, User
from customers.models import Company
from dashboard.pipeline_figures import days_to_win, total_rate, win_rates, won_by_month
from deals.models import Deal, DealLine, Pipeline, Product, StageVisit
from exchange.models import ImportedDeal, ImportRun
from tests.exchange.test_reading import SHARED, needs_shared

pytestmark = needs_shared
FILES = SHARED / "maven_crm"
SHEETS = ("accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv")


def bring(folder, *options):
    call_command("import_deals", str(folder), "--preset", "maven", *options)


@pytest.fixture(scope="module")
def maven(django_db_setup, django_db_blocker):
    """Imported once for all tests of this module, which only look."""
    with django_db_blocker.unblock(), transaction.atomic():
        bring(FILES)
        yield Deal.objects.filter(external_source="maven")
        transaction.set_rollback(True)


@pytest.fixture
def folder(tmp_path):
    """A copy to spoil."""
    for name in SHEETS:
        shutil.copyfile(FILES / name, tmp_path / name)
        (tmp_path / name).chmod(0o644)
    return tmp_path


def truth(name):
    """The rows of the answers, which spell GTX Pro as the deals do."""
    with (FILES / f"truth_{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row | {"product": "GTX Pro"} if row.get("product") == "GTXPro" else row for row in rows]


def number(text, places):
    return round(Decimal(text), places) if text else None


def near(value, text, places):
    """Equal in as many places as the answer has."""
    expected = number(text, places)
    if value is None or expected is None:
        return value is expected
    return abs(value - expected) <= Decimal(10) ** -places / 2 + Decimal("1e-12")


def assert_figures(deals, row):
    """Every column of a row of the answers, by the functions that the report uses."""
    rate, spells = total_rate(deals), days_to_win(deals)
    stages = {name: deals.filter(stage__name=name.capitalize()).count() for name in ("engaging", "prospecting")}
    counted = {"opportunities": deals.count(), "won": rate.won, "lost": rate.lost, **stages}
    assert counted == {name: int(Decimal(row[name])) for name in counted}
    assert rate.won_value == Decimal(row["won_revenue"])
    assert near(rate.rate, row["win_rate_closed"], 6)
    assert near(Decimal(rate.won) / deals.count(), row["win_rate_all"], 6)
    assert near(rate.average_won, row["avg_won_value"], 4)
    assert near(spells["won"].mean, row["avg_days_to_win"], 4)
    assert near(spells["lost"].mean, row["avg_days_to_lose"], 4)


@pytest.mark.parametrize(
    ("name", "label", "path"),
    [
        ("by_agent", "sales_agent", "owner__name"),
        ("by_product", "product", "lines__product__name"),
        ("by_sector", "sector", "company__industry"),
    ],
)
def test_figures_of_each_agent_product_and_sector(maven, name, label, path):
    for row in truth(name):
        of_none = row[label] == "(no account)"
        assert_figures(maven.filter(company=None) if of_none else maven.filter(**{path: row[label]}), row)


def test_figures_of_each_manager_and_regional_office(maven):
    for row in truth("by_manager"):
        assert_figures(maven.filter(owner__team__name__startswith=f"{row['manager']}, "), row)
    for row in truth("by_regional_office"):
        assert_figures(maven.filter(owner__team__name__endswith=f", {row['regional_office']}"), row)


def test_figures_of_all(maven):
    [row] = truth("total")
    assert_figures(maven, row)
    assert round(total_rate(maven).rate * 100, 2) == Decimal("63.15")
    assert round(days_to_win(maven)["won"].mean, 2) == Decimal("51.78")


def test_figures_of_each_month_and_quarter_of_closing(maven):
    months = won_by_month(maven)
    quarters = {}
    for day, rate in months.items():
        quarter = f"{day.year}-Q{(day.month + 2) // 3}"
        quarters[quarter] = quarters[quarter] + rate if quarter in quarters else rate
    by_name = {f"{day:%Y-%m}": rate for day, rate in months.items()}
    for name, label, found in (("by_close_month", "month", by_name), ("by_close_quarter", "quarter", quarters)):
        rows = truth(name)
        assert set(found) == {row[label] for row in rows}
        for row in rows:
            rate = found[row[label]]
            figures = (rate.won, rate.lost, rate.won_value)
            assert figures == (Decimal(row["won"]), Decimal(row["lost"]), Decimal(row["won_revenue"]))
            assert near(rate.rate, row["win_rate_closed"], 6)


@pytest.mark.parametrize(("by", "name", "label"), [("owner", "by_agent", "sales_agent"), ("product",) * 3])
def test_the_table_of_the_report_has_the_same_rows(maven, by, name, label):
    name = name if name.startswith("by_") else f"by_{name}"
    found = {rate.label: (rate.won, rate.lost, rate.won_value) for rate in win_rates(by, maven)}
    assert found == {
        row[label]: (Decimal(row["won"]), Decimal(row["lost"]), Decimal(row["won_revenue"])) for row in truth(name)
    }


def test_nothing_is_lost_on_the_way(maven):
    assert maven.count() == ImportedDeal.objects.count() == DealLine.objects.filter(deal__in=maven).count() == 8_800
    assert maven.filter(company=None).count() == 1_425
    assert maven.filter(opened_on=None).count() == 500
    assert not maven.filter(opened_on=None).exclude(stage__name="Prospecting").exists()
    assert Company.objects.filter(industry="technolgy").count() > 1  # as its origin spells it
    assert Company.objects.filter(country="PH").count() == 1  # the "Philipines" of the file
    assert Product.objects.filter(lines__deal__in=maven).distinct().count() == 7
    assert not Product.objects.filter(name="GTXPro").exists()


def test_open_and_lost_deals_are_worth_the_list_price(maven):
    for deal in maven.filter(lines__product__name="GTX Pro").exclude(status="won")[:20]:
        assert deal.amount == deal.base_amount == Decimal(4821)
    won = maven.get(external_id="1C1I7A6R")
    assert (won.amount, won.lines.get().unit_price, won.title) == (1054, 1054, "GTX Plus Basic for Cancity")
    assert set(maven.filter(status="lost").values_list("lost_reason__name", flat=True)) == {"Not recorded"}


def test_stays_in_stages_follow_the_days_of_the_file(maven):
    won = maven.get(external_id="1C1I7A6R")
    visits = [(visit.stage.name, visit.entered_at, visit.left_at) for visit in won.visits.all()]
    (first, opened, left), (second, entered, still) = visits
    assert (first, second, still, left) == ("Engaging", "Won", None, entered)
    assert (opened.date(), entered.date()) == (won.opened_on, won.closed_on)
    assert StageVisit.objects.filter(deal__in=maven, left_at=None).count() == 8_800
    assert list(Pipeline.objects.get(name="Maven").stages.values_list("name", "kind")) == [
        ("Prospecting", "open"),
        ("Engaging", "open"),
        ("Won", "won"),
        ("Lost", "lost"),
    ]


def test_agents_and_managers_cannot_sign_in(maven):
    people = User.objects.filter(email__endswith="@import.invalid")
    assert people.filter(role="sales").count() == 35
    assert people.filter(role="manager").count() == 6
    assert not people.filter(is_active=True).exists()
    assert not any(person.has_usable_password() for person in people)
    moses = User.objects.get(email="moses.frase@import.invalid")
    assert moses.team == Team.objects.get(name="Dustin Brinkmann, Central")


def test_the_run_is_kept(maven):
    run = ImportRun.objects.get(source="maven")
    assert run.counts == {"deals": 8_800, "known_deals": 0, "companies": 85, "products": 7, "people": 41}


def test_the_same_folder_again_brings_nothing_new(maven, capsys):
    before = (Deal.everything.count(), Company.objects.count(), User.objects.count(), ImportRun.objects.count())
    bring(FILES)
    assert capsys.readouterr().out.startswith("Nothing new. 8,800 deals were known already.")
    assert (Deal.everything.count(), Company.objects.count(), User.objects.count(), ImportRun.objects.count()) == before


def test_a_changed_row_is_named(maven, folder):
    sheet = folder / "sales_pipeline.csv"
    sheet.write_text(sheet.read_text().replace("2017-03-01,1054\n", "2017-03-01,1055\n", 1))
    with pytest.raises(CommandError) as refusal, transaction.atomic():
        bring(folder)
    assert "line 2: deal 1C1I7A6R: known here with other content" in str(refusal.value)
    assert Deal.objects.get(external_id="1C1I7A6R").amount == 1054


def test_days_that_could_be_two_are_not_guessed_at(db, folder):
    shutil.copyfile(FILES / "us_dates_variant" / "sales_pipeline.csv", folder / "sales_pipeline.csv")
    with pytest.raises(CommandError) as refusal:
        bring(folder)
    said = str(refusal.value)
    assert "line 2: opened_on, column engage_date: “10/20/2016” is not a date of the form YYYY-MM-DD" in said
    assert "Nothing was imported: 8,300 rows are wrong." in said
    assert not any(model._base_manager.exists() for model in (Deal, Company, Product))


def test_days_of_another_form_are_read_when_it_is_said(db, folder):
    shutil.copyfile(FILES / "us_dates_variant" / "sales_pipeline.csv", folder / "sales_pipeline.csv")
    bring(folder, "--date-format", "%m/%d/%Y")
    [row] = truth("total")
    assert_figures(Deal.objects.filter(external_source="maven"), row)
