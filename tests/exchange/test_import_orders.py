"""Order lines come in as they are in the file: which order, whose, when, how much."""

from __future__ import annotations

import datetime as dt
import gzip
from decimal import Decimal

import pytest
from django.core.management import call_command

from crm.models import Event, ExchangeRate
from crm.money import to_base
from customers.figures import figures_of
from customers.models import Customer, ExternalId, Order, OrderLine
from exchange.models import ImportedOrder, ImportRun
from tests import factories

LANTERN = "536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850,United Kingdom"
HEART = "536365,85123A,HANGING HEART,2,2010-12-01 08:25:00,2.555,17850,United Kingdom"
RETURN = "C536379,D,Discount,-1,2011-07-01 09:41:00,27.50,14527,EIRE"
BAD_DEBT = "A563186,B,Adjust bad debt,1,2011-08-12 14:51:00,-11062.06,,Unspecified"
FIGURES = ("orders_count", "net_total", "first_order_at", "last_order_at")


def test_orders_lines_and_customers(shop):
    said = shop.run(shop.file(LANTERN, HEART, RETURN, BAD_DEBT))
    assert "3 orders with 4 lines imported, 2 new customers." in said
    sale = Order.objects.get(number="536365")
    assert (sale.source, sale.kind, sale.status, sale.channel) == ("online-retail", "sale", "completed", "online")
    assert (sale.country, sale.currency) == ("GB", "EUR")
    assert sale.placed_at == dt.datetime(2010, 12, 1, 8, 25, tzinfo=dt.UTC)  # the earliest line
    assert sale.total == sale.base_total == Decimal("25.45")
    assert list(sale.lines.values_list("position", "sku", "quantity", "unit_price", "amount")) == [
        (1, "71053", 6, Decimal("3.39"), Decimal("20.34")),
        (2, "85123A", 2, Decimal("2.555"), Decimal("5.11")),
    ]
    back = Order.objects.get(number="C536379")
    assert (back.kind, back.country, back.total) == ("return", "IE", Decimal("-27.5"))
    assert back.placed_at == dt.datetime(2011, 7, 1, 8, 41, tzinfo=dt.UTC)  # summer in London
    adjustment = Order.objects.get(number="A563186")
    assert (adjustment.kind, adjustment.country, adjustment.customer) == ("adjustment", "", None)


def test_customers_without_a_name_are_known_by_their_number(shop):
    shop.run(shop.file(LANTERN))
    customer = Customer.objects.get()
    assert (str(customer), customer.reference, customer.lifecycle) == ("Customer 17850", "17850", "customer")
    assert ExternalId.objects.get().customer == customer
    assert (customer.orders_count, customer.net_total) == (1, Decimal("20.34"))


def test_figures_are_those_of_the_rule(shop):
    shop.run(shop.file(LANTERN, HEART, RETURN, LANTERN.replace("536365", "536366"), BAD_DEBT))
    written = list(Customer.objects.order_by("pk").values_list(*FIGURES))
    figures_of(Customer.everything.all())
    assert list(Customer.objects.order_by("pk").values_list(*FIGURES)) == written


def test_exact_duplicates_are_lines_of_their_own(shop):
    shop.run(shop.file(LANTERN, LANTERN))
    assert list(OrderLine.objects.values_list("position", flat=True)) == [1, 2]
    assert Order.objects.get().total == Decimal("40.68")


def test_a_known_customer_gets_the_new_orders(shop):
    customer = factories.CustomerFactory(name="Known Already")
    factories.ExternalIdFactory(customer=customer, source="online-retail", value="17850")
    assert "0 new customers" in shop.run(shop.file(LANTERN))
    customer.refresh_from_db()
    assert (customer.orders_count, customer.name) == (1, "Known Already")


def test_the_country_of_an_order_is_that_of_its_first_line_that_names_one(shop):
    shop.run(shop.file(LANTERN.replace("United Kingdom", "Unspecified"), HEART.replace("United Kingdom", "France")))
    assert Order.objects.get().country == "FR"


def test_a_new_customer_gets_the_country_of_the_newest_line(shop):
    shop.run(shop.file(LANTERN, LANTERN.replace("536365", "536366").replace("United Kingdom", "Spain")))
    assert Customer.objects.get().country == "ES"


def test_the_import_is_one_event_and_remembers_the_file(shop, ada):
    path = shop.file(LANTERN, RETURN)
    shop.run(path, "--by", "ada@example.com")
    run = ImportRun.objects.get()
    assert (run.file_name, run.source, run.state, run.created_by) == ("shop.csv", "online-retail", "done", ada)
    assert run.counts == {"lines": 2, "orders": 2, "known_orders": 0, "customers": 2}
    event = Event.objects.get()
    assert (event.kind, event.subject_type, event.subject_id, event.actor) == (
        *("import.finished", "exchange.importrun"),
        *(run.pk, ada),
    )
    assert set(ImportedOrder.objects.values_list("run", flat=True)) == {run.pk}


def test_an_import_changes_no_version_and_writes_no_history(shop):
    customer = factories.CustomerFactory(name="Known Already")
    factories.ExternalIdFactory(customer=customer, source="online-retail", value="17850")
    shop.run(shop.file(LANTERN))
    customer.refresh_from_db()
    assert customer.version == 1
    assert not customer.history.exists()


