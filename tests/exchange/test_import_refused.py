"""One wrong row refuses the file, names its line and reason, and leaves nothing behind."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from crm.models import Event
from customers.models import Customer, ExternalId, Order, OrderLine
from exchange.models import ImportedOrder, ImportRun
from tests.exchange.conftest import HEADER
from tests.exchange.test_import_orders import HEART, LANTERN


def nothing_came_in():
    return not any(
        model._base_manager.exists() for model in (Order, OrderLine, Customer, ExternalId, ImportedOrder, Event)
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("536366,1,Ragged,1,2010-12-01 08:26:00,1", "it has 6 cells, the header has 8"),
        ("536366,1,Ragged,1,2010-12-01 08:26:00,1,2,France,9", "it has 9 cells, the header has 8"),
        ('536366,1,"Open quote,1,2010-12-01 08:26:00,1,2,France', "its quotes or cells cannot be read"),
        (",1,No number,1,2010-12-01 08:26:00,1,2,France", "number, column InvoiceNo: missing"),
        ("\u200b,1,Invisible,1,2010-12-01 08:26:00,1,2,France", "number, column InvoiceNo: missing"),
        ("5\x006,1,NUL,1,2010-12-01 08:26:00,1,2,France", "number, column InvoiceNo: contains NUL"),
        ("6,1,N\x00UL,1,2010-12-01 08:26:00,1,2,France", "description, column Description: contains NUL"),
        (f"{'9' * 61},1,Long,1,2010-12-01 08:26:00,1,2,France", "number, column InvoiceNo: longer than 60"),
        (f"6,{'1' * 61},Long,1,2010-12-01 08:26:00,1,2,France", "sku, column StockCode: longer than 60"),
        (f"6,1,{'x' * 301},1,2010-12-01 08:26:00,1,2,France", "description, column Description: longer than 300"),
        (f"6,1,Long,1,2010-12-01 08:26:00,1,{'2' * 101},France", "customer, column CustomerID: longer than 100"),
        ("6,1,x,,2010-12-01 08:26:00,1,2,France", "quantity, column Quantity: missing"),
        ("6,1,x,two,2010-12-01 08:26:00,1,2,France", "quantity, column Quantity: “two” is not a number"),
        ("6,1,x,NaN,2010-12-01 08:26:00,1,2,France", "“NaN” is not a number"),
        ("6,1,x,1,2010-12-01 08:26:00,Infinity,2,France", "unit_price, column UnitPrice: “Infinity” is not a number"),
        ("6,1,x,1,2010-12-01 08:26:00,1e5,2,France", "“1e5” is not a number"),
        ("6,1,x,1_000,2010-12-01 08:26:00,1,2,France", "“1_000” is not a number"),
        ("6,1,x,٣,2010-12-01 08:26:00,1,2,France", "“٣” is not a number"),
        ('6,1,x,1,2010-12-01 08:26:00,"1,50",2,France', "“1,50” is not a number"),
        ("6,1,x,.,2010-12-01 08:26:00,1,2,France", "“.” is not a number"),
        ("6,1,x,10000000000,2010-12-01 08:26:00,1,2,France", "is too large: at most 10 digits"),
        ("6,1,x,1,2010-12-01 08:26:00,100000000000000,2,France", "is too large: at most 14 digits"),
        ("6,1,x,1.23456,2010-12-01 08:26:00,1,2,France", "has more than four decimal places"),
        ("6,1,x,9999999999,2010-12-01 08:26:00,99999999999,2,France", "quantity times price is too large"),
        ("6,1,x,1,,1,2,France", "placed_at, column InvoiceDate: missing"),
        ("6,1,x,1,2010-02-30 08:26:00,1,2,France", "is not a date and time of the form YYYY-MM-DD HH:MM:SS"),
        ("6,1,x,1,12/01/2010 08:26,1,2,France", "“12/01/2010 08:26” is not a date and time"),
        ("6,1,x,1,0010-12-01 08:26:00,1,2,France", "lies before 1900 or after 2199"),
        ("6,1,x,1,9999-12-31 23:59:59,1,2,France", "lies before 1900 or after 2199"),
        (
            "6,1,x,1,2010-12-01 08:26:00,1,2,Ruritania",
            "“Ruritania” is no country's name or code",
        ),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_reason(shop, row, reason):
    said = shop.refused(shop.file(LANTERN, row))
    assert said.startswith("line 3: ")
    assert reason in said
    assert said.endswith("Nothing was imported: 1 row is wrong.")
    assert nothing_came_in()


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([LANTERN, HEART.replace("17850", "17851")], "line 2: order 536365: its lines name several customers"),
        (
            [LANTERN.replace("3.39", "16000000000000"), HEART.replace("2.555", "16000000000000")],
            "line 2: order 536365: its sum is too large",
        ),
    ],
)
def test_an_order_that_contradicts_itself(shop, rows, reason):
    assert reason in shop.refused(shop.file(*rows))
    assert nothing_came_in()


def test_foreign_amounts_without_a_rate(shop):
    said = shop.refused(shop.file(LANTERN), "--currency", "GBP")
    assert "line 2: order 536365: there is no exchange rate for GBP on its day" in said
    assert nothing_came_in()


def test_the_first_fifty_are_shown_and_all_are_written(shop, tmp_path):
    bad = [f"{n},1,x,no,2010-12-01 08:26:00,1,2,France" for n in range(120)]
    said = shop.refused(shop.file(*bad), "--errors", str(tmp_path / "errors.txt"))
    assert "line 51: " in said
    assert "line 52: " not in said
    assert "… and 70 more" in said
    assert said.endswith("Nothing was imported: 120 rows are wrong.")
    assert len((tmp_path / "errors.txt").read_text(encoding="utf-8").splitlines()) == 120


def test_line_numbers_count_quoted_newlines(shop):
    said = shop.refused(
        shop.file('6,1,"two\nlines",1,2010-12-01 08:26:00,1,2,France', "7,1,x,bad,2010-12-01,1,2,France")
    )
    assert said.startswith("line 4: ")


def test_the_refusal_is_remembered_for_the_admin(shop):
    shop.refused(shop.file(LANTERN, ",,,,,,,"))
    run = ImportRun.objects.get()
    assert (run.state, run.counts) == ("refused", {"problems": 1})
    assert run.problems[1].startswith("line 3: ")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2.555", "2.55"),
        (",2,", ",3,"),
        ("HEART", "HART"),
        ("08:25", "08:24"),
        ("United Kingdom", "France"),
        (HEART, ""),
    ],
)
def test_changed_content_under_a_known_number(shop, old, new):
    shop.run(shop.file(LANTERN, HEART))
    before = list(OrderLine.objects.values())
    said = shop.refused(shop.file(LANTERN, HEART.replace(old, new), name="changed.csv"))
    assert "order 536365: known here with other content" in said
    assert said.endswith("Nothing was imported: 1 order has changed since an earlier import.")
    assert list(OrderLine.objects.values()) == before


def test_another_customer_under_a_known_number(shop):
    shop.run(shop.file(LANTERN))
    assert "order 536365" in shop.refused(shop.file(LANTERN.replace("17850", "17851"), name="changed.csv"))
    assert not ExternalId.objects.filter(value="17851").exists()


def test_nothing_new_comes_in_beside_a_changed_order(shop):
    shop.run(shop.file(LANTERN))
    new = LANTERN.replace("536365", "999")
    shop.refused(shop.file(LANTERN.replace("3.39", "4"), new, name="changed.csv"))
    assert not Order.objects.filter(number="999").exists()


def test_a_number_that_was_typed_in_here_is_not_taken_for_the_file_s(shop):
    from tests.factories import OrderFactory

    OrderFactory(number="536365", source="online-retail")
    assert "known here with other content" in shop.refused(shop.file(LANTERN))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--map", "colour=Country"], "Nothing is called colour: a column can be number"),
        (["--map", "sku=Article"], "The file has no column Article. Its columns are: InvoiceNo"),
        (["--map", "sku"], "--map sku is not of the form NAME=VALUE."),
        (["--kind", "C=refund"], "a kind is one of sale, return, adjustment"),
        (["--time-zone", "Mars/Olympus"], "There is no time zone called 'Mars/Olympus'"),
        (["--currency", "pounds"], "Enter a currency code of three capital letters"),
        (["--delimiter", ";;"], "--delimiter is one character"),
        (["--encoding", "klingon"], "There is no text encoding called klingon"),
        (["--by", "nobody@example.com"], "No active user has the e-mail nobody@example.com."),
        (["--errors", "/nowhere/errors.txt"], "/nowhere/errors.txt cannot be written"),
        (["--source", "s" * 61], "Name the source of the orders in at most 60 characters"),
    ],
)
def test_wrong_options_are_one_sentence(shop, options, sentence):
    assert sentence in shop.refused(shop.file(LANTERN), *options)
    assert nothing_came_in()


def test_a_column_that_is_there_twice(shop):
    path = shop.file(
        f"{LANTERN},1",
        header=f"{HEADER},Quantity",
    )
    assert "has the column Quantity more than once" in shop.refused(path)


def test_without_a_preset_the_columns_must_be_said(shop):
    path = shop.file(LANTERN)
    assert "Give --source" in shop.refused(path, preset=None)
    said = shop.refused(path, "--source", "shop", "--time-zone", "UTC", preset=None)
    assert "Say which columns hold number, placed_at, quantity, unit_price" in said


def test_no_file(tmp_path, db):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_orders", str(tmp_path / "none.csv"), "--preset", "online-retail")
