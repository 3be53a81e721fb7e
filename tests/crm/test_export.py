"""A file holds exactly what the list shows, and no cell of it is run by a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zoneinfo
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm.export import lines, safe_cell
from customers.models import Customer
from tests import factories

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "%0A=1",
    "|calc",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "＝1",
    "\u200b=1",
    "\ufeff=1",
]


def read(rows):
    text = "".join(lines(rows, dt.UTC))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_only_text(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Ann", "O'Brien", "a=b", "1-2", "", "50%", "zoë@example.com", "'quoted"])
def test_other_text_stays_as_it_is(text):
    assert safe_cell(text) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(-5, "-5"), (Decimal("-12.5000"), "-12.5000"), (None, ""), (True, "True"), (["a", "b"], "a, b"), (["=a"], "'=a")],
)
def test_numbers_are_numbers_and_lists_are_text(value, text):
    assert safe_cell(value) == text


def test_times_are_in_the_zone_of_the_reader():
    moment = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)
    assert safe_cell(moment, zoneinfo.ZoneInfo("Asia/Tokyo")) == "2026-03-02T08:30:00+09:00"


@given(st.text())
@example("=cmd|' /C calc'!A0")
@example("\n\n=1")
@example("\u00a0=1")
def test_no_text_at_all_begins_a_formula(text):
    cell = safe_cell(text)
    assert cell.lstrip("\u200b\ufeff \t\r\n\x0b\x0c\u00a0")[:1] not in set("=+-@")
    assert cell in {text, f"'{text}"}


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), min_size=1),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_written_is_what_is_read(rows):
    assert read(rows) == [[safe_cell(cell) for cell in row] for row in rows]


# The view


def taken(client, url="/customers/export/"):
    text = b"".join(client.post(url).streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_it_works(client, mona, customer):
    factories.CustomerFactory(name="Ann", net_total=Decimal("-3.5"))
    client.force_login(mona)
    response = client.post("/customers/export/?sort=-name")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="customers-20')
    heading, first, second = taken(client, "/customers/export/?sort=-name")
    assert (first[0], second[0]) == ("Zoë Ångström", "Ann")
    assert second[heading.index("Value")] == "-3.5000"


def test_filters_hold(client, mona, customer):
    factories.CustomerFactory(name="Ann")
    client.force_login(mona)
    assert [row[0] for row in taken(client, "/customers/export/?q=ann")[1:]] == ["Ann"]


def test_sales_take_away_their_own_only(client, alice, bob, customer):
    factories.CustomerFactory(name="His", owner=bob)
    factories.CustomerFactory(name="Nobody's")
    client.force_login(alice)
    assert [row[0] for row in taken(client)[1:]] == ["Zoë Ångström"]


def test_masked_columns_stay_here(client, alice, rita, customer):
    Customer.objects.update(monthly_income=1234, call_eligible=True)
    client.force_login(alice)
    heading, row = taken(client)
    assert "Monthly income" not in heading
    assert not any("1234" in cell for cell in row)
    client.force_login(rita)
    assert taken(client)[1][taken(client)[0].index("Monthly income")] == "1234.0000"


@pytest.mark.parametrize("who", ["gus", "charlie", None])
def test_who_may_not_export_gets_nothing(request, client, customer, who, nothing_changed):
    if who:
        client.force_login(request.getfixturevalue(who))
    status = 403 if who else 302
    with request.getfixturevalue("nothing_changed"):
        assert {client.post(f"/{name}/export/").status_code for name in ("customers", "companies", "orders")} == {
            status
        }


def test_an_export_is_no_link(client, mona):
    client.force_login(mona)
    assert client.get("/customers/export/").status_code == 405


def test_the_zone_of_the_user_holds_while_the_file_streams(client, mona, customer):
    type(mona).objects.filter(pk=mona.pk).update(time_zone="Asia/Tokyo")
    client.force_login(mona)
    heading, row = taken(client)
    assert row[heading.index("Created")].endswith("+09:00")
