from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def main() -> int:
    """Prepare a database of the wished size (once), measure, write the table. 1 when a query or plan is wrong."""
    options = _options()
    os.environ.setdefault("RAPPORT_DEMO", "1")
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    from crm import postgres

    if not postgres.is_external():
        # A server of its own, beside the one with the data: a measurement disturbs nobody's records.
        os.environ["RAPPORT_DATA"] = str(postgres.data_folder() / f"bench-{options.scale}")
        postgres.ensure()
    try:
        import django

        django.setup()
        from benchmarks import measure, streams

        measure.prepare(options.scale)
        if options.streams:
            sys.stdout.write(f"{streams.measure_streams(options.streams).text()}\n")
            return 0
        report = measure.measure(options.rounds, options.requests, options.processes, options.only)
    finally:
        if not postgres.is_external():
            postgres.stop()
    report.write(Path(options.json))
    sys.stdout.write(f"{report.text()}\n")
    return 1 if any(result.faults for result in report.results) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="rapport bench",
        description="Measure pages as multiples of the floor. The data is seeded once (medium: some minutes, 2 GB).",
    )
    parser.add_argument("--scale", choices=["demo", "small", "medium"], default="medium")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=40, help="of each page in each round")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="that serve pages")
    parser.add_argument("--only", default="", help="pages whose name contains this")
    parser.add_argument("--streams", type=int, default=0, help="measure so many live streams instead of pages")
    parser.add_argument("--json", default="build/bench.json")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
