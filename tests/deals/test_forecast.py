"""The forecast: what may not be counted, the formulas, and that each figure leads to exactly its deals."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from io import StringIO
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db.models import Sum
from django.http import QueryDict

from deals.forecast import Open, read_forecast
from deals.forecast_forms import ForecastForm
from deals.forecast_page import TO_GO, ForecastPage, _apart_note
from deals.models import Deal, Pipeline, Stage, Target
from deals.models.deal import VALUE, WEIGHTED
from deals.tables import DealList
from tests import factories
from tests.factories import DealFactory, stage_called

URL = "/deals/forecast/"
TODAY = dt.date(2026, 11, 20)
NOVEMBER, DECEMBER = dt.date(2026, 11, 1), dt.date(2026, 12, 1)


@pytest.fixture(autouse=True)
def _in_november(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args, **_more: TODAY)


def due(day, **more):
    return DealFactory(expected_close=day, opened_on=None, **more)


def won(day, **more):
    return DealFactory(at="Won", closed_on=day, opened_on=None, **more)


def page(user, query=""):
    form = ForecastForm(QueryDict(query), user=user, today=TODAY)
    assert form.is_valid(), form.errors
    return ForecastPage(read_forecast(form.scope, today=TODAY), form)


def month(user, first=NOVEMBER, query=""):
    return next(line for line in page(user, query).found.lines if line.first == first)


# Refusals


@pytest.mark.parametrize("who", ["gus", "charlie"])
@pytest.mark.parametrize("url", [URL, "/deals/forecast.csv"])
def test_it_is_refused_to_who_does_not_sell(client, request, who, url):
    client.force_login(request.getfixturevalue(who))
    assert client.get(url).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "first=2026-13",
        "first=2026",
        "first=1066-01",
        "first=2200-12",
        "first=x",
        "months=5",
        "months=-1",
        "months=x",
        "pipeline=x",
        "pipeline=99999999999999999999",
        "owner=x",
        "team=0",
    ],
)
def test_what_it_cannot_be_asked_is_said_and_nothing_counted(client, ada, query):
    client.force_login(ada)
    for url in (URL, "/deals/forecast.csv"):
        assert client.get(f"{url}?{query}").status_code == 422


@pytest.mark.parametrize(
    "value", ["2026-13", "x", "2026-11..", "2026-12..2026-11", "2026-11:lost", "9999-12", "0000-01", "2026-11;"]
)
def test_a_made_up_filter_is_refused(client, ada, value):
    client.force_login(ada)
    assert client.get("/deals/list/", {"forecast": value}).status_code == 400


def test_people_see_what_they_are_to_win_and_managers_their_team(alice, bob, mona, ada):
    stranger = factories.UserFactory()
    for owner in (alice, bob, stranger, None):
        due(dt.date(2026, 11, 25), owner=owner, amount=Decimal(100))
    assert [month(who).best for who in (alice, mona, ada)] == [100, 300, 400]
    assert month(mona, query=f"owner={bob.pk}").best == 100
    assert month(ada, query=f"team={alice.team_id}").best == 200


def test_a_sales_user_cannot_ask_for_others(client, alice, bob):
    due(dt.date(2026, 11, 25), owner=bob)
    assert month(alice, query=f"owner={bob.pk}&team={bob.team_id}").best == 0


def test_a_manager_cannot_ask_for_another_team(mona):
    stranger = factories.UserFactory()
    assert not ForecastForm(QueryDict(f"owner={stranger.pk}"), user=mona, today=TODAY).is_valid()


def test_what_is_shared_counts_for_its_owner_alone(alice, bob):
    deal = due(dt.date(2026, 11, 25), owner=bob)
    deal.shared_with.add(alice)
    assert month(alice).best == 0


# Formulas


def test_the_formulas(ada):
    due(dt.date(2026, 11, 25), at="Proposal", amount=Decimal(1000))
    due(dt.date(2026, 11, 20), at="New", amount=Decimal(500), is_committed=True)
    won(dt.date(2026, 11, 2), amount=Decimal(300))
    won(dt.date(2026, 10, 31), amount=Decimal(77))
    DealFactory(at="Lost", closed_on=dt.date(2026, 11, 3), opened_on=None)
    line = month(ada)
    assert (line.won, line.committed, line.weighted, line.best) == (300, 800, 850, 1800)
    assert line.count == 3


def test_three_deals_come_to_fifteen_thousand(ada):
    for chance, amount in ((10, 10_000), (50, 20_000), (80, 5_000)):
        due(dt.date(2026, 12, 24), probability=chance, amount=Decimal(amount))
    assert month(ada, DECEMBER).weighted == Decimal(15_000)


def test_weighted_is_at_most_the_best_case_and_all_won_makes_them_equal(ada):
    deals = [due(dt.date(2026, 11, 25), at=at, amount=Decimal("33.33")) for at in ("New", "Proposal", "Negotiation")]
    line = month(ada)
    assert line.committed <= line.weighted < line.best
    for deal in deals:
        deal.move(stage_called("Won"), by=ada, moves=0, today=TODAY)
    line = month(ada)
    assert line.committed == line.weighted == line.best == line.won == Decimal("99.99")


def test_another_owner_leaves_the_total(ada, alice, bob):
    deal = due(dt.date(2026, 11, 25), owner=alice)
    before = page(ada).found.total
    Deal.objects.filter(pk=deal.pk).update(owner=bob)
    assert page(ada).found.total == before


def test_overdue_and_undated_deals_are_in_no_month_but_apart(ada):
    due(dt.date(2026, 11, 19), at="Proposal", amount=Decimal(100))
    due(dt.date(2026, 3, 1), at="Proposal", amount=Decimal(10))
    due(None, at="New", amount=Decimal(7), is_committed=True)
    found = page(ada, "first=2026-01&months=12").found
    assert (found.total.best, found.total.count) == (0, 0)
    assert (found.overdue.count, found.overdue.total, found.overdue.weighted) == (2, 110, 55)
    assert (found.undated.count, found.undated.total, found.undated.committed) == (1, 7, 7)


def test_foreign_money_counts_in_the_base_currency(ada):
    due(dt.date(2026, 11, 25), amount=Decimal(100), currency="USD", base_amount=Decimal(80))
    assert month(ada).best == 80


def test_a_pipeline_alone(ada):
    other = Pipeline.objects.create(name="Partners", position=2)
    stage = Stage.objects.create(pipeline=other, name="First", position=1, probability=5)
    due(dt.date(2026, 11, 25), stage=stage, amount=Decimal(9))
    due(dt.date(2026, 11, 25), amount=Decimal(5))
    assert month(ada, query=f"pipeline={other.pk}").best == 9
    assert month(ada).best == 14


def test_targets_are_those_of_the_people_in_scope(ada, mona, alice, bob):
    stranger = factories.UserFactory()
    for person, amount in ((alice, 1000), (bob, 500), (stranger, 70)):
        Target.objects.create(person=person, month=NOVEMBER, amount=amount)
    Target.objects.create(person=alice, month="2027-06-01", amount=9)
    won(dt.date(2026, 11, 2), owner=alice, amount=Decimal(600))
    due(dt.date(2026, 11, 25), owner=alice, at="Proposal", amount=Decimal(400))
    assert [month(who).target for who in (ada, mona, alice)] == [1570, 1500, 1000]
    assert month(mona, query=f"owner={bob.pk}").target == 500
    line = month(alice)
    assert (line.gap, line.coverage) == (400, Decimal("0.5"))


def test_without_a_target_and_beyond_it_there_is_no_gap(ada, alice):
    won(dt.date(2026, 11, 2), owner=alice, amount=Decimal(600))
    assert (month(ada).gap, month(ada).coverage) == (None, None)
    Target.objects.create(person=alice, month=NOVEMBER, amount=100)
    assert (month(ada).gap, month(ada).coverage) == (0, None)


def test_a_surplus_counts_for_other_months_and_that_is_said(client, ada, alice):
    for day in (NOVEMBER, DECEMBER):
        Target.objects.create(person=alice, month=day, amount=1000)
    won(dt.date(2026, 11, 2), owner=alice, amount=Decimal(900))
    assert page(ada).surplus == ""
    won(dt.date(2026, 11, 3), owner=alice, amount=Decimal(400))
    shown = page(ada)
    assert [row.figures[TO_GO].text for row in shown.rows[:2]] == ["€\u00a00", "€\u00a01,000"]
    assert shown.total.figures[TO_GO].text == "€\u00a0700"
    assert shown.total.figures[TO_GO].title == shown.surplus
    client.force_login(ada)
    assert "€\u00a0700 to go, not the €\u00a01,000" in client.get(URL).content.decode()


def test_thousands_of_deals_apart_are_written_as_everywhere(ada):
    assert "2,102 deals" in _apart_note(Open(count=2102))


# Each figure leads to its rows


@pytest.fixture
def year(alice, bob):
    """Deals of all kinds around the year's end."""
    for number in range(40):
        day = dt.date(2026, 10, 20) + dt.timedelta(days=number * 4)
        owner = (alice, bob)[number % 2]
        at = ("New", "Proposal", "Negotiation", "Won", "Lost")[number % 5]
        amount = Decimal(100 + number) / 3
        if at in {"Won", "Lost"}:
            DealFactory(at=at, owner=owner, opened_on=None, closed_on=day, expected_close=day, amount=amount)
        else:
            day = None if number % 7 == 0 else day
            due(day, at=at, owner=owner, amount=amount, is_committed=number % 3 == 0)


