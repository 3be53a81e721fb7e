"""`./rapport check`: every part is run and named, and its last line is the closing line of the many tests."""

from __future__ import annotations

import os
import sys

import pytest

from launcher import checks

#: stands for pytest: says which part it is and ends as it is told
PART = (
    "import sys; part = 'startup' if sys.argv[-1] == 'startup' else 'many'; print(part, 'closing line'); sys.exit({})"
)


@pytest.fixture
def check(monkeypatch, capfd):
    monkeypatch.setenv("RAPPORT_CHECK", "")
    monkeypatch.chdir(checks.ROOT)
    monkeypatch.setattr(checks, "prepare_environ", dict)  # this process has its environment already

    def checked(*, lint=0, startup=0, many=0):
        step = ("lint", [sys.executable, "-c", f"print('lint said'); raise SystemExit({lint})"], {})
        monkeypatch.setattr(checks, "_steps", lambda: [step])
        code = f"{startup} if part == 'startup' else {many}"
        monkeypatch.setattr(checks, "PYTEST", [sys.executable, "-c", PART.format(code)])
        ended = checks.check()
        return ended, capfd.readouterr().out

    return checked


def test_it_works(check):
    ended, said = check()
    assert ended == 0
    assert said.splitlines()[-1] == "many closing line"
    assert "lint said" in said and "startup closing line" in said and "All good." in said and "Not good" not in said


@pytest.mark.parametrize("part", ["lint", "startup", "many"])
def test_one_part_that_fails_fails_it_all(check, part):
    ended, said = check(**{part: 1})
    assert ended == 1
    assert said.splitlines()[-1] == "many closing line"
    named = {"lint": "Not good yet: lint.", "startup": "Not good yet: start-up.", "many": "Not good yet: tests."}
    assert named[part] in said


def test_all_that_failed_are_named(check):
    ended, said = check(lint=1, startup=2, many=1)
    assert ended == 1
    assert "Not good yet: lint, start-up, tests." in said


def test_no_test_is_in_neither_part():
    assert checks.STARTUP == ["-m", "startup"]
    assert checks.QUICK[:2] == ["-m", "not startup"]


def test_a_missing_browser_is_a_failure(check):
    check()
    assert os.environ["RAPPORT_CHECK"] == "1"
