"""A real server on a port of its own, for what the test client cannot show: sockets, slowness, streams."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import uvicorn


@contextlib.contextmanager
def serving(application, port=0):
    """Serve an ASGI application in a thread, on a free port or on one that was just left; yields the port."""
    listening = socket.socket(proto=socket.IPPROTO_TCP)  # as crm.serve: answers go out at once
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    config = uvicorn.Config(
        application, lifespan="on", http="h11", ws="none", log_config=None, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive(), "the server does not stop"


def wait_until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
    return found


class Wire:
    """A connection on which the test says every byte itself."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=15)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def say(self, text):
        self.socket.sendall(text.encode("latin1"))
        return self

    def hear(self, upto=None):
        """All that comes, until the server closes or `upto` is there."""
        heard, deadline = bytearray(), time.monotonic() + 20
        with contextlib.suppress(ConnectionResetError):
            while piece := self.socket.recv(65536):
                heard += piece
                assert time.monotonic() < deadline, heard[-200:]
                if upto is not None and upto in heard:
                    break
        return bytes(heard)

    def status(self):
        return int(self.hear(upto=b"\r\n").split()[1])


def request(method, path, *, headers="", body="", close=True):
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    ending = "Connection: close\r\n" if close else ""
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{length}{ending}{headers}\r\n{body}"
