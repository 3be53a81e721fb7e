"""`test` and `check`: what has to pass before a change is accepted."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time

from launcher.places import MANAGE, ROOT, become, prepare_environ, say

# As many at once as there are cores; the tests of one file share what they have set up.
PARALLEL = ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile"]
# Slow: they install and start the whole product again and again. `check` runs them, in one process.
QUICK = ["-m", "not startup", *PARALLEL]
STARTUP = ["-m", "startup"]
PYTEST = [sys.executable, "-m", "pytest"]


def test(arguments: list[str]) -> int:
    """The suite, or what pytest is told."""
    prepare_environ(demo=True)
    os.chdir(ROOT)
    become([*PYTEST, *(arguments or QUICK)])


def check() -> int:
    """Everything, to the end, so that one run names all that is wrong; the closing line of the tests last.

    How soon the product starts is tried while nothing else runs.
    """
    prepare_environ(demo=True)
    os.environ["RAPPORT_CHECK"] = "1"  # a missing browser is a failure, not a reason to skip
    os.chdir(ROOT)
    failed = [name for name, words, environ in _steps() if not _passes(name, words, environ)]
    failed += [] if _passes("start-up", [*PYTEST, *STARTUP], {}) else ["start-up"]
    say("\n== tests")
    tests, closing = _shown([*PYTEST, *QUICK])
    failed += ["tests"] if tests else []
    say(f"\nNot good yet: {', '.join(failed)}." if failed else "\nAll good.")
    say(closing)
    return 1 if failed else 0


def _shown(words: list[str]) -> tuple[int, str]:
    """Run it, show what it says while it says it, and give back how it ended and its last line."""
    last = ""
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            last = line.rstrip()
            say(last)
    return process.returncode, last


def _steps() -> list[tuple[str, list[str], dict[str, str]]]:
    python, manage = [sys.executable, "-m"], [sys.executable, str(MANAGE)]
    production = {
        "RAPPORT_DEMO": "",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "crm.example.com",
        "EMAIL_URL": "smtp+tls://rapport:secret@mail.example.com:587",
    }
    return [
        ("lint", [*python, "ruff", "check", "."], {}),
        ("format", [*python, "ruff", "format", "--check", "."], {}),
        ("types", [*python, "mypy", "."], {}),
        ("yaml", [*python, "yamllint", "--strict", "."], {}),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"], {}),
        ("deployment", [*manage, "check", "--deploy", "--fail-level", "WARNING"], production),
    ]


def _passes(name: str, words: list[str], environ: dict[str, str]) -> bool:
    say(f"\n== {name}")
    began = time.monotonic()
    given = {key: value for key, value in (dict(os.environ) | environ).items() if value}
    good = subprocess.run(words, env=given, stdin=subprocess.DEVNULL, check=False).returncode == 0
    say(f"{name}: {'good' if good else 'FAILED'} ({time.monotonic() - began:.1f} s)")
    return good
