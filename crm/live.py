"""Live updates: one LISTEN connection per process, fanned out to the browsers that watch a record.

Only names of records travel (`crm.topics`); the browser fetches what changed through the pages' own permission checks.
Django's handlers would hold a database connection per open stream, so this lane is plain ASGI and looks up who is
there in one small thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
import re
import signal
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from types import FrameType
from typing import Any
from urllib.parse import parse_qs

from crm.live_hub import RESYNC, STOP, Client, Hub
from crm.live_session import SessionDesk, Watcher

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PING = 15.0
SEND_PATIENCE = 20.0
MOST_STREAMS = 5000
#: that one person may have open in a process: a browser needs one for all its tabs
MOST_OF_ONE = 20
SINCE = re.compile(r"[0-9]{1,15}")
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class Live:
    """The lane `/live/?topics=customers.customer:17,user:3&since=1767225600000`; since when, in milliseconds, the page
    has not looked."""

    def __init__(self, *, ping: float = PING, check: float = 30.0, most_of_one: int = MOST_OF_ONE) -> None:
        self.ping, self.check, self.most_of_one = ping, check, most_of_one
        self.hub = Hub()
        self.desk = SessionDesk()

    async def start(self) -> None:
        """With the process: listen, and end the streams as soon as the process is asked to end."""
        self.hub.start()
        if threading.current_thread() is threading.main_thread():
            _before_signals(asyncio.get_running_loop(), self.hub.stop)

    async def close(self) -> None:
        """With the process: nothing is left open."""
        await self.hub.close()
        self.desk.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            return await _refuse(send, 405)
        if len(self.hub.clients) >= MOST_STREAMS or self.hub.stopping:
            return await _refuse(send, 503)
        asked = {name: values[0] for name, values in parse_qs(scope["query_string"].decode("latin1")).items()}
        try:
            watcher = await self.desk.admit(scope["headers"], asked.get("topics", ""))
        except self.desk.Unavailable:
            return await _refuse(send, 503)
        if watcher is None:
            return await _refuse(send, 401)
        if self.hub.streams_of[watcher.user_id] >= self.most_of_one:
            return await _refuse(send, 429)
        client = self.hub.join(watcher.topics, watcher.user_id)
        if SINCE.fullmatch(asked.get("since", "")):
            self.hub.catch_up(client, int(asked["since"]) / 1000)
        gone = asyncio.ensure_future(_until_gone(receive, client))
        try:
            await self._stream(client, watcher, send)
        finally:
            gone.cancel()
            self.hub.leave(client)

    async def _stream(self, client: Client, watcher: Watcher, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        message, due = "retry: 2000\n: watching\n\n", self._next_check()
        while message:
            try:
                async with asyncio.timeout(SEND_PATIENCE):
                    await send({"type": "http.response.body", "body": message.encode(), "more_body": True})
            except TimeoutError:
                break
            if time.monotonic() > due:
                if not await self._still_welcome(client, watcher):
                    break
                due = self._next_check()
            message = await self._next_message(client, patience=min(self.ping, due - time.monotonic()))
        await send({"type": "http.response.body", "body": b""})

    async def _next_message(self, client: Client, *, patience: float) -> str:
        try:
            async with asyncio.timeout(patience):
                item = await client.queue.get()
        except TimeoutError:
            return "event: ping\ndata:\n\n"  # a comment would be hidden from the page, which listens for it
        if item is STOP:
            return ""
        if item is RESYNC:
            return "event: resync\ndata: {}\n\n"
        return f"event: change\ndata: {json.dumps({'topic': item})}\n\n"

    async def _still_welcome(self, client: Client, watcher: Watcher) -> bool:
        """Signed out, deactivated, moved to another team: asked again while the stream is open."""
        try:
            again = await self.desk.look_again(watcher)
        except self.desk.Unavailable:
            return False
        if again is None or (again.user_id, again.rights) != (watcher.user_id, watcher.rights):
            return False  # with other rights the browser asks anew
        self.hub.watch(client, again.topics)
        return True

    def _next_check(self) -> float:
        # Spread: 300 streams that opened together must not ask together for ever.
        return time.monotonic() + self.check * random.uniform(0.8, 1.0)  # noqa: S311  no secret


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"0"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _until_gone(receive: Receive, client: Client) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    client.stop()


def _before_signals(loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> None:
    """The server ends its lifespan only after all connections have: open streams must hear of the signal first."""
    for number in (signal.SIGTERM, signal.SIGINT):
        theirs = signal.getsignal(number)

        def ours(signum: int, frame: FrameType | None, theirs: Any = theirs) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended already
                loop.call_soon_threadsafe(act)
            if callable(theirs):
                theirs(signum, frame)

        signal.signal(number, ours)
