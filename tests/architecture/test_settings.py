"""Settings fail loudly, and each variable is documented."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT, modules


def _read_by(path):
    text = path.read_text(encoding="utf-8")
    return set(re.findall(r"env(?:\.\w+)?\(\s*\"([A-Z][A-Z_]+)\"", text)) | set(
        re.findall(r"(?:environ(?:\.get\(|\[)|given\()\"([A-Z][A-Z_]+)\"", text)
    )


def _read_outside_python():
    scripts = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("rapport", "docker-compose.yml"))
    return set(re.findall(r"\$\{([A-Z][A-Z_]+)", scripts))


def test_every_variable_is_in_the_example_and_every_example_is_read():
    documented = set(re.findall(r"^#?\s?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M))
    read = _read_by(ROOT / "crm" / "settings.py") | {
        name for path in modules("crm", "launcher") for name in _read_by(path) if name.startswith("RAPPORT_")
    }
    read |= _read_outside_python()
    internal = {"RAPPORT_TEST_DB", "RAPPORT_SHARED_DATA", "RAPPORT_CHECK"}
    assert read - documented - internal == set()
    assert documented - read == set()


def _start(**variables):
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", **variables}
    return subprocess.run(
        [sys.executable, "-c", "import crm.settings"], cwd=ROOT, env=environment, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "SECRET_KEY and ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "crm.example.com"}, "SECRET_KEY"),
        ({"SECRET_KEY": "x" * 60}, "ALLOWED_HOSTS"),
    ],
)
def test_production_does_not_start_without(given, named):
    result = _start(**given)
    assert result.returncode != 0
    assert f"Set {named} in the environment" in result.stderr


def test_production_starts_with_what_it_needs():
    assert _start(SECRET_KEY="x" * 60, ALLOWED_HOSTS="crm.example.com").returncode == 0


def test_debug_is_off_unless_asked_for():
    code = "import crm.settings as s; print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_NAME)"
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "crm.example.com",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    }
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.stdout.split() == ["False", "True", "__Host-rapport_session"]
