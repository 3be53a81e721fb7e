"""What customers bought, for their pages: figures, the last orders, purchases month by month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import moments
from crm.money import money_text
from customers.models import Customer, Order
from customers.models.order import IS_PURCHASE

if TYPE_CHECKING:
    from accounts.models import User

LATEST = 5
MONTHS = 12


@dataclass(frozen=True)
class Figure:
    """A figure, what it is of, and where its rows are."""

    label: str
    value: str
    note: str = ""
    url: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Month:
    """One month: what was bought, and in the same month of the year before."""

    label: str
    short: str
    amount: Decimal
    before: Decimal
    url: str

    @property
    def amount_text(self) -> str:
        return money_text(self.amount)

    @property
    def before_text(self) -> str:
        return money_text(self.before)


def orders_url(**filters: object) -> str:
    return f"{reverse('orders:index')}?{urlencode({name: str(value) for name, value in filters.items()})}"


def figures_of(customer: Customer) -> list[Figure]:
    """The figures kept on the customer: no query."""
    average = customer.net_total / customer.orders_count if customer.orders_count else None
    count, all_orders = customer.orders_count, orders_url(customer=customer.pk)
    first = moments.shown(customer.first_order_at).when if customer.first_order_at else ""
    return [
        Figure(
            _("Net value"),
            money_text(customer.net_total),
            _("returns taken off"),
            orders_url(customer=customer.pk, counted=1),
        ),
        Figure(
            _("Orders"),
            formats.number_format(count, force_grouping=True),
            _("since %(day)s") % {"day": first.partition(",")[0]} if first else _("none yet"),
            orders_url(customer=customer.pk, purchase=1),
        ),
        Figure(_("Average order"), money_text(average), _("net value by orders") if average else ""),
        _last(customer.last_order_at, all_orders),
    ]


def _last(at: dt.datetime | None, url: str) -> Figure:
    if at is None:
        return Figure(_("Last order"), "–", _("never ordered"))
    shown = moments.shown(at)
    return Figure(_("Last order"), shown.when.partition(",")[0], url=url, at=at)


def of_company(people: QuerySet[Customer], *, sees_orders: bool) -> list[Figure]:
    """How many people, and what they brought together."""
    if not sees_orders:
        return [Figure(_("Customers"), formats.number_format(people.count(), force_grouping=True))]
    sums = people.order_by().aggregate(
        count=Count("pk"), net=Sum("net_total"), orders=Sum("orders_count"), last=Max("last_order_at")
    )
    buyers = ngettext("%(count)s customer", "%(count)s customers", sums["count"]) % {"count": sums["count"]}
    return [
        Figure(_("Customers"), formats.number_format(sums["count"], force_grouping=True)),
        Figure(_("Net value"), money_text(sums["net"] or Decimal()), _("of %(who)s") % {"who": buyers}),
        Figure(_("Orders"), formats.number_format(sums["orders"] or 0, force_grouping=True)),
        _last(sums["last"], ""),
    ]


def latest(customer: Customer, user: User) -> list[Order]:
    return list(Order.objects.visible_to(user).filter(customer=customer).order_by("-placed_at", "-pk")[:LATEST])


def months(customer: Customer, user: User, *, today: dt.date) -> list[Month]:
    """The last twelve months, this one included, beside the same ones a year before. None when nothing was bought."""
    if not customer.orders_count:
        return []
    zone = moments.organisation_zone()
    starts = _starts(today, 2 * MONTHS)
    bought = Order.objects.visible_to(user).counted().filter(IS_PURCHASE, customer=customer)
    since = bought.filter(placed_at__gte=moments.day_start(starts[0], zone))
    sums = since.annotate(month=TruncMonth("placed_at", tzinfo=zone)).order_by().values_list("month")
    amounts = {month.date(): amount for month, amount in sums.annotate(amount=Sum("base_total"))}
    url = orders_url(customer=customer.pk, purchase=1)
    shown = [_month(url, start, amounts, starts[place]) for place, start in enumerate(starts[MONTHS:])]
    return shown if any(month.amount or month.before for month in shown) else []


def _month(url: str, start: dt.date, amounts: dict[dt.date, Decimal], before: dt.date) -> Month:
    last = _next(start) - dt.timedelta(days=1)
    return Month(
        label=formats.date_format(start, "F Y"),
        short=formats.date_format(start, "M"),
        amount=amounts.get(start, Decimal()),
        before=amounts.get(before, Decimal()),
        url=f"{url}&placed_from={start}&placed_to={last}",
    )


def _starts(today: dt.date, count: int) -> list[dt.date]:
    """The first days of the last `count` months, oldest first."""
    found = [today.replace(day=1)]
    while len(found) < count:
        found.append((found[-1] - dt.timedelta(days=1)).replace(day=1))
    return found[::-1]


def _next(month: dt.date) -> dt.date:
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
