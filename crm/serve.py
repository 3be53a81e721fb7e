"""The web server's processes: as many as asked for, each with a socket of its own on the same port.

One shared socket lets one process take every connection; with SO_REUSEPORT the kernel spreads them.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from types import FrameType

GRACE = 5  # seconds that a request in flight has when the server is asked to stop
QUICK_DEATH = 10.0
LONGEST_PAUSE = 10.0


class PortTaken(Exception):
    """Somebody else listens there."""


def reserve(host: str, port: int) -> socket.socket:
    """Prove that the port is free, and keep it for our processes only."""
    with _socket(host) as probe, _explained(host, port):
        probe.bind((host, port))
    held = _socket(host)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    with _explained(host, port):
        held.bind((host, port))
    return held


def listen(host: str, port: int) -> socket.socket:
    """A socket of this process on the port that all of them share."""
    ours = _socket(host)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    ours.bind((host, port))
    return ours


def serve(host: str, port: int, *, processes: int = 1) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    with reserve(host, port) as held:
        if processes == 1:
            run(host, held.getsockname()[1])
        else:
            Parent(host, held.getsockname()[1]).keep(processes)


def run(host: str, port: int, *, parent: int = 0) -> None:
    """One process. One of several ends when its parent has ended without a word (kill -9)."""
    import uvicorn

    async def look_for_parent() -> None:
        if parent and os.getppid() != parent:
            signal.raise_signal(signal.SIGTERM)

    config = uvicorn.Config(
        "crm.asgi:application",
        lifespan="on",
        http="h11",
        ws="none",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whom to believe is one decision, made in the settings
        callback_notify=look_for_parent,
        timeout_notify=2,
        timeout_keep_alive=20,
        timeout_graceful_shutdown=GRACE,
    )
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises the signal again when it has stopped
        uvicorn.Server(config).run(sockets=[listen(host, port)])


class Parent:
    """Starts the processes, starts a dead one again, passes the signal to end on."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.children: dict[int, float] = {}
        self.pause = 0.0
        self.stopping = False

    def keep(self, processes: int) -> None:
        """Until asked to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for _ in range(processes):
            self._fork()
        while self.children:
            pid, status = os.wait()
            self._bury(pid, os.waitstatus_to_exitcode(status))

    def _fork(self) -> None:
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        pid = os.fork()
        if pid:
            self.children[pid] = time.monotonic()
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
            return
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        os._exit(_exit_code_of(self.host, self.port, parent))

    def _bury(self, pid: int, code: int) -> None:
        born = self.children.pop(pid, None)
        if born is None or self.stopping:
            return
        quick = time.monotonic() - born < QUICK_DEATH
        self.pause = min(max(self.pause * 2, 0.5), LONGEST_PAUSE) if quick else 0.0
        sys.stderr.write(f"web process {pid} ended ({code}); starting another in {self.pause:.1f} s\n")
        time.sleep(self.pause)
        if not self.stopping:
            self._fork()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True
        for pid in self.children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)


def _exit_code_of(host: str, port: int, parent: int) -> int:
    try:
        run(host, port, parent=parent)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
        return 1
    finally:
        sys.stderr.flush()
    return 0


def _socket(host: str) -> socket.socket:
    # asyncio sets TCP_NODELAY only where the protocol is named; without it each answer waits 40 ms for a receipt.
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made


@contextlib.contextmanager
def _explained(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise PortTaken(f"Port {port} is taken by another program: choose another with --port.") from None
        raise PortTaken(f"Cannot listen on {host}, port {port}: {problem.strerror}.") from None
