"""What was measured, as a table and as JSON."""

from __future__ import annotations

import json
import platform
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.clock import Timing
from benchmarks.pages import Page
from benchmarks.plans import Asked

HTML_OF_A_LIST = 80_000


@dataclass
class Result:
    """One page over all rounds; ratios are to the floor of the same round."""

    page: Page
    asked: Asked
    rounds: list[Timing] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    per_second: float = 0.0

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

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
    """All pages, the floor first."""

    floor: list[Timing]
    floor_per_second: float
    results: list[Result]
    absent: list[str]
    memory: list[int]
    rows: dict[str, int]

    def text(self) -> str:
        floor = statistics.median(timing.p50 for timing in self.floor)
        p95 = statistics.median(timing.p95 for timing in self.floor)
        lines = [
            f"{'page':<28}{'p50 ms':>8}{'p95 ms':>8}{'x floor':>9}{'budget':>8}{'queries':>9}{'kB':>6}{'per s':>8}  ",
            f"{'floor':<28}{floor:>8.1f}{p95:>8.1f}{1:>9.2f}{'':>8}{'':>9}{'':>6}{self.floor_per_second:>8.0f}",
        ]
        for one in self.results:
            verdict = "; ".join(one.faults) or ("" if one.ratio <= one.page.multiple else "over its budget")
            lines.append(
                f"{one.page.name:<28}{one.p50:>8.1f}{one.p95:>8.1f}{one.ratio:>9.2f}{one.page.multiple:>8}"
                f"{one.asked.queries:>9}{one.size / 1000:>6.0f}{one.per_second:>8.0f}  {verdict}"
            )
        lines += [f"not there: {name}" for name in self.absent]
        lines.append(f"{', '.join(f'{count:,} {name}' for name, count in self.rows.items())}")
        lines.append(f"memory of the web processes: {', '.join(f'{size} MB' for size in self.memory) or 'unknown'}")
        return "\n".join(line.rstrip() for line in lines)

    def write(self, path: Path) -> None:
        """The same as JSON, with every round."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self._plain(), indent=2), encoding="utf-8")

    def _plain(self) -> dict[str, Any]:
        return {
            "python": platform.python_version(),
            "floor": [asdict(timing) for timing in self.floor],
            "floor_per_second": self.floor_per_second,
            "memory_mb": self.memory,
            "rows": self.rows,
            "absent": self.absent,
            "pages": [
                {
                    "name": one.page.name,
                    "url": one.page.urls[0],
                    "ratio": one.ratio,
                    "p50_ms": one.p50,
                    "p95_ms": one.p95,
                    "budget": one.page.multiple,
                    "queries": one.asked.queries,
                    "bytes": one.size,
                    "per_second": one.per_second,
                    "faults": one.faults,
                    "scans": one.asked.scans,
                    "rounds": [asdict(timing) for timing in one.rounds],
                }
                for one in self.results
            ],
        }
