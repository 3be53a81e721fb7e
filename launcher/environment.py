"""The environment in `.venv`: made from the locked requirements, and left alone while they do not change."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from launcher import packages
from launcher.places import PYTHON, ROOT, VENV, Problem, data, say

STAMP = VENV / "rapport.json"
NO_NETWORK = (
    r"network|connect|resolve|dns|timed? ?out|offline|Failed to fetch|No matching distribution|unavailable|"
    r"No solution found|not found in the (package registry|cache)"
)
LOCKS = {"product": ROOT / "requirements.txt", "development": ROOT / "requirements-dev.txt"}


class Unreachable(Problem):
    """The packages cannot be fetched, by whatever tool."""


def ensure(*, development: bool = False) -> None:
    """Have what is needed. An environment for development holds the product's too, and is never reduced to it."""
    if _is_fresh("development") or (not development and _is_fresh("product")):
        return
    with (data() / "environment.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kind = "development" if development or _stamped().get("kind") == "development" else "product"
        if not _is_fresh(kind):
            _make(kind)


def exists() -> bool:
    """Whether there is an environment to run in."""
    return os.access(PYTHON, os.X_OK) and STAMP.exists()


def _stamped() -> dict[str, str]:
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_fresh(kind: str) -> bool:
    return os.access(PYTHON, os.X_OK) and _stamped() == _stamp(kind)


def _stamp(kind: str) -> dict[str, str]:
    return {"kind": kind, "lock": hashlib.sha256(LOCKS[kind].read_bytes()).hexdigest()}


def _make(kind: str) -> None:
    if not os.access(VENV if VENV.exists() else ROOT, os.W_OK):
        raise Problem(f"{ROOT} cannot be written: put Rapport in a folder that you may write to and start it there.")
    say("Installing the packages that Rapport needs ...")
    STAMP.unlink(missing_ok=True)
    uv, environ = find_uv(), packages.environ()
    if not os.access(PYTHON, os.X_OK):
        shutil.rmtree(VENV, ignore_errors=True)
        run([*uv, "venv", "--quiet", "--no-config", "--python", base_python(), str(VENV)], environ)
    run([*uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(PYTHON), str(LOCKS[kind])], environ)
    STAMP.write_text(json.dumps(_stamp(kind)), encoding="utf-8")


def find_uv() -> list[str]:
    """The uv on PATH, else one of a fixed version in a folder of its own."""
    if found := shutil.which("uv"):
        return [found]
    tools = data() / "tools"
    uv, done = tools / "bin" / "uv", tools / "complete"
    if not (done.exists() and os.access(uv, os.X_OK)):
        _install_uv(tools)
        done.touch()
    return [str(uv)]


def _install_uv(tools: Path) -> None:
    install = ["-m", "pip", "install", *packages.QUIET_PIP, "-r", str(Path(__file__).with_name("uv.txt"))]
    shutil.rmtree(tools, ignore_errors=True)
    try:
        run([base_python(), *install, "--target", str(tools)])
    except Unreachable:
        raise
    except Problem:  # no pip, or one that is told to install elsewhere: a venv brings its own
        shutil.rmtree(tools, ignore_errors=True)
        run([base_python(), "-m", "venv", str(tools)])
        run([str(tools / "bin" / "python"), *install])


def base_python() -> str:
    """The Python outside any environment."""
    return str(Path(getattr(sys, "_base_executable", sys.executable)))


def run(command: list[str], environ: dict[str, str] | None = None) -> None:
    """Run a tool in silence; when it fails its words are kept and the reason is said in one sentence."""
    given = dict(os.environ) | (environ or {}) | {"LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command, env=given, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode == 0:
        return
    said = f"{done.stdout}\n{done.stderr}"
    with contextlib.suppress(OSError):  # the disk may be what is full
        (data() / "environment.log").write_text(f"{command}\n{said}", encoding="utf-8")
    raise _problem(said)


def _problem(said: str) -> Problem:
    log = data() / "environment.log"
    if re.search(r"No space left|os error 28|Disk quota", said):
        return Problem(f"The disk of {VENV} or {data()} is full: 500 MB are needed; make room and start again.")
    if re.search(r"ensurepip|venv.*not available", said):
        return Problem(
            "Python's venv is missing: install it (Debian, Ubuntu: apt install python3-venv) and start again."
        )
    if re.search(r"hash(es)? mismatch|do not match the hashes", said, re.IGNORECASE):
        return Problem(f"A package is not the one that was locked (its hash differs): try again, else read {log}.")
    if re.search(NO_NETWORK, said, re.IGNORECASE):
        return Unreachable(
            "The packages could not be fetched: check the network or the package index (PIP_INDEX_URL) and start "
            f"again; details are in {log}."
        )
    return Problem(f"The packages could not be installed: the reason is in {log}.")
