"""What the demo shop sells to other businesses, and what its deals are called."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from deals.lines import amount_of
from deals.models import Product

#: name, article number, series, list price
PRODUCTS = (
    ("Lobby lighting, 12 lamps", "HO-120", "Hotel", "1680.00"),
    ("Room set, bedside", "HO-210", "Hotel", "249.00"),
    ("Breakfast service, 40 places", "HO-310", "Hotel", "1490.00"),
    ("Wool blankets, 10 pieces", "HO-410", "Hotel", "590.00"),
    ("Display shelf, oak", "SH-100", "Shop", "890.00"),
    ("Opening assortment, small", "SH-210", "Shop", "2400.00"),
    ("Opening assortment, large", "SH-220", "Shop", "6900.00"),
    ("Seasonal range, 6 cartons", "SH-330", "Shop", "1150.00"),
    ("Gift boxes, 100 pieces", "GI-100", "Gifts", "1290.00"),
    ("Gift boxes with print, 100 pieces", "GI-110", "Gifts", "1590.00"),
    ("Printed mugs, 144 pieces", "GI-210", "Gifts", "1080.00"),
    ("Table setting, 20 guests", "EV-100", "Events", "740.00"),
    ("Lanterns, 24 pieces", "EV-210", "Events", "560.00"),
    ("Styling of the rooms, a day", "SE-100", "Service", "680.00"),
    ("Delivery and mounting", "SE-210", "Service", "320.00"),
)
#: of the title: what it is about, and the series its products are from
SUBJECTS = (
    ("Lobby and rooms", "Hotel"), ("Refurbishment of the guest rooms", "Hotel"), ("Breakfast room", "Hotel"),
    ("Blankets for the winter", "Hotel"), ("New terrace", "Hotel"), ("Second house", "Hotel"),
    ("Opening assortment", "Shop"), ("Christmas range", "Shop"), ("Spring range", "Shop"),
    ("Shelves for two branches", "Shop"), ("Shop in the station", "Shop"), ("Annual supply agreement", "Shop"),
    ("Gifts for the staff", "Gifts"), ("Gifts for customers", "Gifts"), ("Mugs with the logo", "Gifts"),
    ("Anniversary, 150 guests", "Events"), ("Summer party", "Events"), ("Trade fair stand", "Events"),
    ("Wedding season", "Events"), ("Conference dinner", "Events"),
)  # fmt: skip
SERVICE = "Service"
DESCRIPTIONS = ("Special colour", "Engraving", "Packaging with the logo", "Express delivery")
LOST_NOTES = (
    "Ours were 8 % dearer.", "Stays with the present supplier for another year.", "The budget was cut in the end.",
    "Needed delivery within a week.", "The project was called off.", "Nobody called back after the quote.", "",
)  # fmt: skip
QUANTITIES = (1, 1, 2, 2, 3, 4, 6, 8, 12, 20)
DISCOUNTS = (0, 0, 0, 0, 5, 10, 15)


class Basket:
    """Draws the products of a deal: some of one series, often with the work that comes with it."""

    def __init__(self, rng: random.Random, products: Sequence[Product]) -> None:
        self._rng = rng
        self._series: dict[str, list[Product]] = {}
        for product in products:
            self._series.setdefault(product.series, []).append(product)

    def lines(self, deal: int, series: str) -> list[tuple[Any, ...]]:
        """Deal, position, product, description, quantity, price, discount in percent."""
        rng = self._rng
        stock = self._series[series]
        chosen = rng.sample(stock, min(rng.choice((1, 1, 2, 2, 3)), len(stock)))
        goods: list[tuple[int | None, str, Decimal]] = [(one.pk, "", one.price or Decimal()) for one in chosen]
        if rng.random() < 0.4:
            service = rng.choice(self._series[SERVICE])
            goods.append((service.pk, "", service.price or Decimal()))
        if rng.random() < 0.12:
            goods.append((None, rng.choice(DESCRIPTIONS), Decimal(rng.choice((45, 80, 120, 250)))))
        return [
            (deal, place, *thing, self._quantity(price), price, Decimal(rng.choice(DISCOUNTS)))
            for place, (*thing, price) in enumerate(goods, 1)
        ]

    def _quantity(self, price: Decimal) -> Decimal:
        """Few of what is dear."""
        return Decimal(self._rng.choice(QUANTITIES[:5] if price > 1_000 else QUANTITIES))


def total(lines: Sequence[tuple[Any, ...]]) -> Decimal:
    return sum((amount_of(*line[4:]) for line in lines), Decimal())
