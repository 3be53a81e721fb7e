"""The page, its refusals and its download."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import pytest

from customers.models import Order
from dashboard import views
from dashboard.models import KeptFigures
from tests import factories
from tests.dashboard import shop

URL, CSV, TOP = "/dashboard/", "/dashboard/revenue.csv", "/dashboard/top/customers/"
TODAY = dt.date(2026, 4, 9)
NOON = dt.datetime(2026, 4, 2, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(views, "today", lambda: TODAY)


@pytest.fixture
def sold(customer):
    shop.order_of(customer, NOON, number="S1", amount="1234.567").save()
    shop.order_of(customer, NOON, number="B1", amount="-34.5", kind="return").save()
    shop.order_of(None, NOON, number="D1", amount="99", status="draft").save()


def page(client, user, query="", **headers):
    client.force_login(user)
    return client.get(f"{URL}?{query}", headers=headers)


def test_it_works(client, rita, sold):
    response = page(client, rita)
    assert response.status_code == 200
    text = response.content.decode()
    assert "€\u00a01,200.07" in text
    assert "1 Apr" not in text, "months, not days, by default"
    assert text.count("<tr><th") == 12 + 2, "a row for each month, the heads and the sums"
    assert "as of" in text


@pytest.mark.parametrize("url", [URL, CSV, TOP])
@pytest.mark.parametrize(
    ("who", "status"),
    [("ada", 200), ("mona", 200), ("alice", 200), ("rita", 200), ("gus", 403), ("charlie", 403)],
)
def test_who_may_see_it(client, request, url, who, status, sold):
    client.force_login(request.getfixturevalue(who))
    response = client.get(url)
    assert response.status_code == status
    assert ("1,234" in response.content.decode()) is False or status == 200


@pytest.mark.parametrize("url", [URL, CSV, TOP])
def test_a_stranger_is_sent_to_sign_in(client, db, url):
    response = client.get(url)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("url", [URL, CSV, TOP])
def test_it_only_reads(client, rita, url):
    client.force_login(rita)
    assert client.post(url).status_code == 405


def test_sales_sees_no_revenue_of_others(client, bob, sold):
    """The order is of a customer of alice."""
    client.force_login(bob)
    assert "1,234" not in client.get(URL).content.decode()
    assert "1234" not in client.get(CSV).content.decode()
    assert "Zoë" not in client.get(TOP).content.decode()


def test_sales_without_a_team_is_refused(client, alice, sold):
    alice.team = None
    alice.save(update_fields=["team"])
    client.force_login(alice)
    assert client.get(URL).status_code == 403


WRONG = {
    "to before from": ("from=2026-03-02&to=2026-03-01", "To: "),
    "to without from": ("to=2026-03-01", "From: "),
    "no date": ("from=yesterday", "From: "),
    "no day of the calendar": ("from=2026-02-30&to=2026-03-01", "From: "),
    "the middle ages": ("from=1066-10-14&to=1066-10-15", "From: "),
    "beyond every zone": ("from=2026-01-01&to=9999-12-31", "To: "),
    "more than 20 years": ("from=2000-01-01&to=2020-01-01", "To: "),
    "too many days": ("from=2020-01-01&to=2026-01-01&bucket=day", "By: "),
    "no bucket": ("bucket=fortnight", "By: "),
    "no country": ("country=XX'--", "Country: "),
    "no channel": ("channel=pigeon", "Channel: "),
    "no preset": ("preset=soon", "Period: "),
    "a formula": ("from=%3DSUM(A1)", "From: "),
}


@pytest.mark.parametrize(("query", "field"), WRONG.values(), ids=WRONG)
def test_nonsense_is_refused_in_a_sentence_and_nothing_is_counted(client, rita, sold, query, field):
    response = page(client, rita, query)
    assert response.status_code == 422
    text = response.content.decode()
    assert 'class="error"' in text or 'class="notice bad"' in text
    assert 'class="card kpi"' not in text
    download = client.get(f"{CSV}?{query}")
    assert (download.status_code, download["Content-Type"]) == (422, "text/plain; charset=utf-8")
    assert download.content.decode().startswith(field)
    assert client.get(f"{TOP}?{query}").status_code == 400
    assert not KeptFigures.objects.exists()


def test_the_longest_ranges_are_answered(client, rita, sold):
    for query in ("from=2006-04-10&to=2026-04-09&bucket=week", "from=2024-02-01&to=2026-04-09&bucket=day"):
        assert page(client, rita, query).status_code == 200


def test_from_alone_reaches_to_today(client, rita, sold):
    text = page(client, rita, "from=2026-04-01").content.decode()
    assert "1–9 Apr 2026" in text
    assert 'name="to" value="2026-04-09"' in text


def test_presets_are_links_that_keep_the_filters(client, rita, sold):
    text = page(client, rita, "preset=this-month&country=GB").content.decode()
    assert re.search(r'href="/dashboard/\?preset=last-year&amp;country=GB"', text)
    assert re.search(r'aria-current="true">This month<', text)
    assert "first 9 of 30 days" in text


def test_all_time_begins_with_the_oldest_order(client, rita, sold, customer):
    shop.order_of(customer, dt.datetime(2019, 5, 6, tzinfo=dt.UTC), number="old").save()
    assert "6 May 2019 – 9 Apr 2026" in page(client, rita, "preset=all").content.decode()


def test_htmx_gets_the_board_alone(client, rita, sold):
    text = page(client, rita, "preset=this-year", HX_Request="true").content.decode()
    assert text.lstrip().startswith('<div id="board"')
    refused = page(client, rita, "from=soon", HX_Request="true")
    assert refused.status_code == 422
    assert refused.content.decode().lstrip().startswith('<div id="board"')


def test_figures_of_an_empty_shop(client, rita):
    text = page(client, rita).content.decode()
    assert "Nothing was sold" in text
    assert text.count("–</a>") >= 1, "no average order without orders"


def test_names_are_escaped(client, rita, customer, sold):
    customer.name = "<script>alert(1)</script>"
    customer.save(update_fields=["name"])
    client.force_login(rita)
    text = client.get(TOP).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_no_such_list_of_the_best(client, rita):
    client.force_login(rita)
    assert client.get("/dashboard/top/enemies/").status_code == 404


# The download


def download(client, user, query):
    client.force_login(user)
    response = client.get(f"{CSV}?{query}")
    return response, list(csv.reader(io.StringIO(response.content.decode())))


def test_csv(client, rita, sold):
    response, rows = download(client, rita, "from=2026-02-10&to=2026-04-09&bucket=month")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="revenue-2026-02-10-to-2026-04-09-by-month.csv"'
    assert rows == [
        ["bucket_start", "gross", "returns", "adjustments", "net", "orders", "customers"],
        ["2026-02-01", "0.00", "0.00", "0.00", "0.00", "0", "0"],
        ["2026-03-01", "0.00", "0.00", "0.00", "0.00", "0", "0"],
        ["2026-04-01", "1234.567", "-34.50", "0.00", "1200.067", "1", "1"],
    ]


def test_csv_has_a_row_for_each_day(client, rita, sold):
    _response, rows = download(client, rita, "from=2026-04-01&to=2026-04-30&bucket=day")
    assert len(rows) == 31
    assert rows[2][0] == "2026-04-02"
    assert rows[2][4] == "1200.067"


# Queries


@pytest.mark.parametrize("query", ["", "preset=all", "from=2025-01-07&to=2026-04-09&bucket=week", "country=GB"])
def test_the_number_of_queries_does_not_grow(client, rita, alice, query, django_assert_max_num_queries):
    """At most 15 where nothing is kept; fewer, and always as many, where it is."""
    client.force_login(rita)
    counts = []
    for orders in (1, 60):
        start, end = dt.datetime(2025, 1, 7, tzinfo=dt.UTC), dt.datetime(2026, 4, 9, tzinfo=dt.UTC)
        Order.everything.all().delete()
        factories.OrderFactory.reset_sequence(orders * 1000, force=True)
        shop.fill(owners=[alice], first=start, last=end, orders=orders, customers=max(1, orders // 6))
        with django_assert_max_num_queries(15) as cold:
            client.get(f"{URL}?{query}")
        with django_assert_max_num_queries(15) as warm:
            client.get(f"{URL}?{query}")
        counts.append((len(cold), len(warm)))
    assert counts[0] == counts[1]
    assert counts[0][1] < 8
