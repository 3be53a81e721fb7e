"""The pages that are measured, and what each may cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Model, QuerySet
from django.http import QueryDict
from django.urls import NoReverseMatch, get_resolver, reverse

from accounts.models import Role, User
from activities.models import Activity
from crm import moments
from crm.keyset import SORT, Position
from crm.lists import listing_of
from customers.models import Company, Customer, Order, Phone
from deals.board import DealBoard
from deals.models import Deal
from leads.models import Lead

#: words in the names of pages that add up a whole range
RANGES = ("board", "forecast", "report", "a day")
#: how many rows lie before a deep page
DEEP = 25_000


@dataclass(frozen=True)
class Page:
    """`urls` are asked for in turn. At most `multiple` times the floor, and `queries` queries."""

    name: str
    urls: tuple[str, ...]
    multiple: int
    queries: int
    #: a page that may read all orders of a range
    reads_ranges: bool = False


Maker = Callable[[], tuple[str, ...]]


def pages() -> tuple[list[Page], list[str]]:
    """The pages that exist, and the names of those that do not yet."""
    get_resolver().url_patterns  # noqa: B018  loading the pages declares their lists
    found, absent = [], []
    for name, (multiple, queries, make) in DECLARED.items():
        try:
            urls = make()
        except (NoReverseMatch, KeyError):
            absent.append(name)
            continue
        found.append(Page(name, urls, multiple, queries, reads_ranges=any(word in name for word in RANGES)))
    return found, absent


def _of(url_name: str, **query: object) -> Maker:
    return lambda: (_url(url_name, **query),)


def _url(url_name: str, *args: object, **query: object) -> str:
    return reverse(url_name, args=args) + (f"?{urlencode(query)}" if query else "")


def _deep(listing: str, url_name: str) -> Maker:
    """The page behind row DEEP (or the middle of a smaller table) in the list's own order."""

    def make() -> tuple[str, ...]:
        table = listing_of(listing)
        name = table.default_sort
        sort, down = table.sorts[name.removeprefix("-")], name.startswith("-")
        rows = table.model._default_manager.annotate(**{SORT: sort.expression})
        rows = rows.order_by(*([f"-{SORT}", "-pk"] if down else [SORT, "pk"])).values_list(SORT, "pk")
        before = min(DEEP, rows.count() // 2)
        value, pk = rows[before - 1]
        return (_url(url_name, after=Position(value, pk, before).encode()),)

    return make


def _records(url_name: str) -> Maker:
    """The records of twenty customers, those with the most orders among them."""

    def make() -> tuple[str, ...]:
        known = Customer.objects.order_by("-orders_count").values_list("pk", flat=True)
        return tuple(_url(url_name, pk) for pk in [*known[:10], *known[1_000:1_010]])

    return make


def _phones(digits: int | None) -> Maker:
    """Look-up of twenty numbers, whole or by their last digits."""

    def make() -> tuple[str, ...]:
        numbers = Phone.objects.order_by("pk").values_list("number", flat=True)[:20]
        return tuple(_url("search", q=number[-digits:] if digits else number) for number in numbers)

    return make


def _board(days: int, bucket: str) -> Maker:
    def make() -> tuple[str, ...]:
        last = moments.today() - dt.timedelta(days=1)
        return (_range(last - dt.timedelta(days=days - 1), last, bucket),)

    return make


def _boards_never_seen() -> tuple[str, ...]:
    """A quarter that begins on another day each time, so that nothing of it has been kept."""
    last = moments.today() - dt.timedelta(days=1)
    ends = (last - dt.timedelta(days=back) for back in range(0, 400, 2))
    return tuple(_range(end - dt.timedelta(days=90), end, "week") for end in ends)


def _range(first: dt.date, last: dt.date, bucket: str) -> str:
    return _url("dashboard:revenue", **{"from": first, "to": last, "bucket": bucket})


def _order() -> tuple[str, ...]:
    return tuple(_url("orders:detail", pk) for pk in Order.objects.order_by("-pk").values_list("pk", flat=True)[:20])


def _company() -> tuple[str, ...]:
    busy = Company.objects.annotate(people=Count("customers")).order_by("-people").values_list("pk", flat=True)
    return tuple(_url("companies:detail", pk) for pk in busy[:20])


def _owned() -> tuple[str, ...]:
    owner = Customer.objects.exclude(owner=None).values_list("owner", flat=True).first()
    return (_url("customers:index", owner=owner),)


def _newest(model: type[Model], url_name: str) -> Maker:
    """The records about which most was done, of those that the manager of a team sees."""

    def make() -> tuple[str, ...]:
        busy = Activity.objects.exclude(**{model.__name__.lower(): None})
        ids = busy.filter(owner__in=_team()).values_list(f"{model.__name__.lower()}_id", flat=True)
        most = ids.annotate(n=Count("pk")).order_by("-n", "-" + f"{model.__name__.lower()}_id")
        return tuple(_url(url_name, pk) for pk in most[:20])

    return make


def _team() -> QuerySet[User]:
    """Of the one who looks: see measure.py."""
    manager = User.objects.active().filter(role=Role.MANAGER).exclude(team=None).order_by("pk")[:1]
    return User.objects.filter(team__in=manager.values("team"))


def _deal_column() -> tuple[str, ...]:
    """The next cards of the longest columns that are not written whole at once."""
    admin = User.objects.filter(role=Role.ADMIN).order_by("pk")[0]
    columns = DealBoard(admin, QueryDict(), today=moments.today()).board.columns
    return tuple(column.more_url for column in columns if column.more_url)


#: name -> multiple of the floor, queries, how its addresses are made
DECLARED: dict[str, tuple[int, int, Maker]] = {
    "customers, first page": (3, 10, _of("customers:index")),
    "customers, deep page": (3, 10, _deep("customers", "customers:index")),
    "customers of a country": (3, 10, _of("customers:index", country="GB")),
    "customers of an owner": (3, 10, _owned),
    "customers, two filters": (3, 10, _of("customers:index", country="DE", lifecycle="former")),
    "customers by value": (3, 10, _of("customers:index", sort="-value")),
    "customers, common name": (3, 8, _of("customers:index", q="smith")),
    "customers, rare name": (3, 8, _of("customers:index", q="thistlewood")),
    "customer record": (4, 15, _records("customers:detail")),
    "phone, whole number": (3, 8, _phones(None)),
    "phone, last 7 digits": (3, 8, _phones(7)),
    "phone, last 4 digits": (3, 8, _phones(4)),
    "name with a typo": (3, 8, _of("search", q="thistelwood")),
    "companies, first page": (3, 10, _of("companies:index")),
    "company record": (4, 15, _company),
    "orders, first page": (3, 10, _of("orders:index")),
    "orders, deep page": (3, 10, _deep("orders", "orders:index")),
    "orders, returns": (3, 10, _of("orders:index", kind="return")),
    "order record": (4, 15, _order),
    "board, 30 days by day": (5, 15, _board(30, "day")),
    "board, a year by month": (5, 15, _board(365, "month")),
    "board, 30 months by week": (5, 15, _board(912, "week")),
    "board, never seen before": (5, 15, _boards_never_seen),
    "deals board": (5, 12, _of("deals:board")),
    "deals board by next activity": (5, 12, _of("deals:board", sort="next")),
    "deals board, column page": (3, 12, _deal_column),
    "deals forecast": (5, 12, _of("deals:forecast")),
    "deals forecast, past": (5, 12, _of("deals:forecast_past")),
    "deals, first page": (3, 12, _of("deals:list")),
    "deals by amount": (3, 12, _of("deals:list", sort="-amount")),
    "deals won": (3, 12, _of("deals:list", status="won")),
    "deal record": (4, 20, _newest(Deal, "deals:detail")),
    "pipeline report": (5, 15, _of("reports:pipeline")),
    "sales board": (5, 15, _of("dashboard:sales")),
    "leads, first page": (3, 12, _of("leads:index")),
    "leads, deep page": (3, 12, _deep("leads", "leads:index")),
    "leads by score": (3, 12, _of("leads:index", sort="-score")),
    "leads by clock": (3, 12, _of("leads:index", sort="clock")),
    "leads, new": (3, 12, _of("leads:index", status="new")),
    "leads, common name": (3, 12, _of("leads:index", q="smith")),
    "leads board": (5, 12, _of("leads:board")),
    "lead record": (4, 20, _newest(Lead, "leads:detail")),
    "leads unattended": (3, 12, _of("leads:unattended")),
    "today, a day of the team": (5, 15, _of("home")),
}