def rows_of(user, url):
    address = urlsplit(url)
    assert address.path == "/deals/list/"
    return DealList(user, QueryDict(address.query)).rows_in_scope


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize("who", ["alice", "mona", "ada", "rita"])
@pytest.mark.parametrize("filters", ["", "pipeline", "owner", "team"])
def test_every_figure_leads_to_the_rows_that_sum_to_it(request, who, filters, bob):
    user = request.getfixturevalue(who)
    values = {"": "", "pipeline": f"pipeline={Pipeline.objects.first().pk}", "owner": f"owner={bob.pk}"}
    values["team"] = f"team={bob.team_id}"
    shown = page(user, values[filters])
    for row in [*shown.rows, shown.total]:
        won_, committed, weighted, best, _target, _gap, _cover, count = row.figures
        for figure, expression in ((won_, VALUE), (committed, VALUE), (weighted, None), (best, VALUE)):
            rows = rows_of(user, figure.url)
            if expression is None:
                parts = (
                    rows.filter(status="open").aggregate(sum=Sum(WEIGHTED)),
                    rows.filter(status="won").aggregate(sum=Sum(VALUE)),
                )
                total = sum((part["sum"] or Decimal() for part in parts), Decimal())
            else:
                total = rows.aggregate(sum=Sum(expression))["sum"] or Decimal()
            assert figure.value == total
        assert int(count.text) == rows_of(user, count.url).count()
    for card in shown.apart:
        assert card.figure.value == rows_of(user, card.figure.url).aggregate(sum=Sum(VALUE))["sum"]


