"""Tables, static files and demo data: done when something has changed, skipped when nothing has."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from crm.dotenv import given
from launcher.places import MANAGE, ROOT, Problem, data


def prepare(*, demo: bool) -> bool:
    """True when there was something to do. Costs a few milliseconds when not."""
    fingerprint = _fingerprint()
    if _stamp().is_file() and _stamp().read_text() == fingerprint:
        return False
    _manage("prepare")
    if not demo:
        _stamp().write_text(fingerprint)
    return True


def seed() -> None:
    """Demo data, if there is none. Pages are served meanwhile."""
    _manage("seed", "--if-empty", "--scale", "demo", "--seed", "42")
    _stamp().write_text(_fingerprint())


def _manage(*words: str) -> None:
    if subprocess.run([sys.executable, str(MANAGE), *words], stdin=subprocess.DEVNULL, check=False).returncode:
        raise Problem(f"It stopped at ./rapport manage {words[0]}; the reason is above.")


def _stamp() -> Path:
    return data() / "prepared"


def _fingerprint() -> str:
    """Changes with the code's tables and static files, with the environment, and with the database itself."""
    seen = [
        (ROOT / ".venv" / "rapport.json").read_text(encoding="utf-8"),
        given("DATABASE_URL"),
        *(_look(path) for path in _files()),
        *(_look(path) for path in data().glob("pg*/PG_VERSION")),
        str((data() / "static").is_dir()),
    ]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def _files() -> Iterator[Path]:
    yield from sorted(ROOT.glob("*/migrations/*.py"))
    yield from sorted(path for path in (ROOT / "static").rglob("*") if path.is_file())


def _look(path: Path) -> str:
    found = path.stat()
    return f"{path} {found.st_ino} {found.st_size} {found.st_mtime_ns}"
