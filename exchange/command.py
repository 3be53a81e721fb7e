"""What the import commands share: their common options, the way they end, and what they say about the time it took."""

from __future__ import annotations

import resource
import sys
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from accounts.models import User
from exchange.problems import Refused
from exchange.progress import Progress


class ImportCommand(BaseCommand):
    """Subclasses say `bring`: import the file and return the sentence for the screen and the seconds by step."""

    requires_migrations_checks = True
    explained: ClassVar[str]
    presets: ClassVar[Mapping[str, Any]]

    def bring(self, options: dict[str, Any], **common: Any) -> tuple[str, Mapping[str, float]]:
        """`common`: by, errors, told, as every import takes them."""
        raise NotImplementedError

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.epilog, parser.formatter_class = self.explained, RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--preset", choices=sorted(self.presets), help="a known file; the options below change it")
        parser.add_argument("--map", action="append", default=[], metavar="FIELD=COLUMN", help="may be repeated")
        parser.add_argument("--source", help="the name of the shop or system the numbers come from")
        parser.add_argument("--currency", help="three capital letters; the base currency unless given")
        parser.add_argument("--delimiter", help="one character, or tab; found out from the header unless given")
        parser.add_argument("--encoding", help="utf-8 unless given or marked in the file")
        parser.add_argument("--date-format", help="such as %%d/%%m/%%Y; YYYY-MM-DD unless given")
        parser.add_argument("--decimal-comma", action="store_true", help="1,5 is one and a half")
        parser.add_argument("--errors", type=Path, metavar="FILE", help="write every problem to FILE")
        parser.add_argument("--by", metavar="E-MAIL", help="the user in whose name this is done")
        parser.add_argument("--verbose", action="store_true", help="say how long each step took and the memory used")

    def handle(self, *args: Any, **options: Any) -> None:
        begun, path = time.monotonic(), options["file"]
        try:
            with ExitStack() as stack, translation.override("en"):
                errors = stack.enter_context(_opened(options["errors"])) if options["errors"] else None
                progress = Progress(sys.stderr, path.stat().st_size if path.is_file() else 0)
                stack.callback(progress.close)
                said, seconds = self.bring(options, by=_user(options["by"]), errors=errors, told=progress)
        except Refused as refusal:
            raise CommandError("\n".join(filter(None, [refusal.problems.report(), str(refusal)]))) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped: nothing was imported.", returncode=130) from None
        self.stdout.write(said)
        if options["verbose"]:
            self.stdout.write(_measured(seconds, time.monotonic() - begun))


def said_options(options: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Those of these options that were given; "delimiter" as a character."""
    said = {name: options[name] for name in names if options[name] is not None}
    return said | ({"delimiter": delimiter(options["delimiter"])} if options["delimiter"] else {})


def pairs(texts: list[str], option: str) -> dict[str, str]:
    """NAME=VALUE, as many as were given."""
    return dict(pair(text, option) for text in texts)


def pair(text: str, option: str) -> tuple[str, str]:
    left, equals, right = text.partition("=")
    if not (left and equals and right):
        raise Refused(f"{option} {text} is not of the form NAME=VALUE.")
    return left.strip(), right.strip()


def delimiter(text: str) -> str:
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


def _measured(seconds: Mapping[str, float], total: float) -> str:
    steps = [f"  {spent:6.1f} s  {step}" for step, spent in seconds.items()]
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return "\n".join([*steps, f"  {total:6.1f} s  in all, {megabytes:.0f} MB of memory at most"])
