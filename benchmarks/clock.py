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
    """A page that did not answer 200."""


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
        if answer.status != 200:
            raise Unexpected(f"{url} answered {answer.status}")
        return size

    def close(self) -> None:
        self._connection.close()


def time_page(client: Client, urls: Sequence[str], requests: int, *, warm: bool) -> Timing:
    """The times of `requests` answers; `warm` asks for each address once before."""
    if warm:
        for url in urls[:3]:
            client.get(url)
    taken, size = [], 0
    for url in itertools.islice(itertools.cycle(urls), requests):
        begun = time.perf_counter()
        size = max(size, client.get(url))
        taken.append((time.perf_counter() - begun) * 1000)
    taken.sort()
    return Timing(statistics.median(taken), taken[int(len(taken) * 0.95)], size)


def throughput(port: int, cookie: str, urls: Sequence[str], *, clients: int, seconds: float) -> float:
    """Answers a second with several clients at once."""
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
    return sum(counts) / seconds
