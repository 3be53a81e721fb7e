"""Reading a request's body before a thread is taken: to the end, within limits, or not at all."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import IO, Any

IN_MEMORY = 256 * 1024


@dataclass(frozen=True)
class Limits:
    """How much a client may send, and how slowly."""

    size: int = 100 * 1024 * 1024
    idle: float = 20.0  # seconds between two pieces
    total: float = 300.0


class Refused(Exception):
    """The body is not wanted: a status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


class ClientGone(Exception):
    """The client left before its request was whole."""


async def read_body(
    headers: list[tuple[bytes, bytes]], receive: Callable[[], Awaitable[MutableMapping[str, Any]]], limits: Limits
) -> IO[bytes]:
    """The whole body, rewound. Small ones stay in memory."""
    length = dict(headers).get(b"content-length", b"0")
    if not length.isdigit() or int(length) > limits.size:
        raise _too_large(limits)
    body = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the caller closes it
    try:
        async with asyncio.timeout(limits.total):
            await _read_into(body, receive, limits)
    except BaseException as problem:
        body.close()
        if isinstance(problem, TimeoutError):
            raise Refused(408, "The request came too slowly.") from None
        raise
    body.seek(0)
    return body


async def _read_into(
    body: IO[bytes], receive: Callable[[], Awaitable[MutableMapping[str, Any]]], limits: Limits
) -> None:
    more = True
    while more:
        async with asyncio.timeout(limits.idle):
            message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body.write(message.get("body", b""))
        if body.tell() > limits.size:
            raise _too_large(limits)
        more = message.get("more_body", False)


def _too_large(limits: Limits) -> Refused:
    return Refused(413, f"What was sent is larger than {limits.size // 1024 // 1024} MB. Send fewer or smaller files.")
