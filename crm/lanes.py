"""Two lanes on one port: `/live/` streams in async code, every other path goes to Django through a few threads.

A thread is only taken for the time of the view itself: the body is read before (a slow sender costs no thread, and a
client that leaves half-way never has half a form processed), and the answer is sent after.
"""

from __future__ import annotations

import asyncio
import contextvars
import io
import sys
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import IO, Any, Protocol, cast

from a2wsgi.wsgi import build_environ
from django.db import connections

from crm.request_body import ClientGone, Limits, Refused, read_body
from crm.streaming import Stream

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

PIECE = 256 * 1024
SEND_PATIENCE = 60.0  # seconds that a client may take to accept one piece


class LiveLane(Protocol):
    """What answers `/live/`, and is told when the process starts and ends."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...

    async def start(self) -> None: ...

    async def close(self) -> None: ...


class Lanes:
    """The ASGI application: which lane a request takes, and what happens when the process starts and ends."""

    def __init__(self, *, pages: Pages, live: LiveLane) -> None:
        self.pages, self.live = pages, live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            lane = self.live if scope["path"] == "/live/" else self.pages
            await lane(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await self.live.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.live.close()
        self.pages.close()
        await send({"type": "lifespan.shutdown.complete"})


class SentFile:
    """What Django hands a FileResponse to (`wsgi.file_wrapper`): sent in pieces by async code, without a thread."""

    def __init__(self, file: IO[bytes], block_size: int = PIECE) -> None:
        self.file = file

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.file.read(PIECE), b"")

    def close(self) -> None:
        self.file.close()


@dataclass
class Answer:
    """What the view said: a body that is whole, or something to read on."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    rest: Iterable[bytes] | None = None

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], None]:
        """WSGI's start_response."""
        self.status = int(status.split(" ", 1)[0])
        # Stripped: Django writes a cookie's value with a blank before it, which the server takes for an error.
        self.headers = [(name.lower().encode("latin1"), value.strip().encode("latin1")) for name, value in headers]
        return self._write

    def _write(self, data: bytes) -> None:
        self.body += data


class Pages:
    """A WSGI application as an ASGI one, behind a small fixed pool of threads."""

    def __init__(
        self,
        application: Wsgi,
        *,
        threads: int = 2,
        limits: Limits | None = None,
        uploads: Mapping[str, Limits] | None = None,
    ) -> None:
        """`uploads`: other limits below the paths that begin so."""
        self.application = application
        self.limits = limits or Limits()
        self.uploads = uploads or {}
        self.pages = ThreadPoolExecutor(threads, thread_name_prefix="page")
        self.streams = ThreadPoolExecutor(2, thread_name_prefix="stream")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = plain_headers(scope["headers"])
        try:
            body = await read_body(headers, receive, self._limits_of(scope["path"]))
            with body:
                await self._answer(make_environ({**scope, "headers": headers}, body), receive, send)
        except Refused as refused:
            await refuse(send, refused)
        except ClientGone:
            return

    def _limits_of(self, path: str) -> Limits:
        return next((limits for start, limits in self.uploads.items() if path.startswith(start)), self.limits)

    async def _answer(self, environ: dict[str, Any], receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_until_gone(receive))
        # A context of its own: the time zone and language that one request set are not found by the next.
        context = contextvars.Context()
        try:
            answer = await self._view(environ, context, gone)
            await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
            if isinstance(answer.rest, SentFile):
                await self._send_file(answer.rest, send, gone, empty=environ["REQUEST_METHOD"] == "HEAD")
            elif answer.rest is not None:
                await self._send_stream(Stream(answer.rest), context, send, gone)
            await send({"type": "http.response.body", "body": answer.body})
        finally:
            gone.cancel()

    async def _view(self, environ: dict[str, Any], context: contextvars.Context, gone: asyncio.Future[None]) -> Answer:
        call = self.pages.submit(context.run, self._call, environ)
        waiting = asyncio.wrap_future(call)
        either: list[asyncio.Future[Any]] = [waiting, gone]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done() and call.cancel():  # it still waits for a thread, and nobody for the answer
            raise ClientGone
        return await waiting

    def _call(self, environ: dict[str, Any]) -> Answer:
        answer = Answer()
        result = self.application(environ, answer.start)
        if isinstance(result, SentFile) or getattr(result, "streaming", False):
            answer.rest = result
            return answer
        try:
            answer.body += b"".join(result)
        finally:
            if close := getattr(result, "close", None):
                close()
        return answer

    async def _send_file(self, file: SentFile, send: Send, gone: asyncio.Future[None], *, empty: bool) -> None:
        try:
            for piece in () if empty else file:
                if gone.done():
                    raise ClientGone
                await send_piece(send, piece)
        finally:
            self.pages.submit(file.close)  # tells Django that the request has ended: not in the loop's thread

    async def _send_stream(
        self, stream: Stream, context: contextvars.Context, send: Send, gone: asyncio.Future[None]
    ) -> None:
        # One thread from the first piece to the last: a database cursor belongs to the thread that opened it.
        reading = asyncio.wrap_future(self.streams.submit(context.run, stream.produce))
        gone.add_done_callback(lambda _: stream.stop())
        try:
            async for piece in stream:
                await send_piece(send, piece)
            if gone.done():
                raise ClientGone
            await reading  # raises what the generator raised: the answer is then cut, never closed as if it were whole
        finally:
            stream.stop()

    def close(self) -> None:
        """Let the views that run come to their end, and close the database connections of the threads."""
        for pool in (self.pages, self.streams):
            _close_connections(pool)
            pool.shutdown(wait=True)


def _close_connections(pool: ThreadPoolExecutor) -> None:
    """In every thread of the pool once: each waits for the others, so that none does it twice."""
    threads = pool._max_workers
    gate = threading.Barrier(threads)

    def close() -> None:
        gate.wait(timeout=10)
        connections.close_all()

    wait([pool.submit(close) for _ in range(threads)])


def plain_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Without names holding an underscore: in WSGI `X_Forwarded_Proto` could not be told from the real header."""
    return [(name, value) for name, value in headers if b"_" not in name]


def make_environ(scope: Scope, body: IO[bytes]) -> dict[str, Any]:
    """WSGI's view of the request. The body is whole, so its length is known even if it came in chunks."""
    try:
        environ = cast("dict[str, Any]", build_environ(cast(Any, scope), cast(Any, body)))
    except UnicodeDecodeError:
        raise Refused(400, "The address holds bytes that cannot be read.") from None
    if environ.pop("HTTP_TRANSFER_ENCODING", None):
        environ["CONTENT_LENGTH"] = str(body.seek(0, io.SEEK_END))
        body.seek(0)
    environ["wsgi.errors"] = sys.stderr
    environ["wsgi.file_wrapper"] = SentFile
    return environ


async def send_piece(send: Send, piece: bytes) -> None:
    """One piece of many. A client that does not take it in time is left."""
    try:
        async with asyncio.timeout(SEND_PATIENCE):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    except TimeoutError:
        raise ClientGone from None


async def refuse(send: Send, refused: Refused) -> None:
    """Say why, and close: the rest of the body is not read."""
    body = f"{refused.sentence}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
