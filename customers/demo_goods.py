"""The articles that the demo shop sells."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import accumulate

#: name -> (letters of the article number, usual price in cents)
THINGS = {
    "bread board": ("BB", 2450), "candle holder": ("CH", 1290), "cushion": ("CU", 1990), "teapot": ("TP", 3490),
    "mug": ("MG", 890), "tea towel": ("TT", 690), "lantern": ("LN", 2790), "picture frame": ("PF", 1490),
    "wool blanket": ("WB", 6900), "table lamp": ("TL", 8900), "side table": ("ST", 14900), "vase": ("VS", 2290),
    "wall clock": ("WC", 4490), "cake stand": ("CS", 2990), "storage basket": ("SB", 1890), "doormat": ("DM", 2190),
    "bookend": ("BE", 1690), "napkin set": ("NS", 1190), "wreath": ("WR", 2390), "gift box": ("GB", 590),
    "notebook": ("NB", 990), "soap dish": ("SD", 790), "mirror": ("MR", 7900), "egg cup": ("EC", 490),
}  # fmt: skip
LOOKS = (
    "oak", "linen", "copper", "blue", "sage green", "hand-painted", "striped", "white", "rustic", "walnut", "brass",
    "stoneware", "ochre", "recycled glass", "willow", "charcoal", "terracotta", "dotted", "folding", "vintage",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Article:
    """`price` in cents."""

    sku: str
    name: str
    price: int


class Shelf:
    """All articles; few of them sell most."""

    def __init__(self, rng: random.Random, count: int) -> None:
        pairs = [(look, thing) for thing in THINGS for look in LOOKS]
        rng.shuffle(pairs)
        self.articles = [self._article(rng, number, *pair) for number, pair in enumerate(pairs[:count], 1)]
        self.popularity = list(accumulate(1 / (rank + 3) ** 0.9 for rank in range(len(self.articles))))

    @staticmethod
    def _article(rng: random.Random, number: int, look: str, thing: str) -> Article:
        letters, price = THINGS[thing]
        # Whole tens of cents, ending in 9 tenths as shops do: 12.90, 24.50.
        exact = round(price * rng.uniform(0.7, 1.6), -1)
        return Article(f"{letters}{100 + number}", f"{thing.capitalize()}, {look}", int(exact))
