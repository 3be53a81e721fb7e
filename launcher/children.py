"""The processes that `up` looks after."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from launcher.places import MANAGE, say

QUICK_DEATH = 10.0
LONGEST_PAUSE = 15.0
GRACE = 10.0


class Child:
    """One process of ours, started again when it dies; the sooner it dies, the longer the pause."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name, self.command = name, [sys.executable, str(MANAGE), *command]
        self.process: subprocess.Popen[bytes] | None = None
        self.born = self.due = 0.0
        self.pause = 0.0

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    def start(self) -> None:
        """In a session of its own: Ctrl-C reaches us alone, and we end things in order."""
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, start_new_session=True)
        self.born, self.due = time.monotonic(), 0.0

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def look_after(self) -> bool:
        """True when it was started again."""
        if not self.has_ended():
            return False
        now = time.monotonic()
        if not self.due:
            quick = now - self.born < QUICK_DEATH
            self.pause = min(max(self.pause * 2, 0.5), LONGEST_PAUSE) if quick else 0.0
            self.due = now + self.pause
            code = self.process.returncode if self.process else None
            say(f"The {self.name} process ended ({code}); it is started again.")
        if now < self.due:
            return False
        self.start()
        return True

    def ask_to_end(self) -> None:
        if self.process and not self.has_ended():
            self.process.terminate()

    def end(self) -> None:
        """Wait for it, and do not wait for ever."""
        if self.process is None:
            return
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def end_leftovers(pids: Iterable[int]) -> bool:
    """Processes of an `up` that was killed: they would hold the port."""
    ours = [pid for pid in pids if pid and _is_ours(pid)]
    for number, patience in ((signal.SIGTERM, GRACE), (signal.SIGKILL, 2.0)):
        for pid in ours:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + patience
        while any(_is_ours(pid) for pid in ours) and time.monotonic() < deadline:
            time.sleep(0.05)
    return bool(ours)


def _is_ours(pid: int) -> bool:
    """Numbers are given away again: only what runs our manage.py is ours."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        asked = ["/bin/ps", "-o", "command=", "-p", str(pid)]
        words = (
            subprocess.run(asked, capture_output=True, check=False).stdout if not Path("/proc/self").exists() else b""
        )
    return os.fsencode(MANAGE) in words
