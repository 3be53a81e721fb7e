"""The products that an import names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from deals.models import Product
from exchange.deal_rows import key


def write_products(rows: Iterable[Mapping[str, Any]], currency: str) -> tuple[dict[str, int], int]:
    """Name -> id; those of the same letters are found, the others made. Also how many are new."""
    known = {key(name): pk for name, pk in Product.objects.order_by("-pk").values_list("name", "pk")}
    ids, new = {}, 0
    for row in rows:
        letters = key(row["name"])
        if letters not in known:
            price = Decimal(row["price"]) if row.get("price") else None
            made = Product.objects.create(
                name=row["name"], series=row.get("series") or "", price=price, currency=currency
            )
            known[letters], new = made.pk, new + 1
        ids[row["name"]] = known[letters]
    return ids, new
