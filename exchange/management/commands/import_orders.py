from __future__ import annotations

import resource
import sys
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from accounts.models import User
from customers.models import Channel, OrderKind
from exchange.orders import Outcome, import_orders
from exchange.presets import FIELDS, PRESETS, REQUIRED, Layout
from exchange.problems import Refused
from exchange.progress import Progress

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


class Command(BaseCommand):
    help = "Import orders from a CSV file with one order line a row (plain or .gz)."
    requires_migrations_checks = True

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.epilog, parser.formatter_class = EXPLAINED, RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--preset", choices=sorted(PRESETS), help="a known file; the options below change it")
        parser.add_argument("--map", action="append", default=[], metavar="FIELD=COLUMN", help="may be repeated")
        parser.add_argument(
            "--kind",
            action="append",
            default=[],
            metavar="PREFIX=KIND",
            help="orders whose number begins with PREFIX are of this kind, such as C=return",
        )
        parser.add_argument("--source", help="the name of the shop or system the numbers come from")
        parser.add_argument("--time-zone", help="the zone of times without an offset, such as Europe/London")
        parser.add_argument("--currency", help="three capital letters; the base currency unless given")
        parser.add_argument("--channel", choices=Channel.values)
        parser.add_argument("--delimiter", help="one character, or tab; found out from the header unless given")
        parser.add_argument("--encoding", help="utf-8 unless given or marked in the file")
        parser.add_argument("--date-format", help="such as %%d/%%m/%%Y %%H:%%M; YYYY-MM-DD HH:MM:SS unless given")
        parser.add_argument("--decimal-comma", action="store_true", help="1,5 is one and a half")
        parser.add_argument("--errors", type=Path, metavar="FILE", help="write every problem to FILE")
        parser.add_argument("--by", metavar="E-MAIL", help="the user in whose name this is done")
        parser.add_argument("--verbose", action="store_true", help="say how long each step took and the memory used")

    def handle(self, *args: Any, **options: Any) -> None:
        begun, path = time.monotonic(), options["file"]
        try:
            with ExitStack() as stack, translation.override("en"):
                layout, by = _layout(options), _user(options["by"])
                errors = stack.enter_context(_opened(options["errors"])) if options["errors"] else None
                progress = Progress(sys.stderr, path.stat().st_size if path.is_file() else 0)
                stack.callback(progress.close)
                outcome = import_orders(path, layout, by=by, errors=errors, told=progress)
        except Refused as refusal:
            raise CommandError("\n".join(filter(None, [refusal.problems.report(), str(refusal)]))) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped: nothing was imported.", returncode=130) from None
        self.stdout.write(_said(outcome))
        if options["verbose"]:
            self.stdout.write(_measured(outcome, time.monotonic() - begun))


def _layout(options: dict[str, Any]) -> Layout:
    base = PRESETS[options["preset"]] if options["preset"] else Layout(source="", columns={}, time_zone="")
    said = {name: options[name] for name in ("source", "time_zone", "currency", "channel", "encoding", "date_format")}
    layout = replace(
        base,
        **{name: value for name, value in said.items() if value is not None},
        columns={**base.columns, **dict(_pair(text, "--map") for text in options["map"])},
        kinds=(*(_kind(text) for text in options["kind"]), *base.kinds),
        delimiter=_delimiter(options["delimiter"] or ""),
        decimal_comma=options["decimal_comma"],
    )
    for name, option in (("source", "--source"), ("time_zone", "--time-zone")):
        if not getattr(layout, name):
            raise Refused(f"Give {option}, or a --preset.")
    return layout


def _pair(text: str, option: str) -> tuple[str, str]:
    left, equals, right = text.partition("=")
    if not (left and equals and right):
        raise Refused(f"{option} {text} is not of the form NAME=VALUE.")
    return left.strip(), right.strip()


def _kind(text: str) -> tuple[str, str]:
    prefix, kind = _pair(text, "--kind")
    if kind not in OrderKind.values:
        raise Refused(f"--kind {text}: a kind is one of {', '.join(OrderKind.values)}.")
    return prefix, kind


def _delimiter(text: str) -> str:
    character = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(character) > 1 or character in {'"', "\n", "\r"}:
        raise Refused("--delimiter is one character, or the word tab.")
    return character


def _user(email: str | None) -> User | None:
    if not email:
        return None
    if (user := User.objects.active().filter(email=email.lower()).first()) is None:
        raise Refused(f"No active user has the e-mail {email}.")
    return user


def _opened(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8")
    except OSError as problem:
        raise Refused(f"{path} cannot be written: {problem.strerror}.") from None


def _said(outcome: Outcome) -> str:
    known = f" {outcome.known:,} orders were known already." if outcome.known else ""
    if not outcome.orders:
        return f"Nothing new.{known}" if outcome.known else "Nothing new: the file has no rows."
    return (
        f"{outcome.orders:,} orders with {outcome.lines:,} lines imported, {outcome.customers:,} new customers.{known}"
    )


def _measured(outcome: Outcome, total: float) -> str:
    steps = [f"  {seconds:6.1f} s  {step}" for step, seconds in outcome.seconds.items()]
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return "\n".join([*steps, f"  {total:6.1f} s  in all, {megabytes:.0f} MB of memory at most"])
