"""How soon a change reaches those who watch: one stream alone, one among many, and many that all hear the same."""

from __future__ import annotations

import selectors
import socket
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from accounts.models import Role, User
from benchmarks.measure import session_of
from benchmarks.server import running
from crm.live import MOST_OF_ONE
from crm.topics import of_user, publish

PATIENCE = 10.0
TIMES = 60


@dataclass(frozen=True)
class Heard:
    """Milliseconds from NOTIFY to the bytes at the client: of the middle one, and of the last."""

    middle: float
    last: float


@dataclass(frozen=True)
class Streams:
    """`alone` with one stream open, `among` with `count`, of which one hears; `together` when all of them do."""

    count: int
    alone: Heard
    among: Heard
    together: Heard
    memory: list[int]

    def text(self) -> str:
        lines = [f"{'streams':<26}{'median ms':>10}{'last ms':>10}{'x alone':>10}"]
        cases = {
            "1 open": self.alone,
            f"{self.count} open, 1 hears": self.among,
            f"all {self.count} hear": self.together,
        }
        for name, heard in cases.items():
            ratio = heard.middle / self.alone.middle
            lines.append(f"{name:<26}{heard.middle:>10.2f}{heard.last:>10.2f}{ratio:>10.2f}")
        return "\n".join([*lines, f"memory of the web process: {self.memory} MB"])


def measure_streams(count: int) -> Streams:
    """Open `count` streams on one process, as many for each user as one may have."""
    users = _readers(-(-count // MOST_OF_ONE))
    cookies = {user.pk: f"{settings.SESSION_COOKIE_NAME}={session_of(user)}" for user in users}
    with running(1) as server, ExitStack() as open_streams:
        first = open_streams.enter_context(_stream(server.port, users[0].pk, cookies))
        alone = _heard([first], [of_user(users[0].pk)])
        others = [
            open_streams.enter_context(_stream(server.port, users[number // MOST_OF_ONE].pk, cookies))
            for number in range(MOST_OF_ONE, count)
        ]
        among = _heard([first], [of_user(users[0].pk)])
        same = [open_streams.enter_context(_stream(server.port, users[0].pk, cookies)) for _ in range(MOST_OF_ONE - 1)]
        together = _heard([first, *others, *same], [of_user(user.pk) for user in users])
        return Streams(count, alone, among, together, server.memory())


def _readers(count: int) -> list[User]:
    """Users of the database that is measured, which is nobody's; those that are missing are made."""
    for number in range(User.objects.active().count(), count):
        User.objects.get_or_create(
            email=f"reader{number}@example.com", defaults={"name": f"Reader {number}", "role": Role.ANALYST}
        )
    return list(User.objects.active().order_by("pk")[:count])


@contextmanager
def _stream(port: int, user: int, cookies: dict[int, str]) -> Iterator[socket.socket]:
    """One that is open and watches what concerns its user."""
    asked = f"GET /live/?topics={of_user(user)} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies[user]}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as wire:
        wire.sendall(asked.encode())
        answer = b""
        while b": watching" not in answer:
            piece = wire.recv(4096)
            if not piece:
                raise SystemExit(f"A stream was not opened: {answer[:200]!r}")
            answer += piece
        yield wire


def _heard(wires: Sequence[socket.socket], topics: Sequence[str]) -> Heard:
    middles, lasts = [], []
    for _ in range(TIMES):
        taken = _once(wires, topics)
        middles.append(statistics.median(taken))
        lasts.append(max(taken))
    return Heard(statistics.median(middles), statistics.median(lasts))


def _once(wires: Sequence[socket.socket], topics: Sequence[str]) -> list[float]:
    with selectors.DefaultSelector() as selector:
        for wire in wires:
            selector.register(wire, selectors.EVENT_READ)
        begun = time.perf_counter()
        publish(*topics)
        return [(moment - begun) * 1000 for moment in _arrivals(selector, len(wires))]


def _arrivals(selector: Any, awaited: int) -> Iterator[float]:
    """When each of them has heard; a ping that comes meanwhile is not it."""
    while awaited:
        ready = selector.select(PATIENCE)
        if not ready:
            raise SystemExit(f"{awaited} streams heard nothing.")
        for key, _events in ready:
            if b"event: change" in key.fileobj.recv(4096):
                selector.unregister(key.fileobj)
                awaited -= 1
                yield time.perf_counter()
