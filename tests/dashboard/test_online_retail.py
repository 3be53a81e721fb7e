"""Half a million real order lines: the board equals what others computed of them, to the last digit."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.management import call_command

from crm.moments import organisation_zone
from customers.models import Customer
from dashboard.board import Query, read_board
from dashboard.periods import Period
from dashboard.scope import scope_of
from dashboard.tops import read_top
from exchange.presets import country_codes
from tests.exchange.whole_file import FILES, assert_whole

pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason=f"the real data is not in {FILES}")
PERIOD = Period(dt.date(2010, 12, 1), dt.date(2011, 12, 31))
TODAY = dt.date(2026, 11, 20)
NAMES = ("gross", "returns", "adjustments", "net", "orders", "customers")


def truth(name):
    """bucket -> its figures as text and number."""
    with (FILES / name).open(newline="", encoding="utf-8") as file:
        return {row["bucket"]: [Decimal(row[column]) for column in NAMES] for row in csv.DictReader(file)}


def told(figures):
    return [Decimal(getattr(figures, name)) for name in NAMES]


def code_of(country):
    return country_codes()[country.lower()] or "-"


def test_the_rows_and_the_board_equal_the_truth(client, rita, settings, capsys, django_assert_max_num_queries):
    settings.TIME_ZONE = "Europe/London"
    call_command("import_orders", str(FILES / "online_retail.csv.gz"), "--preset", "online-retail")
    assert_whole(capsys.readouterr().out)
    months, countries = truth("truth_board_monthly.csv"), truth("truth_board_by_country.csv")

    def board(**filters):
        return read_board(Query(scope_of(rita, **filters), PERIOD, "month", TODAY, organisation_zone()))

    for _ in ("counted", "from the shelf"):
        shown = board()
        assert {f"{line.bucket.start:%Y-%m}": told(line.figures) for line in shown.lines} == months
        assert told(shown.total)[:5] == [sum(column) for column in zip(*months.values(), strict=True)][:5]
    buyers = Customer.objects.filter(orders_count__gt=0).count()
    assert (shown.total.customers, shown.total.new) == (buyers, buyers), "nobody bought before the file begins"
    assert {name: told(board(country=code_of(name)).total) for name in countries} == countries

    client.force_login(rita)
    with django_assert_max_num_queries(15):
        response = client.get("/dashboard/revenue.csv?from=2010-12-01&to=2011-12-31&bucket=month")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert {row["bucket_start"][:7]: [Decimal(row[name]) for name in NAMES] for row in rows} == months

    query = Query(scope_of(rita), PERIOD, "month", TODAY, organisation_zone())
    best = [(entry.key or "-", entry.amount, entry.orders) for entry in read_top(query, "countries")]
    expected = sorted(((-row[3], code_of(name), row[4]) for name, row in countries.items()))[:10]
    assert best == [(code, -net, orders) for net, code, orders in expected]
