"""A streaming response: its generator runs in a thread, its pieces are sent by async code."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable, Iterator

PIECE = 64 * 1024


class Stream:
    """Pieces on their way from a thread to the event loop. A slow client makes the generator wait."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self.parts = parts
        self.loop = asyncio.get_running_loop()
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=4)
        self.stopped = threading.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (piece := await self.queue.get()) is not None:
            yield piece

    def produce(self) -> None:
        """In the thread: read to the end, or until nobody listens any more."""
        try:
            for piece in joined(self.parts):
                if self.stopped.is_set():
                    return
                self._put(piece)
        finally:
            if close := getattr(self.parts, "close", None):
                close()
            self._put(None)

    def stop(self) -> None:
        """In the loop: nobody listens any more. The thread is freed from waiting for room."""
        self.stopped.set()
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)

    def _put(self, piece: bytes | None) -> None:
        if not self.stopped.is_set():
            asyncio.run_coroutine_threadsafe(self.queue.put(piece), self.loop).result()


def joined(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Small pieces together: each one sent costs a hop between threads. The first goes out at once."""
    buffer, first = bytearray(), True
    for part in parts:
        buffer += part
        if first or len(buffer) >= PIECE:
            yield bytes(buffer)
            buffer.clear()
            first = False
    if buffer:
        yield bytes(buffer)
