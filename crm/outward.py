"""Requests to addresses that came from outside: https alone, to nobody inside, answered within seconds or not at all.

The name is looked up once, and what was found is what is connected to: a name that leads elsewhere the next time, or an
answer that sends on to another address, leads nowhere.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

#: seconds for each step, and for all of it
PATIENCE, LONGEST = 5.0, 10.0
LONGEST_URL = 1000
PORT = 443
#: the last part begins with a letter: none is a number in whatever spelling
NAME = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
PRINTABLE = re.compile(r"[!-~]+")

ANY_V6 = ipaddress.ip_network("2000::/3")
#: not for everybody, or another address in disguise, whatever the Python at hand knows of it
CLOSED = [
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "224.0.0.0/4",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    )
]


class Refused(Exception):
    """Nothing is sent to this address."""


class Unreachable(Exception):
    """There is no answer, or none in time."""


@dataclass(frozen=True)
class Target:
    host: str
    path: str


@dataclass(frozen=True)
class Answer:
    """Its body is not read."""

    status: int
    retry_after: str = ""


def target(url: str) -> Target:
    """Where an address leads; Refused when it is not plain https to a name on the usual port."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise Refused("it cannot be read") from None
    if len(url) > LONGEST_URL or not PRINTABLE.fullmatch(url) or "\\" in url:
        raise Refused("it is too long or holds characters that no address has")
    if parts.scheme != "https" or port not in (None, PORT) or "@" in parts.netloc or not NAME.fullmatch(host):
        raise Refused("it is not https to a name")
    return Target(host, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def is_public(text: str) -> bool:
    """Whether an address of the internet is open to everybody and not another one in disguise."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if any(address in network for network in CLOSED):
        return False
    return address.is_global and (address.version == 4 or address in ANY_V6)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send it and say how it was answered. Refused, or Unreachable."""
    place = target(url)
    context = ssl.create_default_context(cafile=_stand_in(place.host)[1])
    connection = http.client.HTTPSConnection(place.host, context=context)
    try:
        with _reached(place.host, context) as sock:
            connection.sock = sock
            connection.request("POST", place.path, body, dict(headers))
            answer = connection.getresponse()
    except (OSError, http.client.HTTPException) as problem:
        raise Unreachable(str(problem) or type(problem).__name__) from problem
    return Answer(answer.status, answer.headers.get("Retry-After", ""))


@contextmanager
def _reached(host: str, context: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
    """A safe connection, which ends after LONGEST seconds, however slowly the other side talks."""
    raw = _connected(host)
    with context.wrap_socket(raw, server_hostname=host, do_handshake_on_connect=False) as sock:
        too_late = threading.Event()
        ending = threading.Timer(LONGEST, _end, [sock, too_late])
        ending.daemon = True
        ending.start()
        try:
            sock.do_handshake()
            yield sock
        finally:
            ending.cancel()
        if too_late.is_set():  # what was read until then may look whole
            raise TimeoutError("it talks too slowly")


def _end(sock: socket.socket, too_late: threading.Event) -> None:
    too_late.set()
    with suppress(OSError):
        # The plain one: that of TLS takes away what the other thread is just reading from.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _connected(host: str) -> socket.socket:
    problem: OSError | None = None
    for address in _addresses(host):
        try:
            return socket.create_connection(address, timeout=PATIENCE)
        except OSError as reason:
            problem = reason
    raise problem or OSError("the name leads nowhere")


def _addresses(host: str) -> list[tuple[str, int]]:
    """What the name leads to; Refused when all of it is inside."""
    if port := _stand_in(host)[0]:
        return [("127.0.0.1", port)]
    found = dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM))
    public = [(text, PORT) for text in found if is_public(text)]
    if found and not public:
        raise Refused("the name leads to an address that is not open to everybody")
    return public[:2]


def _stand_in(host: str) -> tuple[int, str | None]:
    """The port and the certificate of a server of the tests, which stands for this name."""
    port, certificate = settings.OUTWARD_STAND_INS.get(host, (0, None))
    return port, certificate
