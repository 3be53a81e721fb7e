"""The orders of the demo data and their lines, row by row for COPY, in the order of their time."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from customers.demo_calendar import ADJUSTMENT, BITS, DAY, DAYS, PLACE, RETURN, SALE, Calendar, Timeline
from customers.demo_goods import Article, Shelf
from customers.demo_places import PLACES
from customers.models import Channel, OrderKind, OrderStatus

LINE_COUNTS = (1, 2, 3, 4, 5, 6, 8)
LINE_SHARES = list(accumulate((34, 27, 17, 10, 6, 4, 2)))
QUANTITIES = (1, 2, 3, 4, 6, 12, 24)
QUANTITY_SHARES = list(accumulate((46, 22, 9, 8, 9, 5, 1)))
CHANNELS = (Channel.ONLINE.value, Channel.SHOP.value, Channel.MARKETPLACE.value, Channel.PHONE.value)
CHANNEL_SHARES = list(accumulate((54, 18, 16, 12)))
CODES = [place.code for place in PLACES]
CODE_SHARES = list(accumulate(place.weight for place in PLACES))
KINDS = {SALE: OrderKind.SALE.value, RETURN: OrderKind.RETURN.value, ADJUSTMENT: OrderKind.ADJUSTMENT.value}
LETTERS = {SALE: "S", RETURN: "R", ADJUSTMENT: "A"}
COMPLETED = OrderStatus.COMPLETED.value
GOODWILL = Article("ADJ", "Goodwill credit", 0)

#: (article, quantity, cents a piece)
Item = tuple[Article, int, int]
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Sold:
    """What a return or an adjustment needs to know of its sale."""

    order: int
    customer: int | None
    country: str
    channel: str
    items: list[Item]


class Orders:
    """Walks a timeline once. `countries` are those of the customers, whose ids begin at `first_customer`."""

    def __init__(
        self, rng: random.Random, calendar: Calendar, shelf: Shelf, countries: Sequence[str], first_customer: int
    ) -> None:
        self._rng, self._calendar, self._shelf = rng, calendar, shelf
        self._countries, self._first_customer = countries, first_customer

    def rows(self, timeline: Timeline, first_id: int) -> Iterator[tuple[Row, list[Row]]]:
        """Each order as demo.py stages it, and its lines."""
        needed = {event & PLACE for event in timeline.events if event >> BITS & 3 != SALE}
        remembered: dict[int, Sold] = {}
        for number, event in enumerate(timeline.events):
            moment, kind, place = event >> (BITS + 2), event >> BITS & 3, event & PLACE
            pk = first_id + number
            if kind == SALE:
                sold = self._sold(pk, timeline.sales[place] & PLACE)
                items, status, of = sold.items, COMPLETED, None
                if place in needed:
                    remembered[place] = sold
                else:
                    status = self._status(moment // DAY)
            else:
                sold, status = remembered[place], COMPLETED
                items, of = (self._back(sold), sold.order) if kind == RETURN else (self._goodwill(), None)
            total = _money(sum(count * cents for _, count, cents in items))
            what = (f"{LETTERS[kind]}-{100_001 + number}", sold.customer, KINDS[kind], status, sold.channel)
            order = (pk, *what, sold.country, self._calendar.text(moment), total, of)
            yield (
                order,
                [
                    (pk, position, article.sku, article.name, count, _money(cents))
                    for position, (article, count, cents) in enumerate(items, 1)
                ],
            )

    def _sold(self, pk: int, customer: int) -> Sold:
        choices = self._rng.choices
        country = self._countries[customer - 1] if customer else choices(CODES, cum_weights=CODE_SHARES)[0]
        channel = choices(CHANNELS, cum_weights=CHANNEL_SHARES)[0]
        count = choices(LINE_COUNTS, cum_weights=LINE_SHARES)[0]
        articles = choices(self._shelf.articles, cum_weights=self._shelf.popularity, k=count)
        quantities = choices(QUANTITIES, cum_weights=QUANTITY_SHARES, k=count)
        # A dozen and more are cheaper.
        items = [(a, n, a.price if n < 12 else a.price * 9 // 10) for a, n in zip(articles, quantities, strict=True)]
        return Sold(pk, self._first_customer + customer - 1 if customer else None, country, channel, items)

    def _back(self, sold: Sold) -> list[Item]:
        """Some of the lines come back, some of them not all pieces."""
        rng = self._rng
        lines = sold.items if rng.random() < 0.4 else rng.sample(sold.items, rng.randint(1, len(sold.items)))
        return [(article, -rng.randint(1, count), cents) for article, count, cents in lines]

    def _goodwill(self) -> list[Item]:
        return [(GOODWILL, 1, -self._rng.randrange(500, 6000, 50))]

    def _status(self, day: int) -> str:
        chance = self._rng.random()
        if day >= DAYS - 3 and chance < 0.7:
            return OrderStatus.OPEN.value
        if chance > 0.98:
            return OrderStatus.CANCELLED.value
        if chance > 0.973:
            return OrderStatus.FAILED.value
        return OrderStatus.DRAFT.value if day >= DAYS - 20 and chance > 0.95 else COMPLETED


def _money(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"
