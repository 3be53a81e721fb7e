"""A real mail server on a port of its own, which answers as a test tells it to."""

from __future__ import annotations

import asyncio
import email
import socket
import threading
from email import policy

from aiosmtpd.smtp import SMTP


class MailServer:
    """Accepts everything until it is told otherwise. `received` holds what it took, as (recipients, message)."""

    def __init__(self):
        self.received, self.calls = [], 0
        #: address, or "MAIL" or "DATA" -> what is said instead of 250
        self.refusing = {}
        #: called with each message before it is accepted
        self.before_accepting = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()

    def start(self):
        self.loop, ready = asyncio.new_event_loop(), threading.Event()
        self.thread = threading.Thread(target=self._run, args=[ready], daemon=True)
        self.thread.start()
        assert ready.wait(10)

    def stop(self):
        """From here on nobody listens on the port."""
        self.loop.call_soon_threadsafe(self.done.set)
        self.thread.join(10)
        assert not self.thread.is_alive()

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve(ready))
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    async def _serve(self, ready):
        self.done, self.open = asyncio.Event(), set()
        listening = await asyncio.get_running_loop().create_server(self._session, "127.0.0.1", self.port)
        ready.set()
        await self.done.wait()
        listening.close()
        for session in self.open:
            session.transport.abort()
        await asyncio.sleep(0)  # so that the sessions hear of it
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def _session(self):
        self.calls += 1
        session = Session(self, hostname="mail.example.com", ident="test")
        session.kept = self.open
        return session

    # What aiosmtpd asks of its handler

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return self.refusing.get("MAIL", "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):
        if reply := self.refusing.get(address):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if reply := self.refusing.get("DATA"):
            return reply
        message = email.message_from_bytes(envelope.content, policy=policy.default)
        self.received.append((envelope.rcpt_tos, message))
        if self.before_accepting:
            await asyncio.get_running_loop().run_in_executor(None, self.before_accepting, message)
        return "250 Accepted"

    # For the tests

    @property
    def subjects(self):
        return sorted(message["Subject"] for _to, message in self.received)


class Session(SMTP):
    """Known to the server while it is open, so that none is left behind."""

    def connection_made(self, transport):
        self.kept.add(self)
        super().connection_made(transport)

    def connection_lost(self, error):
        self.kept.discard(self)
        super().connection_lost(error)
