"""A client that keeps its connection and measures each answer to its last byte."""

from __future__ import annotations

import itertools
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection


class Unexpected(Exception):
    """Neither a page nor the way to the one record that was looked for."""


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one page in one round, and the bytes of its answer."""

    p50: float
    p95: float
    size: int


class Client:
    """One keep-alive connection with a session."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Cookie": cookie, "Host": f"127.0.0.1:{port}"}

    def get(self, url: str) -> int:
        """Ask for a page; returns its size."""
        self._connection.request("GET", url, headers=self._headers)
        answer = self._connection.getresponse()
        size = len(answer.read())
        leads_on = answer.status == 302 and not (answer.getheader("Location") or "").startswith("/accounts/")
        if answer.status != 200 and not leads_on:
            raise Unexpected(f"{url} answered {answer.status}")
        return size

    def close(self) -> None:
        self._connection.close()


def time_beside(client: Client, urls: Sequence[str], floor: str, requests: int, *, warm: bool) -> tuple[Timing, Timing]:
    """The times of `requests` answers and of as many of the floor, in turn: what disturbs one disturbs the other.

    `warm` asks for some of the addresses once before.
    """
    for url in [floor, *(urls[:3] if warm else [])]:
        client.get(url)
    floors, pages, size = [], [], 0
    for url in itertools.islice(itertools.cycle(urls), requests):
        floors.append(_milliseconds(client, floor)[0])
        taken, bytes_read = _milliseconds(client, url)
        pages.append(taken)
        size = max(size, bytes_read)
    return _timing(pages, size), _timing(floors, 0)


def _milliseconds(client: Client, url: str) -> tuple[float, int]:
    begun = time.perf_counter()
    size = client.get(url)
    return (time.perf_counter() - begun) * 1000, size


def _timing(taken: list[float], size: int) -> Timing:
    ordered = sorted(taken)
    return Timing(statistics.median(ordered), ordered[int(len(ordered) * 0.95)], size)


def throughput(port: int, cookie: str, urls: Sequence[str], *, clients: int, seconds: float) -> int:
    """How many answers several clients at once get."""
    counts = [0] * clients
    deadline = time.monotonic() + seconds

    def ask(number: int) -> None:
        client = Client(port, cookie)
        for url in itertools.islice(itertools.cycle(urls), number, None):
            if time.monotonic() > deadline:
                break
            client.get(url)
            counts[number] += 1
        client.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)
