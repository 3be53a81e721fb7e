"""How forecasts came out: who may know, which night is compared, and what the months come to."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from io import StringIO
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db.models import Sum
from django.http import QueryDict

from deals.forecast_filter import next_month
from deals.forecast_forms import PastForm
from deals.models import ForecastLine, ForecastSnapshot, Pipeline
from deals.models.deal import VALUE
from deals.past_forecast import read_past
from deals.past_page import PastPage
from deals.snapshots import thin
from deals.tables import DealList
from tests import factories
from tests.factories import DealFactory

URL, FILE = "/deals/forecast/past/", "/deals/forecast/past.csv"
TODAY = dt.date(2026, 11, 20)
SEPTEMBER, OCTOBER, NOVEMBER = (dt.date(2026, month, 1) for month in (9, 10, 11))
KEPT_ON, COMMITTED, WEIGHTED, BEST, WON, OFF, SHARE = range(7)


@pytest.fixture(autouse=True)
def _in_november(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args, **_more: TODAY)


def won(day, amount, **more):
    return DealFactory(at="Won", closed_on=day, opened_on=None, amount=Decimal(amount), **more)


def kept(day, month=None, **figures):
    """A forecast of `day`, for its own month unless another is named."""
    snapshot = ForecastSnapshot.objects.get_or_create(day=day)[0]
    fields = {"month": month or day.replace(day=1), "pipeline": Pipeline.objects.first()} | figures
    return ForecastLine.objects.create(snapshot=snapshot, **fields)


def page(user, query=""):
    form = PastForm(QueryDict(query), user=user, today=TODAY)
    assert form.is_valid(), form.errors
    return PastPage(read_past(form.scope, form.cleaned_data["as_of"], today=TODAY), form)


def month(user, first=OCTOBER, query=""):
    return next(month for month in page(user, query).past.months if month.first == first)


def row(user, first=OCTOBER, query=""):
    shown = page(user, query)
    return shown.rows[shown.scope.all_months.index(first)]


def texts(shown):
    return [figure.text.replace("\u00a0", " ") for figure in shown.figures]


# Refusals


@pytest.mark.parametrize("who", ["gus", "charlie"])
@pytest.mark.parametrize("url", [URL, FILE])
def test_it_is_refused_to_who_does_not_sell(client, request, who, url):
    client.force_login(request.getfixturevalue(who))
    assert client.get(url).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        *("first=2026-13", "first=x", "first=1900-01", "first=2199-12", "first=1066-01"),
        *("as_of=x", "as_of=before,halfway", "pipeline=x", "pipeline=99999999999999999999", "owner=x", "team=0"),
    ],
)
def test_what_it_cannot_be_asked_is_said_and_nothing_counted(client, ada, query):
    client.force_login(ada)
    for url in (URL, FILE):
        assert client.get(f"{url}?{query}").status_code == 422


def test_the_forecast_cannot_be_asked_for_months_whose_neighbours_are_of_another_era(client, ada):
    client.force_login(ada)
    assert client.get("/deals/forecast/?first=1900-01").status_code == 422


def test_a_manager_cannot_ask_for_another_team(client, mona):
    stranger = factories.UserFactory()
    client.force_login(mona)
    assert client.get(URL, {"owner": stranger.pk}).status_code == 422
    kept(OCTOBER, owner=stranger, weighted=70)
    assert month(mona, query=f"team={stranger.team_id}").forecast.weighted == 0


def test_people_see_what_they_were_to_win_and_managers_their_team(alice, bob, mona, ada, rita):
    for owner in (alice, bob, factories.UserFactory(), None):
        kept(OCTOBER, owner=owner, weighted=100)
        won(OCTOBER, 50, owner=owner)
    found = {who.name: month(who) for who in (alice, mona, ada, rita)}
    assert [one.forecast.weighted for one in found.values()] == [100, 300, 400, 400]
    assert [one.won for one in found.values()] == [50, 150, 200, 200]
    assert month(alice, query=f"owner={bob.pk}&team={bob.team_id}").forecast.weighted == 100
    assert month(mona, query=f"owner={bob.pk}").won == 50
    assert month(ada, query=f"team={alice.team_id}").forecast.weighted == 200


# The night that is compared


@pytest.mark.parametrize(
    ("as_of", "nights", "found"),
    [
        ("", ["2026-10-01", "2026-10-02", "2026-09-30"], "2026-10-01"),
        ("", ["2026-10-02", "2026-09-28", "2026-09-25"], "2026-09-28"),
        ("", ["2026-09-24"], "2026-09-24"),
        ("", ["2026-09-23", "2026-10-02"], None),
        ("before", ["2026-10-01", "2026-09-01"], "2026-09-01"),
        ("before", ["2026-08-25"], "2026-08-25"),
        ("before", ["2026-10-01", "2026-08-24"], None),
        ("halfway", ["2026-10-01", "2026-10-12", "2026-10-16"], "2026-10-12"),
        ("halfway", ["2026-10-07"], None),
    ],
)
def test_it_is_the_newest_of_the_day_or_the_week_before(ada, as_of, nights, found):
    for night in nights:
        kept(dt.date.fromisoformat(night), OCTOBER)
    one = month(ada, query=f"as_of={as_of}")
    assert one.kept_on == (dt.date.fromisoformat(found) if found else None)


def test_a_day_to_come_has_no_forecast_even_if_one_lies_in_the_week_before_it(ada, monkeypatch):
    early = dt.date(2026, 11, 12)
    kept(early, NOVEMBER)
    form = PastForm(QueryDict("as_of=halfway"), user=ada, today=early)
    assert form.is_valid()
    shown = PastPage(read_past(form.scope, "halfway", today=early), form)
    assert shown.rows[-1].figures[KEPT_ON].title == "That day is still to come"


def test_when_old_ones_are_thinned_each_month_still_has_its_forecast(ada):
    ForecastSnapshot.objects.bulk_create(
        ForecastSnapshot(day=TODAY - dt.timedelta(days=number)) for number in range(800)
    )
    thin(TODAY)
    for as_of in ("", "before", "halfway"):
        for query in ("", "&first=2024-12"):
            assert all(one.kept_on for one in page(ada, f"as_of={as_of}{query}").past.months)


def test_a_forecast_tells_of_several_months(ada):
    kept(SEPTEMBER, SEPTEMBER, weighted=10)
    kept(SEPTEMBER, OCTOBER, weighted=7)
    kept(OCTOBER, OCTOBER, weighted=20)
    assert month(ada, SEPTEMBER).forecast.weighted == 10
    assert month(ada, OCTOBER).forecast.weighted == 20
    assert month(ada, OCTOBER, "as_of=before").forecast.weighted == 7


# Figures


def test_a_month_with_all_its_figures(ada):
    kept(OCTOBER, total=1000, weighted=400, committed=250, won=100, won_count=1, open_count=3)
    won(OCTOBER, 700)
    assert texts(row(ada)) == ["1 Oct 2026", "€ 350", "€ 500", "€ 1,100", "€ 700", "+€ 200", "+40 %"]
    won(OCTOBER, 1).delete_softly(by=ada)
    assert texts(row(ada))[WON] == "€ 700"


def test_less_than_was_forecast(ada):
    kept(OCTOBER, weighted=400)
    won(OCTOBER, 300)
    assert texts(row(ada))[OFF:] == ["−€ 100", "−25 %"]


def test_a_forecast_of_nothing_has_no_percent_and_none_at_all_says_so(ada):
    ForecastSnapshot.objects.create(day=OCTOBER)
    won(OCTOBER, 300)
    assert texts(row(ada)) == ["1 Oct 2026", "€ 0", "€ 0", "€ 0", "€ 300", "+€ 300", "–"]
    without = row(ada, SEPTEMBER)
    assert texts(without) == ["–", "–", "–", "–", "€ 0", "–", "–"]
    assert without.figures[KEPT_ON].title == "No forecast was kept then"


def test_the_month_that_runs_is_marked_and_not_compared(ada):
    kept(NOVEMBER, weighted=400, total=500)
    won(NOVEMBER, 300)
    shown = row(ada, NOVEMBER)
    assert shown.is_current
    assert texts(shown)[WEIGHTED:] == ["€ 400", "€ 500", "€ 300", "–", "–"]
    assert page(ada).total is None


def test_the_total_is_of_the_months_that_can_be_compared(ada):
    for first, forecast, came in ((dt.date(2026, 7, 1), 100, 80), (SEPTEMBER, 100, 130), (NOVEMBER, 999, 5)):
        kept(first, weighted=forecast, total=2 * forecast)
        won(first, came)
    won(dt.date(2026, 8, 9), 5000)
    total = page(ada).total
    assert total.label == "2 months that are over"
    assert texts(total) == ["", "€ 0", "€ 200", "€ 400", "€ 210", "+€ 10", "+5 %"]
    assert total.figures[WON].url == "", "August, which has no forecast, would be among them"


def test_the_average_is_told_from_three_months_on(ada):
    for first in (dt.date(2026, 7, 1), dt.date(2026, 8, 1)):
        kept(first, weighted=100)
        won(first, 80)
    assert page(ada).sentence == "Once three months can be compared, their average is here."
    kept(SEPTEMBER, weighted=200)
    won(SEPTEMBER, 140)
    assert page(ada).sentence == "On average what was won came to 75 % of the weighted forecast."


def rows_of(user, url):
    address = urlsplit(url)
    assert address.path == "/deals/list/"
    return DealList(user, QueryDict(address.query)).rows_in_scope


@pytest.mark.parametrize("who", ["alice", "mona", "ada"])
def test_what_was_won_leads_to_the_deals_that_sum_to_it(request, who, alice, bob):
    for number, owner in enumerate([alice, bob, None, factories.UserFactory()] * 3):
        won(dt.date(2026, 8, 20) + dt.timedelta(days=number * 7), 100 + number, owner=owner)
    for first in (SEPTEMBER, OCTOBER):
        kept(first, owner=alice, weighted=10)
    user = request.getfixturevalue(who)
    shown = page(user)
    for one in [*shown.rows, shown.total]:
        figure = one.figures[WON]
        assert figure.value == (rows_of(user, figure.url).aggregate(sum=Sum(VALUE))["sum"] or 0)


def test_a_pipeline_alone(ada):
    other = Pipeline.objects.create(name="Partners", position=2)
    kept(OCTOBER, pipeline=other, weighted=9)
    kept(OCTOBER, weighted=5)
    assert month(ada, query=f"pipeline={other.pk}").forecast.weighted == 9
    assert month(ada).forecast.weighted == 14


# The page and the file


def test_an_empty_page_teaches(client, ada):
    client.force_login(ada)
    assert "Forecasts are kept every night from now on" in client.get(URL).content.decode()
    kept(dt.date(2026, 11, 10))
    html = client.get(URL).content.decode()
    assert "Forecasts are kept every night since 10 November 2026" in html
    assert "data-chart-table" not in html


def test_page_and_forecast_lead_to_each_other_and_keep_whose_deals_they_are(client, mona, alice):
    kept(OCTOBER, owner=alice, weighted=10)
    client.force_login(mona)
    query = f"?owner={alice.pk}"
    html = client.get(URL + query).content.decode()
    for words in ("How forecasts came out", "October 2026", "data-chart-table", "December 2025", 'name="as_of"'):
        assert words in html
    assert f'href="/deals/forecast/{query}"' in html and 'name="team"' not in html
    assert f'href="{URL}{query}"' in client.get(f"/deals/forecast/{query}").content.decode()


def test_earlier_and_later_keep_what_was_chosen(mona, alice):
    shown = page(mona, f"owner={alice.pk}&as_of=before")
    assert shown.later_url == ""
    earlier = dict(parse_qsl(urlsplit(shown.earlier_url).query))
    assert earlier == {"owner": str(alice.pk), "as_of": "before", "first": "2024-12"}
    before = page(mona, urlsplit(shown.earlier_url).query)
    assert dict(parse_qsl(urlsplit(before.later_url).query))["first"] == "2025-12"
    assert (shown.hidden, before.hidden) == ([], [("first", "2024-12")])


def test_the_file_has_the_same_figures_unrounded(client, mona, alice):
    kept(OCTOBER, owner=alice, weighted=Decimal("10.25"), committed=3, total=20, won=1)
    kept(NOVEMBER, owner=alice, weighted=7)
    won(OCTOBER, "8.13", owner=alice)
    client.force_login(mona)
    response = client.get(FILE)
    assert response["Content-Disposition"] == 'attachment; filename="past-forecasts-2025-12-to-2026-11.csv"'
    head, *rows = csv.reader(StringIO(response.content.decode()))
    assert head == ["month", "forecast_on", "committed", "weighted", "best_case", "won", "off_by"]
    assert len(rows) == 12
    assert rows[0] == ["2025-12", "", "", "", "", "0", ""]
    assert rows[-2][:2] == ["2026-10", "2026-10-01"]
    assert [Decimal(cell) for cell in rows[-2][2:]] == [4, Decimal("11.25"), 21, Decimal("8.13"), Decimal("-3.12")]
    assert rows[-1][-1] == "", "November is not over"


@pytest.mark.parametrize("months", [0, 1, 12])
def test_the_figures_are_three_queries_however_many_months(ada, alice, bob, months, django_assert_max_num_queries):
    for number in range(months):
        first = next_month(NOVEMBER, -number)
        for owner in (alice, bob, ada):
            kept(first, owner=owner, weighted=5)
            won(first, 4, owner=owner)
    form = PastForm(QueryDict(""), user=ada, today=TODAY)
    assert form.is_valid()
    with django_assert_max_num_queries(4):
        shown = PastPage(read_past(form.scope, "", today=TODAY), form)
        assert len(shown.rows) == 12 and shown.sentence and shown.summary
