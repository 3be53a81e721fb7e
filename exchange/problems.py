"""What is wrong with a file: the first problems are kept for the screen, all of them go to a file if asked."""

from __future__ import annotations

from typing import TextIO

SHOWN = 50


class Refused(Exception):
    """The import was refused as a whole; nothing was written. The text says what to do."""

    def __init__(self, reason: str, problems: Problems | None = None) -> None:
        super().__init__(reason)
        self.problems = problems or Problems()


class Problems:
    """Counts all, keeps the first, and writes all to `sink` as they come."""

    def __init__(self, sink: TextIO | None = None) -> None:
        self.first: list[str] = []
        self.count = 0
        self._sink = sink

    def add(self, text: str) -> None:
        self.count += 1
        if self.count <= SHOWN:
            self.first.append(text)
        if self._sink:
            self._sink.write(text + "\n")

    def report(self) -> str:
        """The first of them, one a line, and how many more there are."""
        more = self.count - len(self.first)
        return "\n".join([*self.first, *([f"… and {more:,} more (--errors FILE writes all)"] if more else [])])
