"""Where everything is, and what every process of the product is told."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from crm.dotenv import given

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MANAGE = ROOT / "manage.py"


class Problem(Exception):
    """One sentence: what is wrong and what to do."""


def say(sentence: str) -> None:
    """To the person at the terminal."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def become(words: Sequence[str | Path]) -> NoReturn:
    """Hand this process over to another program."""
    sys.stdout.flush()
    os.execv(words[0], [str(word) for word in words])  # noqa: S606  no shell is wanted


def data() -> Path:
    """`.data` in the checkout, or RAPPORT_DATA."""
    return (ROOT / Path(given("RAPPORT_DATA") or ".data").expanduser()).resolve()


def inside() -> bool:
    """Whether this process runs in the environment already."""
    return Path(sys.prefix) == VENV


def prepare_environ(*, demo: bool) -> None:
    """For this process and those it starts: everything that is written lands in `.data`."""
    cache = data() / "cache"
    os.environ["PYTHONPYCACHEPREFIX"] = str(cache / "python")
    os.environ["MYPY_CACHE_DIR"] = str(cache / "mypy")
    os.environ["RUFF_CACHE_DIR"] = str(cache / "ruff")
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(cache / "hypothesis")
    os.environ["PYTHONUNBUFFERED"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    for name in ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"):
        os.environ.pop(name, None)
    if demo:
        os.environ["RAPPORT_DEMO"] = "1"


def require_own_data() -> None:
    """Another user's data folder is named, not crashed into; a missing one is made."""
    folder = data()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        owner = folder.stat().st_uid
    except OSError as problem:
        raise Problem(
            f"{folder} cannot be made ({problem.strerror}): put Rapport in a folder that you may write to, or set "
            "RAPPORT_DATA."
        ) from None
    if owner != os.geteuid():
        raise Problem(
            f"{folder} belongs to the user {_name(owner)}: run this as that user, or set RAPPORT_DATA to a folder of "
            "your own."
        )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