# The page and the file


@pytest.mark.usefixtures("year")
def test_the_page_has_chart_table_and_ways(client, mona):
    client.force_login(mona)
    html = client.get(URL).content.decode()
    for words in ("November 2026", "April 2027", "data-chart-table", "Expected close is over", "No expected close"):
        assert words in html
    assert 'name="owner"' in html and 'name="team"' not in html


@pytest.mark.usefixtures("year")
def test_the_file_has_the_same_figures_unrounded(client, mona):
    client.force_login(mona)
    response = client.get("/deals/forecast.csv", {"first": "2026-10", "months": 3})
    assert response["Content-Disposition"] == 'attachment; filename="forecast-2026-10-to-2026-12.csv"'
    head, *rows = csv.reader(StringIO(response.content.decode()))
    assert head == ["month", "won", "committed", "weighted", "best_case", "target", "deals"]
    assert [row[0] for row in rows] == ["2026-10", "2026-11", "2026-12", "overdue", "undated"]
    lines = page(mona, "first=2026-10&months=3").found.lines
    assert [[Decimal(cell) for cell in row[1:5]] for row in rows[:3]] == [
        [line.won, line.committed, line.weighted, line.best] for line in lines
    ]


@pytest.mark.usefixtures("year")
def test_earlier_and_later_keep_whose_deals_they_are(mona, alice):
    shown = page(mona, f"owner={alice.pk}&months=3")
    assert dict(parse_qsl(urlsplit(shown.later_url).query)) == {
        "owner": str(alice.pk),
        "first": "2027-02",
        "months": "3",
    }
    assert "first=2026-08" in shown.earlier_url


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize("months", [3, 12])
def test_it_asks_as_often_for_a_year_as_for_three_months(client, mona, months, django_assert_max_num_queries):
    client.force_login(mona)
    client.get(URL)
    with django_assert_max_num_queries(10):
        client.get(URL, {"months": months})
