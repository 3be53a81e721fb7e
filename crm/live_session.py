"""Who opens a live stream, and which of the topics asked for they may see. One thread, one database connection."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from django.http import HttpRequest, parse_cookie

from crm.access import visible
from crm.live_hub import Names
from crm.text import is_storable
from crm.topics import of_user, scopes

if TYPE_CHECKING:
    from accounts.models import User

MOST_TOPICS = 50
TOPIC = re.compile(r"([a-z_]+\.[a-z_]+):(?:([0-9]{1,18})(:here)?|mine)")


@dataclass(frozen=True)
class Watcher:
    """Somebody signed in, and what they watch. `rights` decide it."""

    session_key: str
    asked: tuple[str, ...]
    user_id: int
    rights: tuple[str, int | None]
    topics: Names


class SessionDesk:
    """Admits streams. Its work is done one at a time, whatever the number of streams."""

    class Unavailable(Exception):
        """The database does not answer."""

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="live-session")

    async def admit(self, headers: Iterable[tuple[bytes, bytes]], topics: str) -> Watcher | None:
        """The watcher, or None for whoever is not signed in."""
        key = session_key(headers)
        if not key:
            return None
        return await self._ask(key, tuple(topics.split(",")[:MOST_TOPICS]))

    async def look_again(self, watcher: Watcher) -> Watcher | None:
        """The same question later; the answer may have changed."""
        return await self._ask(watcher.session_key, watcher.asked)

    async def _ask(self, key: str, asked: tuple[str, ...]) -> Watcher | None:
        try:
            return await asyncio.get_running_loop().run_in_executor(self.thread, look_up, key, asked)
        except (DatabaseError, InterfaceError):
            raise self.Unavailable from None

    def close(self) -> None:
        """Give the thread and its connection back."""
        self.thread.submit(connections.close_all)
        self.thread.shutdown(wait=True)


def session_key(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The session's key from the cookie, or nothing."""
    cookies = "; ".join(value.decode("latin1") for name, value in headers if name == b"cookie")
    # As pages read them: the library's own reader gives up at the first cookie that is none, whoever has set it.
    key = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME, "")
    return key if is_storable(key) else ""


def look_up(key: str, asked: tuple[str, ...]) -> Watcher | None:
    """In the desk's thread."""
    close_old_connections()
    try:
        user = signed_in(key)
        if user is None:
            return None
        return Watcher(key, asked, user.pk, (user.effective_role, user.team_id), seen_by(user, asked))
    finally:
        close_old_connections()


def signed_in(key: str) -> User | None:
    """Whose session it is, by the same checks as a page: expiry, changed password, deactivation."""
    request = HttpRequest()
    request.session = _read_only_session(key)
    user: Any = get_user(request)
    return user if user.is_authenticated and user.is_active else None


def _read_only_session(key: str) -> Any:
    store = import_module(settings.SESSION_ENGINE).SessionStore(key)
    # After a change of SECRET_KEY Django would give the session a new key here, which no cookie would ever hear of.
    store.cycle_key = lambda: None
    return store


def seen_by(user: User, asked: Iterable[str]) -> Names:
    """The topics that exist and that the user may see, with the names they asked by. The rest is dropped without a
    word: it is nobody's business."""
    wanted: defaultdict[str, defaultdict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    seen: defaultdict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(asked):
        if name == of_user(user.pk):
            seen[name].append(name)
        elif (parts := TOPIC.fullmatch(name)) and parts[2] is None:
            for topic in _scopes(parts[1], user):
                seen[topic].append(name)
        elif parts:
            wanted[parts[1]][int(parts[2])].append(name)
    for label, names in wanted.items():
        for pk in _seen(label, names.keys(), user):
            for name in names[pk]:
                seen[name].append(name)
    return {topic: tuple(names) for topic, names in seen.items()}


def _scopes(label: str, user: User) -> list[str]:
    try:
        return scopes(label, user)
    except (LookupError, TypeError):
        return []


def _seen(label: str, keys: Iterable[int], user: User) -> list[int]:
    try:
        rows = visible(apps.get_model(label), user)
    except (LookupError, TypeError):
        return []
    return list(rows.filter(pk__in=list(keys)).values_list("pk", flat=True))
