"""Every figure on the page is a link, and what it opens adds up to it."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import QueryDict

from customers.models import OrderLine
from customers.order_tables import OrderList
from customers.tables import CustomerList
from dashboard import views
from dashboard.wording import MINUS
from tests.dashboard import shop

TODAY = dt.date(2026, 4, 9)
START, END = dt.datetime(2025, 1, 10, tzinfo=dt.UTC), dt.datetime(2026, 4, 9, 9, tzinfo=dt.UTC)
LISTS = {"/orders/": OrderList, "/customers/": CustomerList}
COLUMNS = ("net", "net", "gross", "returns", "adjustments", "orders", "average", "customers", "new", "returning")
ASKED = {
    "last 12 months": "",
    "weeks, not over": "from=2026-03-03&to=2026-04-19&bucket=week",
    "days": "from=2026-03-27&to=2026-04-09&bucket=day",
    "a country": "from=2025-06-10&to=2026-04-09&bucket=month&country=GB",
    "no country": "from=2025-06-10&to=2026-04-09&bucket=month&country=-",
    "a channel": "from=2026-01-05&to=2026-03-30&bucket=week&channel=shop",
}


@pytest.fixture
def world(alice, bob, ada, monkeypatch):
    monkeypatch.setattr(views, "today", lambda: TODAY)
    people = shop.fill(owners=[alice, alice, bob, None], first=START, last=END, orders=420, customers=14)
    people[1].delete_softly(by=ada)
    shop.refresh()
    return people


def number(text):
    digits = re.sub(r"[^\d.−]", "", text).replace(MINUS, "-")
    return Decimal(digits) if digits else None


def opened(user, href):
    """The rows of the list that `href` opens, as its own page would show them."""
    address = urlsplit(unescape(href))
    return LISTS[address.path](user, QueryDict(address.query)).rows_in_scope, dict(parse_qsl(address.query))


def added_up(figure, user, href):
    rows, asked = opened(user, href)
    if figure in {"customers", "new", "returning"}:
        return Decimal(rows.count())
    if figure == "orders":
        assert all(shop.is_purchase(row) for row in rows)
        return Decimal(rows.count())
    if "sku" in asked:
        lines = OrderLine.objects.filter(order__in=rows, sku=asked["sku"]).select_related("order")
        return sum((worth(line) for line in lines), Decimal(0))
    net = sum((row.base_total for row in rows), Decimal(0))
    if figure == "average":
        orders = sum(shop.is_purchase(row) for row in rows)
        return net / orders if orders else None
    return net


def worth(line):
    order = line.order
    return line.amount if order.total == order.base_total else line.amount * order.base_total / order.total


def fits(text, value):
    """To the cent, as shown; whole units where only those are shown."""
    shown = number(text)
    if shown is None or value is None:
        return shown is None and value is None
    places = Decimal("0.01") if "." in text else Decimal(1)
    return abs(shown - value) <= places / 2


def cells(page):
    """(figure, shown, link) of all cards, all cells of the table, all totals."""
    found = []
    for name, card in re.findall(r'<dl class="card kpi" id="card-(\w+)">(.*?)</dl>', page, re.DOTALL):
        found += [(name, text, href) for href, text in re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', card)]
    for row in re.findall(r'<tr><th scope="row".*?</tr>', page, re.DOTALL):
        for figure, cell in zip(COLUMNS, re.findall(r"<td.*?</td>", row, re.DOTALL), strict=True):
            link = re.search(r'<a href="([^"]*)">([^<]*)</a>', cell)
            assert link or cell.endswith(">–</td>"), cell
            found += [(figure, link[2], link[1])] if link else []
    return found


@pytest.mark.parametrize("who", ["rita", "alice"])
@pytest.mark.parametrize("query", ASKED.values(), ids=ASKED)
def test_every_figure_opens_what_it_counted(client, request, world, who, query):
    user = request.getfixturevalue(who)
    client.force_login(user)
    page = client.get(f"/dashboard/?{query}").content.decode()
    found = cells(page)
    assert len(found) >= 9 * 3 + 10 * 3
    wrong = [(figure, text, href) for figure, text, href in found if not fits(text, added_up(figure, user, href))]
    assert wrong == []
    filled = {figure for figure, text, _href in found if number(text)}
    assert filled == set(COLUMNS) if who == "rita" and not query else {"net", "orders", "customers"} <= filled


@pytest.mark.parametrize("who", ["rita", "alice"])
@pytest.mark.parametrize("query", [ASKED["last 12 months"], ASKED["a country"], ASKED["a channel"]])
@pytest.mark.parametrize("kind", ["customers", "countries", "articles"])
def test_every_row_of_the_best_opens_what_it_counted(client, request, world, who, query, kind):
    user = request.getfixturevalue(who)
    client.force_login(user)
    page = client.get(f"/dashboard/top/{kind}/?{query}").content.decode()
    rows = re.findall(r'<li class="mini">(.*?)</li>', page, re.DOTALL)
    assert rows
    for row in rows:
        (amount_url, amount), (orders_url, orders) = re.findall(r'<a class="number" href="([^"]*)">([^<]*)</a>', row)
        assert fits(amount, added_up("net", user, amount_url)), row
        assert fits(orders, added_up("orders", user, orders_url)), row


def test_the_links_are_accepted_by_the_pages_themselves(client, rita, world):
    client.force_login(rita)
    page = client.get("/dashboard/").content.decode()
    links = {unescape(href) for _figure, _text, href in cells(page)}
    shapes = {(urlsplit(link).path, tuple(sorted(dict(parse_qsl(urlsplit(link).query))))): link for link in links}
    assert len(shapes) >= 6
    for link in shapes.values():
        assert client.get(link).status_code == 200, link
