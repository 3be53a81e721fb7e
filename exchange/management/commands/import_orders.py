from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from customers.models import Channel, OrderKind
from exchange.command import ImportCommand, pair, pairs, said_options
from exchange.orders import Outcome, import_orders
from exchange.presets import FIELDS, PRESETS, REQUIRED, Layout
from exchange.problems import Refused

EXPLAINED = f"""
A column can be: {", ".join(FIELDS)}; {", ".join(REQUIRED)} are needed.
  import_orders shop.csv --source shop --time-zone Europe/Berlin --currency EUR \\
      --map number=Order --map placed_at=Date --map quantity=Qty --map unit_price=Price --map sku=Article

Lines with the same number are one order: its time is that of its earliest line, its country that of its first line
that names one. A new customer gets the country of their newest line. Orders without a customer number stay without a
customer. An order is known by source and number: known ones add nothing, and are refused when their content changed.
One wrong row refuses the file. Exit code: 0 when done or nothing was new, 1 when refused.

Amounts are in the base currency unless --currency names another, which needs an exchange rate for every day of the
file. The amounts of Online Retail are pounds: set BASE_CURRENCY=GBP first, or enter rates and give --currency GBP.
"""


class Command(ImportCommand):
    help = "Import orders from a CSV file with one order line a row (plain or .gz)."
    explained, presets = EXPLAINED, PRESETS

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--kind",
            action="append",
            default=[],
            metavar="PREFIX=KIND",
            help="orders whose number begins with PREFIX are of this kind, such as C=return",
        )
        parser.add_argument("--time-zone", help="the zone of times without an offset, such as Europe/London")
        parser.add_argument("--channel", choices=Channel.values)

    def bring(self, options: dict[str, Any], **common: Any) -> tuple[str, Mapping[str, float]]:
        outcome = import_orders(options["file"], _layout(options), **common)
        return _said(outcome), outcome.seconds


def _layout(options: dict[str, Any]) -> Layout:
    base = PRESETS[options["preset"]] if options["preset"] else Layout(source="", columns={}, time_zone="")
    layout = replace(
        base,
        **said_options(options, "source", "time_zone", "currency", "channel", "encoding", "date_format"),
        columns={**base.columns, **pairs(options["map"], "--map")},
        kinds=(*(_kind(text) for text in options["kind"]), *base.kinds),
        decimal_comma=options["decimal_comma"],
    )
    for name, option in (("source", "--source"), ("time_zone", "--time-zone")):
        if not getattr(layout, name):
            raise Refused(f"Give {option}, or a --preset.")
    return layout


def _kind(text: str) -> tuple[str, str]:
    prefix, kind = pair(text, "--kind")
    if kind not in OrderKind.values:
        raise Refused(f"--kind {text}: a kind is one of {', '.join(OrderKind.values)}.")
    return prefix, kind


def _said(outcome: Outcome) -> str:
    known = f" {outcome.known:,} orders were known already." if outcome.known else ""
    if not outcome.orders:
        return f"Nothing new.{known}" if outcome.known else "Nothing new: the file has no rows."
    return (
        f"{outcome.orders:,} orders with {outcome.lines:,} lines imported, {outcome.customers:,} new customers.{known}"
    )
