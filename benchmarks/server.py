"""The product's own server, as it is started for customers, on a free port of this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 30.0


class Server:
    """A running server: where it listens, and what its processes hold."""

    def __init__(self, port: int, pid: int) -> None:
        self.port, self._pid = port, pid

    def memory(self) -> list[int]:
        """Megabytes of each process that serves pages (Linux; elsewhere nothing)."""
        return [megabytes for pid in self._serving() if (megabytes := _resident(pid))]

    def seconds(self) -> float:
        """Processor time of all of them so far: what a page costs, however busy the machine is otherwise."""
        return sum(_processor_seconds(pid) for pid in self._serving())

    def _serving(self) -> list[int]:
        return _children(self._pid) or [self._pid]


@contextmanager
def running(processes: int) -> Iterator[Server]:
    """Start it, wait until it answers, stop it at the end."""
    port = _free_port()
    command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(port), "--processes", str(processes)]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"DJANGO_SETTINGS_MODULE": "benchmarks.settings"})
    try:
        _wait(port, process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise SystemExit("The server did not start.")


def _children(pid: int) -> list[int]:
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def _resident(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")), 0)


def _processor_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
