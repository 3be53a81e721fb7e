"""Which column of a file means what: declared once for files that are known, or said on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.utils import translation

from crm.countries import country_names
from customers.models import Channel, OrderKind

#: what a column can be, in the order of the staging table
FIELDS = (
    "number",
    "placed_at",
    "quantity",
    "unit_price",
    "sku",
    "description",
    "customer",
    "customer_name",
    "country",
    "kind",
)
REQUIRED = FIELDS[:4]


@dataclass(frozen=True)
class Layout:
    """How to read a file of order lines, one line a row. No currency: the base currency; no delimiter: found out."""

    source: str
    columns: Mapping[str, str]
    time_zone: str
    currency: str = ""
    kinds: tuple[tuple[str, str], ...] = ()
    channel: str = Channel.OTHER
    date_format: str = ""
    decimal_comma: bool = False
    delimiter: str = ""
    encoding: str = ""

    def kind_of(self, number: str) -> str:
        """The kind that the number's prefix says; a sale where it says nothing."""
        return next((kind for prefix, kind in self.kinds if number.startswith(prefix)), OrderKind.SALE)


#: What shops write instead of ISO's names, in small letters. "XC" and "XW" are our own codes.
SPOKEN_NAMES = {
    "channel islands": "XC",
    "czech republic": "CZ",
    "eire": "IE",
    "england": "GB",
    "european community": "EU",
    "great britain": "GB",
    "holland": "NL",
    "hong kong": "HK",
    "korea": "KR",
    "nigeria": "NG",
    "northern ireland": "GB",
    "philipines": "PH",
    "rsa": "ZA",
    "russia": "RU",
    "scotland": "GB",
    "south korea": "KR",
    "taiwan": "TW",
    "turkey": "TR",
    "uae": "AE",
    "uk": "GB",
    "united kingdom": "GB",
    "united states": "US",
    "unspecified": "",
    "usa": "US",
    "vietnam": "VN",
    "wales": "GB",
    "west indies": "XW",
}

PRESETS = {
    "online-retail": Layout(
        source="online-retail",
        columns={
            "number": "InvoiceNo",
            "placed_at": "InvoiceDate",
            "quantity": "Quantity",
            "unit_price": "UnitPrice",
            "sku": "StockCode",
            "description": "Description",
            "customer": "CustomerID",
            "country": "Country",
        },
        time_zone="Europe/London",
        channel=Channel.ONLINE,
        kinds=(("C", OrderKind.RETURN), ("A", OrderKind.ADJUSTMENT)),
    )
}


@cache
def country_codes() -> dict[str, str]:
    """Code and English name, in small letters, to code."""
    with translation.override("en"):
        names = country_names()
    codes = {code.lower(): code for code in names}
    return codes | {name.lower(): code for code, name in names.items()} | SPOKEN_NAMES
