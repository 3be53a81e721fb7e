"""`up` and `stop`: PostgreSQL, one web and one worker process, looked after until somebody says stop."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import IO, Any

from launcher import preparation
from launcher.children import Child, end_leftovers
from launcher.places import Problem, data, say

LOGINS = ("admin", "manager", "sales", "agent", "analyst")
START_PATIENCE = 60.0
STOP_PATIENCE = 25.0


class Stopped(Exception):
    """Somebody said stop."""


def address_of(port: int) -> str:
    """What to type into a browser."""
    return f"http://127.0.0.1:{port}"


def running_address() -> str:
    """The address of the Rapport that runs on this data, or nothing."""
    try:
        with _lock_file().open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return address_of(int(_state().get("port", 0)))
    except OSError:
        return ""
    return ""


def clear_leftovers() -> bool:
    """End what an `up` that was killed left behind."""
    return end_leftovers(_state().get("children", []))


def require_free(port: int) -> None:
    """Better said now than after a minute of preparation."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            why = (
                "is taken by another program"
                if problem.errno == errno.EADDRINUSE
                else f"cannot be used ({problem.strerror})"
            )
            raise Problem(f"Port {port} {why}: choose another with ./rapport up --port {port + 1}.") from None


def up(port: int, *, demo: bool) -> int:
    """Start everything and look after it."""
    from crm import postgres

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop_signal)
    with _only_one() as lock:
        if lock is None:
            say(f"Rapport already runs at {running_address()}")
            return 0
        clear_leftovers()
        require_free(port)
        _remember(port, [])
        children: list[Child] = []
        try:
            _start(port, children, demo=demo)
            _look_after(children, port)
        except Stopped:
            say("Stopping ...")
        except postgres.PostgresError as problem:
            raise Problem(str(problem)) from None
        finally:
            _end(children)
    return 0


def _start(port: int, children: list[Child], *, demo: bool) -> None:
    from crm import postgres

    external = postgres.is_external()
    if not external:
        postgres.ensure()
    is_new = preparation.prepare(demo=demo)
    children += [Child("web", ["serve", "--port", str(port)]), Child("worker", ["worker"])]
    for child in children:
        child.start()
    _remember(port, children)
    _wait_for(port, children[0])
    if is_new and demo:
        preparation.seed()
    say(f"\nRapport runs at {address_of(port)}")
    if demo:
        say("Sign in with " + ", ".join(f"{name}@demo.test" for name in LOGINS) + "; the password is rapport-demo")
    say("Ctrl-C stops it.")


def _wait_for(port: int, web: Child) -> None:
    deadline = time.monotonic() + START_PATIENCE
    while time.monotonic() < deadline:
        if _answers(port):
            return
        if web.has_ended():
            raise Problem("The web process did not start; the reason is above.")
        time.sleep(0.03)
    raise Problem(f"The web process does not answer after {START_PATIENCE:.0f} seconds.")


def _answers(port: int) -> bool:
    """Any answer will do: the host name may not be one that the settings allow."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _look_after(children: list[Child], port: int) -> None:
    """A process that dies is started again, the database too."""
    from crm import postgres

    external = postgres.is_external()
    while True:
        time.sleep(0.5)
        if not external and not postgres.is_running():
            with contextlib.suppress(postgres.PostgresError):
                postgres.ensure()
        started_again = [child for child in children if child.look_after()]
        if started_again:
            _remember(port, children)


def _end(children: list[Child]) -> None:
    from crm import postgres

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for child in children:
        child.ask_to_end()
    for child in children:
        child.end()
    _state_file().unlink(missing_ok=True)
    if not postgres.is_external() and not postgres.is_used():
        postgres.stop()


def stop() -> bool:
    """End the `up` that runs, what an `up` that was killed left behind, and PostgreSQL."""
    from crm import postgres

    ended = False
    pid = int(_state().get("pid", 0))
    if running_address() and pid:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_PATIENCE
        while running_address():
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                break
            time.sleep(0.05)
        ended = True
    ended = clear_leftovers() or ended
    _state_file().unlink(missing_ok=True)
    return postgres.stop() or ended


@contextlib.contextmanager
def _only_one() -> Iterator[IO[str] | None]:
    """One `up` per data folder. The lock ends with its process, however that ends."""
    with _lock_file().open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield lock


def _lock_file() -> Path:
    return data() / "up.lock"


def _state_file() -> Path:
    return data() / "up.json"


def _state() -> dict[str, Any]:
    try:
        found = json.loads(_state_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _remember(port: int, children: list[Child]) -> None:
    state = {"pid": os.getpid(), "port": port, "children": [child.pid for child in children]}
    draft = _state_file().with_suffix(".new")
    draft.write_text(json.dumps(state), encoding="utf-8")
    draft.replace(_state_file())


def _stop_signal(number: int, frame: FrameType | None) -> None:
    raise Stopped
