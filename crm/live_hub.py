"""One LISTEN connection of a process, and the open streams it wakes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter, OrderedDict, defaultdict
from typing import Any, Final

import psycopg
from django.db import connection as default_connection

from crm.topics import CHANNEL

logger = logging.getLogger(__name__)

# What a stream's queue holds beside names of topics; neither can be one, which has a colon.
RESYNC: Final = "resync"
STOP: Final = "stop"
WAITING = 100
#: seconds for which a hub knows what it has told: longer than a page takes from its making to its stream
MEMORY = 120.0

#: topic -> the names by which somebody asked for it
Names = dict[str, tuple[str, ...]]
QUIET = 60.0  # seconds of silence after which the connection is tried


class Client:
    """One open stream: its topics, and the names by which they were asked for."""

    def __init__(self, topics: Names, user_id: int = 0) -> None:
        self.topics, self.user_id = topics, user_id
        self.queue: asyncio.Queue[str] = asyncio.Queue(WAITING)

    def push(self, item: str) -> None:
        """Never waits. Who reads too slowly loses the details and is told to fetch everything."""
        if self.queue.full():
            self.clear()
            item = STOP if item is STOP else RESYNC
        self.queue.put_nowait(item)

    def stop(self) -> None:
        """End the stream at once."""
        self.clear()
        self.queue.put_nowait(STOP)

    def clear(self) -> None:
        """Forget what waits."""
        while not self.queue.empty():
            self.queue.get_nowait()


class Hub:
    """Who watches what."""

    def __init__(self) -> None:
        self.clients: set[Client] = set()
        self.watchers: defaultdict[str, set[Client]] = defaultdict(set)
        self.streams_of: Counter[int] = Counter()
        #: when each topic was last told, the oldest first, and since when none was missed
        self.told: OrderedDict[str, float] = OrderedDict()
        self.complete_since = time.time()
        self.stopping = False
        self.listening: asyncio.Task[None] | None = None

    def join(self, topics: Names, user_id: int = 0) -> Client:
        """A new stream."""
        client = Client({}, user_id)
        self.clients.add(client)
        self.streams_of[user_id] += 1
        self.watch(client, topics)
        return client

    def leave(self, client: Client) -> None:
        """A stream has ended."""
        self.watch(client, {})
        self.clients.discard(client)
        self.streams_of[client.user_id] -= 1
        if not self.streams_of[client.user_id]:
            del self.streams_of[client.user_id]

    def watch(self, client: Client, topics: Names) -> None:
        """These from now on: somebody may no longer see a record, or see another that was shared with them."""
        for topic in client.topics.keys() - topics.keys():
            self.watchers[topic].discard(client)
            if not self.watchers[topic]:
                del self.watchers[topic]
        for topic in topics:
            self.watchers[topic].add(client)
        client.topics = topics

    def catch_up(self, client: Client, since: float) -> None:
        """Tell a new stream what changed after its page was made (`since`, seconds of the clock) and before it came."""
        if since < max(self.complete_since, time.time() - MEMORY):
            client.push(RESYNC)
            return
        for topic, names in client.topics.items():
            if self.told.get(topic, 0.0) >= since:
                for name in names:
                    client.push(name)

    def publish(self, topic: str) -> None:
        """Wake those who watch it."""
        self._remember(topic)
        for client in self.watchers.get(topic, ()):
            for name in client.topics[topic]:
                client.push(name)

    def _remember(self, topic: str) -> None:
        now = time.time()
        self.told[topic] = now
        self.told.move_to_end(topic)
        while next(iter(self.told.values())) < now - MEMORY:
            self.told.popitem(last=False)

    def start(self) -> None:
        """Listen from now on."""
        self.stopping = False
        self.loop = asyncio.get_running_loop()
        self.listening = asyncio.create_task(self._listen_for_ever(), name="live hub")

    def stop(self) -> None:
        """End every stream at once."""
        self.stopping = True
        for client in self.clients:
            client.stop()

    async def close(self) -> None:
        """Stop listening."""
        self.stop()
        if self.listening:
            self.listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.listening

    async def _listen_for_ever(self) -> None:
        pause, missed = 0.2, False
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(autocommit=True, **parameters()) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self.complete_since = time.time()
                    if missed:  # what was said meanwhile was said to nobody
                        for client in self.clients:
                            client.push(RESYNC)
                    pause, missed = 0.2, True
                    await self._hear(connection)
            except (psycopg.Error, OSError) as problem:
                logger.warning("live updates: %s; connecting again", str(problem).strip() or type(problem).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    async def _hear(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while True:
            async for notice in connection.notifies(timeout=QUIET):
                self.publish(notice.payload)
            await connection.execute("SELECT 1")  # a dead network says nothing: raises instead of listening for ever


def parameters() -> dict[str, Any]:
    """How Django connects, without what concerns only Django."""
    given: dict[str, Any] = default_connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        given.pop(name, None)
    return given | {"application_name": "rapport live"}
