"""How far a long command is: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import time
from typing import TextIO

WIDTH = 30
EVERY = 5.0


class Progress:
    """Call it with a step and how much of `total` is done. Steps without an amount show their name alone."""

    def __init__(self, stream: TextIO, total: int) -> None:
        self._stream, self._total = stream, max(total, 1)
        self._is_terminal = stream.isatty()
        self._step, self._last = "", 0.0

    def __call__(self, step: str, done: int) -> None:
        share = min(done / self._total, 1.0)
        if self._is_terminal:
            bar = "█" * int(share * WIDTH) + "░" * (WIDTH - int(share * WIDTH)) if done else ""
            self._stream.write(f"\r\x1b[K{step} {bar} {share:.0%}" if done else f"\r\x1b[K{step} …")
        elif step != self._step or time.monotonic() - self._last >= EVERY:
            self._stream.write(f"{step} {share:.0%}\n" if done else f"{step} …\n")
            self._last = time.monotonic()
        self._step = step
        self._stream.flush()

    def close(self) -> None:
        """Leave the line clean for what is said next."""
        if self._is_terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