def test_a_packed_file(shop):
    path = shop.folder / "shop.csv.gz"
    path.write_bytes(gzip.compress(shop.file(LANTERN).read_bytes()))
    assert "1 orders" in shop.run(path)


def test_any_mapping_on_the_command_line(shop):
    header = "Bestellung;Datum;Menge;Preis;Artikel;Bezeichnung;Kunde;Name;Land"
    path = shop.file("7;03.02.2024 10:00;1,5;1,20;X1;Tee, grün;K9;Jürgen Weiß;Germany", header=header)
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    columns = {
        "number": "Bestellung",
        "placed_at": "Datum",
        "quantity": "Menge",
        "unit_price": "Preis",
        "sku": "Artikel",
        "description": "Bezeichnung",
        "customer": "Kunde",
        "customer_name": "Name",
        "country": "Land",
    }
    shop.run(
        path,
        *(f"--map={field}={column}" for field, column in columns.items()),
        *("--source", "laden", "--time-zone", "Europe/Berlin", "--date-format", "%d.%m.%Y %H:%M", "--decimal-comma"),
        *("--encoding", "cp1252", "--delimiter", ";", "--channel", "shop", "--kind", "7=return"),
        preset=None,
    )
    order = Order.objects.get(source="laden")
    assert (order.number, order.kind, order.channel, order.total) == ("7", "return", "shop", Decimal("1.8"))
    assert order.placed_at == dt.datetime(2024, 2, 3, 9, tzinfo=dt.UTC)
    assert (order.customer.name, order.country) == ("Jürgen Weiß", "DE")
    assert order.lines.get().description == "Tee, grün"


def test_orders_of_nobody(shop):
    assert "1 orders with 1 lines imported, 0 new customers." in shop.run(shop.file(BAD_DEBT))


def test_times_with_an_offset_keep_it(shop):
    shop.run(shop.file(LANTERN.replace("2010-12-01 08:26:00", "2010-12-01T08:26:00+05:00")))
    assert Order.objects.get().placed_at == dt.datetime(2010, 12, 1, 3, 26, tzinfo=dt.UTC)


def test_foreign_amounts_go_by_the_rate_of_their_day(shop):
    ExchangeRate.objects.create(currency="GBP", day=dt.date(2010, 1, 1), rate=Decimal("1.1"))
    ExchangeRate.objects.create(currency="GBP", day=dt.date(2010, 12, 2), rate=Decimal("9"))
    shop.run(shop.file(LANTERN.replace("6,2010", "1,2010").replace("3.39", "0.0005")), "--currency", "GBP")
    order = Order.objects.get()
    assert (order.currency, order.total) == ("GBP", Decimal("0.0005"))
    assert order.base_total == Decimal("0.0006")  # 0.00055 is a tie: to even


def test_rounding_to_base_is_that_of_the_kernel(shop):
    ExchangeRate.objects.create(currency="GBP", day=dt.date(2010, 1, 1), rate=Decimal("0.5"))
    prices = ["0.0001", "0.0003", "0.0005", "-0.0001", "-0.0003", "1.2345", "7"]
    single = LANTERN.replace("6,2010", "1,2010")
    rows = [single.replace("536365", str(n)).replace("3.39", price) for n, price in enumerate(prices)]
    shop.run(shop.file(*rows), "--currency", "GBP")
    for order in Order.objects.all():
        assert order.base_total == to_base(order.total, "GBP", dt.date(2010, 12, 1)), order.total


def test_the_same_file_again_adds_nothing(shop):
    path = shop.file(LANTERN, RETURN, BAD_DEBT)
    shop.run(path)
    before = counts()
    assert shop.run(path).strip() == "Nothing new. 3 orders were known already."
    assert counts() == before


def test_another_file_with_the_same_rows_adds_nothing(shop):
    shop.run(shop.file(LANTERN, HEART))
    before = counts()
    other = shop.file(HEART.replace("2.555", "2.5550"), LANTERN.replace(",6,", ", 6.0 ,"), name="other.csv")
    assert "Nothing new" in shop.run(other)
    assert counts() == before


def test_an_order_that_was_edited_here_is_still_known(shop):
    path = shop.file(LANTERN)
    shop.run(path)
    Order.objects.update(status="cancelled", country="FR")
    assert "Nothing new" in shop.run(path)
    assert Order.objects.get().status == "cancelled"


def test_a_longer_file_adds_what_is_new(shop):
    shop.run(shop.file(LANTERN))
    said = shop.run(shop.file(LANTERN, RETURN, name="longer.csv"))
    assert "1 orders with 1 lines imported, 1 new customers. 1 orders were known already." in said


def test_the_same_number_of_another_source_is_another_order(shop):
    path = shop.file(LANTERN)
    shop.run(path)
    assert "1 orders" in shop.run(path, "--source", "second-shop")
    assert Order.objects.filter(number="536365").count() == 2


def test_a_file_without_rows_adds_nothing(shop):
    assert "the file has no rows" in shop.run(shop.file())
    assert not ImportRun.objects.exists()


def test_help_names_the_columns(capsys):
    with pytest.raises(SystemExit):
        call_command("import_orders", "--help")
    said = capsys.readouterr().out
    assert "customer_name" in said
    assert "BASE_CURRENCY" in said


def counts():
    models = (Order, OrderLine, Customer, ExternalId, ImportRun, ImportedOrder, Event)
    return [model._base_manager.count() for model in models]
