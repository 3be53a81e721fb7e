"""Every figure on the board of sales is a link, and what it opens adds up to it."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import cache
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import QueryDict

from dashboard import sales_views
from dashboard.sales_tables import WorkList
from dashboard.wording import MINUS
from deals.tables import DealList
from leads.tables import LeadList
from tests import factories
from tests.dashboard import sales_scene

TODAY = dt.date(2026, 4, 9)
FIRST, LAST = dt.date(2025, 1, 10), TODAY
LISTS = {"/leads/": LeadList, "/deals/list/": DealList, "/dashboard/sales/activities/": WorkList}
ASKED = {
    "last 12 months": "",
    "weeks, not over": "from=2026-03-03&to=2026-04-19&bucket=week",
    "days, against the year before": "from=2026-03-27&to=2026-04-09&bucket=day&against=year",
    "all time": "preset=all",
}


@pytest.fixture
def world(alice, bob, mona, monkeypatch):
    monkeypatch.setattr(sales_views, "today", lambda: TODAY)
    eve = factories.UserFactory(name="Eve Elsewhere", role="sales")
    sales_scene.fill(owners=[alice, alice, bob, mona, eve, None], first=FIRST, last=LAST)


@cache  # users are new in each test, and many figures lead to the same rows
def opened(user, href):
    """The rows of the list that `href` opens, as its own page would show them."""
    address = urlsplit(unescape(href))
    return list(LISTS[address.path](user, QueryDict(address.query)).rows_in_scope)


def number(text):
    digits = re.sub(r"[^\d.−]", "", text).replace(MINUS, "-")
    return Decimal(digits) if digits else None


def rate(hits, of):
    return Decimal(100 * len(hits)) / len(of) if of else None


def weighted(deal):
    chance = deal.stage.probability if deal.probability is None else deal.probability
    return ((deal.base_amount or 0) * chance / Decimal(100)).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def value(rows):
    return sum((row.base_amount or Decimal(0) for row in rows), Decimal(0))


def added_up(figure, user, href):
    rows = opened(user, href)
    match figure:
        case "conversion":
            return rate([row for row in rows if row.status == "converted"], rows)
        case "source_rate":
            return rate([row for row in rows if row.status == "converted"], rows)
        case "win_rate":
            return rate([row for row in rows if row.status == "won"], rows)
        case "answers":
            late = opened(user, href.replace("in_time", "late"))
            assert not {row.pk for row in rows} & {row.pk for row in late}
            return rate(rows, [*rows, *late])
        case "weighted":
            return sum((weighted(row) for row in rows), Decimal(0))
        case "pipeline" | "won_value" | "lost_value":
            return value(rows)
    return Decimal(len(rows))


def fits(text, found):
    """To the cent or the tenth, as shown; whole units where only those are shown."""
    shown = number(text)
    if shown is None or found is None:
        return shown is None and found is None
    places = Decimal("0.1") if "%" in text else Decimal("0.01") if "." in text else Decimal(1)
    return abs(shown - found) <= places / 2


LINK = r'<a href="([^"]*)"[^>]*>([^<]*)</a>'
CARDS = {"won": "won_value", "lost": "lost_value"}
COLUMNS = {
    "trend-leads": ("new", "new", "converted", "lost"),
    "trend-deals": ("won", "lost", "won", "won_value", "lost_value", "win_rate"),
    "leads-by-status": ("status",),
    "leads-by-source": ("source", "converted", "source_rate"),
    "work": ("work",) * 5,
}


def figures(page):
    """(figure, shown, link) of all cards and all cells of the tables."""
    found = []
    for name, card in re.findall(r'<dl class="card kpi" id="card-(\w+)">(.*?)</dl>', page, re.DOTALL):
        for href, text in re.findall(r'<a href="([^"]*)"(?![^>]*data-part)[^>]*>([^<]*)</a>', card):
            found.append((CARDS.get(name, name), text, href))
        for href, part, text in re.findall(r'<a href="([^"]*)" data-part="(\w+)">([^<]*)</a>', card):
            found.append((part, text, href))
    for table, columns in COLUMNS.items():
        section = re.search(rf'<section class="card" id="{table}".*?</section>', page, re.DOTALL)[0]
        for row in re.findall(r'<tr><th scope="row".*?</tr>', section, re.DOTALL):
            cells = [cell for cell in re.findall(r"<td.*?</td>", row, re.DOTALL) if "<meter" not in cell]
            for figure, cell in zip(columns, cells, strict=True):
                link = re.search(LINK, cell)
                assert link or ">–</td>" in cell, cell
                found += [(figure, link[2], link[1])] if link else []
    return found


@pytest.mark.parametrize("who", ["rita", "mona", "alice"])
@pytest.mark.parametrize("query", ASKED.values(), ids=ASKED)
def test_every_figure_opens_what_it_counted(client, request, world, who, query):
    user = request.getfixturevalue(who)
    client.force_login(user)
    found = figures(client.get(f"/dashboard/sales/?{query}").content.decode())
    assert len({figure for figure, _text, _href in found}) >= (15 if query else 17)
    wrong = [(figure, text, href) for figure, text, href in found if not fits(text, added_up(figure, user, href))]
    assert wrong == []


@pytest.mark.parametrize("filters", ["team={team}", "owner={bob}", "team={team}&owner={bob}", "owner=none"])
def test_so_does_every_figure_of_a_team_or_a_person(client, ada, team, bob, world, filters):
    client.force_login(ada)
    asked = filters.format(team=team.pk, bob=bob.pk)
    found = figures(client.get(f"/dashboard/sales/?{asked}").content.decode())
    wrong = [(figure, text, href) for figure, text, href in found if not fits(text, added_up(figure, ada, href))]
    assert wrong == []
    assert any(number(text) for figure, text, _href in found if figure == "won")


def test_the_links_are_accepted_by_the_pages_themselves(client, rita, alice, world):
    for user in (rita, alice):
        client.force_login(user)
        links = {unescape(href) for _figure, _text, href in figures(client.get("/dashboard/sales/").content.decode())}
        shapes = {(urlsplit(link).path, tuple(sorted(dict(parse_qsl(urlsplit(link).query))))): link for link in links}
        assert len(shapes) >= 8
        for link in shapes.values():
            assert client.get(link).status_code == 200, link
