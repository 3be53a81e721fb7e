"""What was measured, as a table and as JSON."""

from __future__ import annotations

import json
import os
import platform
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.clock import Timing
from benchmarks.pages import Page
from benchmarks.plans import Asked

HTML_OF_A_LIST = 80_000
HEADING = f"{'page':<26}  p50 ms  p95 ms  x floor  budget  queries    kB  per s  cpu ms"


@dataclass(frozen=True)
class Load:
    """With several clients at once: answers a second, and milliseconds of processor time in the server for each."""

    per_second: float
    processor_ms: float


@dataclass
class Result:
    """One page over all rounds, and the floor as it was beside it in each."""

    page: Page
    asked: Asked
    rounds: list[Timing] = field(default_factory=list)
    floors: list[Timing] = field(default_factory=list)
    load: Load = Load(0, 0)

    @property
    def ratio(self) -> float:
        return statistics.median(page.p50 / floor.p50 for page, floor in zip(self.rounds, self.floors, strict=True))

    @property
    def p50(self) -> float:
        return statistics.median(timing.p50 for timing in self.rounds)

    @property
    def p95(self) -> float:
        return statistics.median(timing.p95 for timing in self.rounds)

    @property
    def size(self) -> int:
        return max(timing.size for timing in self.rounds)

    @property
    def faults(self) -> list[str]:
        """What may not be, whatever the machine: too many queries, a table read from end to end, a page too big."""
        found = [f"{len(self.asked.scans)} sequential scans"] if self.asked.scans else []
        if self.asked.queries > self.page.queries:
            found.append(f"{self.asked.queries} queries, {self.page.queries} allowed")
        if self.size > HTML_OF_A_LIST and "page" in self.page.name:
            found.append(f"{self.size // 1000} kB")
        return found


@dataclass
class Report:
    """All pages. `busy` is the load of the machine before: above the number of processors, ratios say little."""

    floor: Load
    results: list[Result]
    absent: list[str]
    memory: list[int]
    busy: float
    rows: dict[str, int]

    def text(self) -> str:
        floors = [timing for result in self.results for timing in result.floors]
        p50, p95 = (statistics.median(getattr(floor, name) for floor in floors) for name in ("p50", "p95"))
        lines = [
            HEADING,
            f"{'floor':<26}{p50:>8.1f}{p95:>8.1f}{1:>9.2f}{'':>23}{_load(self.floor)}",
            *(self._line(result) for result in self.results),
            *(f"not there: {name}" for name in self.absent),
            ", ".join(f"{count:,} {name}" for name, count in self.rows.items()),
            f"memory of the web processes: {', '.join(f'{size} MB' for size in self.memory) or 'unknown'}",
            f"load of the machine before: {self.busy:.1f} on {os.cpu_count()} processors",
        ]
        return "\n".join(line.rstrip() for line in lines)

    def _line(self, one: Result) -> str:
        verdict = "; ".join([*one.faults, *(["over its budget"] if one.ratio > one.page.multiple else [])])
        return (
            f"{one.page.name:<26}{one.p50:>8.1f}{one.p95:>8.1f}{one.ratio:>9.2f}{one.page.multiple:>8}"
            f"{one.asked.queries:>9}{one.size / 1000:>6.0f}{_load(one.load)}  {verdict}"
        )

    def write(self, path: Path) -> None:
        """The same as JSON, with every round."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self._plain(), indent=2), encoding="utf-8")

    def _plain(self) -> dict[str, Any]:
        return {
            "python": platform.python_version(),
            "processors": os.cpu_count(),
            "load_before": self.busy,
            "floor": asdict(self.floor),
            "memory_mb": self.memory,
            "rows": self.rows,
            "absent": self.absent,
            "pages": [_plain(one) for one in self.results],
        }


def _load(load: Load) -> str:
    return f"{load.per_second:>7.0f}{load.processor_ms:>8.1f}"


def _plain(one: Result) -> dict[str, Any]:
    return {
        "name": one.page.name,
        "url": one.page.urls[0],
        "ratio": one.ratio,
        "p50_ms": one.p50,
        "p95_ms": one.p95,
        "budget": one.page.multiple,
        "queries": one.asked.queries,
        "queries_allowed": one.page.queries,
        "bytes": one.size,
        **asdict(one.load),
        "faults": one.faults,
        "scans": one.asked.scans,
        "rounds": [
            {"page": asdict(page), "floor": asdict(floor)} for page, floor in zip(one.rounds, one.floors, strict=True)
        ],
    }
