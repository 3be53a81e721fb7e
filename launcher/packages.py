"""Where packages come from: uv asks the same index as pip does on this machine."""

from __future__ import annotations

import configparser
import os
from pathlib import Path

from launcher.places import data

QUIET_PIP = [
    *("--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1"),
    *("--require-hashes", "--only-binary", ":all:"),
]


def environ() -> dict[str, str]:
    """What uv is told beside its own configuration."""
    told = {"UV_PYTHON_PREFERENCE": "only-system", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    if "UV_CACHE_DIR" not in os.environ and not _home_is_writable():
        told["UV_CACHE_DIR"] = str(data() / "cache" / "uv")
    return told | _index()


def _index() -> dict[str, str]:
    if any(name.startswith(("UV_INDEX", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX", "UV_FIND_LINKS")) for name in os.environ):
        return {}
    pip = _pip_settings()
    told = {
        "UV_DEFAULT_INDEX": pip.get("index-url", ""),
        "UV_INDEX": " ".join(pip.get("extra-index-url", "").split()),
        "UV_FIND_LINKS": ",".join(pip.get("find-links", "").split()),
    }
    told = {name: value for name, value in told.items() if value}
    # Several indexes may hold the same package; the hashes decide which file is right.
    return told | {"UV_INDEX_STRATEGY": "unsafe-best-match"} if told else {}


def _pip_settings() -> dict[str, str]:
    """pip's own files and variables, the later ones winning, as pip reads them."""
    home = Path.home() if os.environ.get("HOME") else Path("/")
    named = [Path(name) for name in (os.environ.get("PIP_CONFIG_FILE"),) if name]
    files = [Path("/etc/pip.conf"), home / ".pip" / "pip.conf", home / ".config" / "pip" / "pip.conf", *named]
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(files, encoding="utf-8")
    except (configparser.Error, UnicodeError):
        parser = configparser.RawConfigParser()
    found = dict(parser["global"]) if parser.has_section("global") else {}
    for name in ("index-url", "extra-index-url", "find-links"):
        if value := os.environ.get(f"PIP_{name.upper().replace('-', '_')}"):
            found[name] = value
    return found


def _home_is_writable() -> bool:
    try:
        home = Path.home()
    except RuntimeError:
        return False
    cache = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return os.access(next(folder for folder in (cache / "uv", cache, home, Path("/")) if folder.exists()), os.W_OK)
