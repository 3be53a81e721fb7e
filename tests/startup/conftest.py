"""The product as somebody who has just cloned it sees it: a copy of the tree, an own home, an own port."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
IS_ROOT = os.geteuid() == 0


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.startup)


class Installation:
    """A clone that belongs to somebody, and the commands they type in it."""

    def __init__(self, place: Path, uid: int) -> None:
        self.place, self.uid = place, uid
        self.tree, self.home = place / "my crm", place / "home"
        self.home.mkdir(parents=True)
        self.port = free_port()
        self.running: list[subprocess.Popen] = []
        copy_tree(self.tree)
        _lend_packages(self.home)
        self.own(place)

    def own(self, path: Path) -> None:
        if self.uid != os.geteuid():
            subprocess.run(["chown", "-R", f"{self.uid}:{self.uid}", path], check=True)

    @property
    def data(self) -> Path:
        return self.tree / ".data"

    @property
    def prefix(self) -> list[str]:
        if self.uid == os.geteuid():
            return []
        return ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups"]

    def environ(self, given: dict[str, str]) -> dict[str, str]:
        index = {
            name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_INDEX", "UV_DEFAULT"))
        }
        trust = {name: os.environ[name] for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if name in os.environ}
        return index | trust | {"PATH": PATH, "HOME": str(self.home), "LANG": "C.UTF-8"} | given

    def type(self, *words: str, cwd: str = "/", **environ: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [*self.prefix, str(self.tree / "rapport"), *words],
            cwd=cwd,
            env=self.environ(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
        )

    def start(self, *words: str, **environ: str) -> subprocess.Popen:
        with (self.place / "up.log").open("w") as log:
            process = subprocess.Popen(
                [*self.prefix, str(self.tree / "rapport"), "up", "--port", str(self.port), *words],
                cwd="/",
                env=self.environ(environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.running.append(process)
        return process

    def said(self) -> str:
        return (self.place / "up.log").read_text()

    def wait(self, process: subprocess.Popen, seconds: float = 240) -> float:
        """Seconds until the health page answers."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if self.get("/healthz") == 200:
                return time.monotonic() - began
            assert process.poll() is None, self.said()
            time.sleep(0.03)
        raise AssertionError(self.said())

    def wait_until_said(self, words: str, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.said():
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)

    def get(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    def pids(self) -> list[int]:
        """Everything that runs here: the supervisor, its children, the database server."""
        found = json.loads((self.data / "up.json").read_text())
        servers = [int(file.read_text().split()[0]) for file in self.data.glob("pg*/postmaster.pid")]
        return [found["pid"], *found["children"], *servers]

    def kill_everything(self) -> None:
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)

    def clean(self) -> None:
        self.type("stop")
        for process in self.running:
            process.kill()
            process.wait()


def copy_tree(target: Path) -> None:
    """What git knows, and what is about to be committed: not `.venv`, not `.data`."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, os.fsdecode(listed.stdout).split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def _lend_packages(home: Path) -> None:
    """The downloads that this machine has already."""
    cache = Path(os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache" / "uv")
    if cache.is_dir():
        shutil.copytree(cache, home / ".cache" / "uv", symlinks=True, dirs_exist_ok=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ordinary_id() -> int:
    return pwd.getpwnam("nobody").pw_uid if IS_ROOT else os.geteuid()


@pytest.fixture(scope="session", params=["root", "ordinary"])
def installation(request):
    """Started once; the tests of one user share it, each leaves it stopped."""
    if request.param == "root" and not IS_ROOT:
        pytest.skip("only root can try what root meets")
    place = Path(tempfile.mkdtemp(prefix="rapport-startup-"))
    place.chmod(0o755)
    made = Installation(place, 0 if request.param == "root" else ordinary_id())
    yield made
    made.clean()
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def stopped(installation):
    """The installation, with nothing running before and after."""
    installation.type("stop")
    installation.port = free_port()
    yield installation
    installation.clean()


@pytest.fixture
def installed(stopped):
    """Its environment exists."""
    if not (stopped.tree / ".venv" / "rapport.json").exists():
        done = stopped.type("manage", "version")
        assert done.returncode == 0, done.stderr
    return stopped


def is_one_sentence(done: subprocess.CompletedProcess) -> str:
    """What a failure has to be: one plain line, no traceback, an exit code."""
    said = done.stderr.strip()
    assert done.returncode == 1, f"{done.returncode} {done.stdout}{done.stderr}"
    assert "Traceback" not in done.stdout + done.stderr
    assert said, done.stdout
    assert len(said.splitlines()) == 1, said
    assert said.endswith(".")
    return said
