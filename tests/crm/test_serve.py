"""The server's processes: all of them answer, a dead one comes back, and a signal ends them all."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from crm import postgres
from tests.serving import Wire, request, wait_until


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def served(port):
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--processes", "2"]
    with subprocess.Popen(
        command, cwd=postgres.ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as parent:
        wait_until(lambda: len(listeners(port)) == 2, seconds=60)
        yield parent
        for pid in [*children_of(parent.pid), parent.pid] if parent.poll() is None else []:
            os.kill(pid, signal.SIGKILL)


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def listeners(port):
    """Sockets that accept on the port, one per process that is ready."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return [row[9] for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "0A"]


def status(port):
    with Wire(port) as wire:
        return wire.say(request("GET", "/healthz")).status()


def test_it_works(served, port):
    assert [status(port) for _ in range(20)] == [200] * 20


def test_a_dead_process_comes_back(served, port):
    before = children_of(served.pid)
    os.kill(before[0], signal.SIGKILL)
    wait_until(lambda: before[0] not in children_of(served.pid))
    wait_until(lambda: len(listeners(port)) == 2, seconds=30)
    assert [status(port) for _ in range(20)] == [200] * 20


def test_a_signal_ends_them_all(served, port):
    children = children_of(served.pid)
    served.send_signal(signal.SIGTERM)
    assert served.wait(15) == 0
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    assert "Traceback" not in served.stderr.read()


def test_orphans_end_by_themselves(served, port):
    served.kill()
    wait_until(lambda: listeners(port) == [], seconds=30)


def test_a_taken_port_is_a_sentence(served, port):
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    again = subprocess.run(command, cwd=postgres.ROOT, capture_output=True, text=True)
    assert again.returncode != 0
    assert f"Port {port} is taken" in again.stderr
    assert "Traceback" not in again.stderr
