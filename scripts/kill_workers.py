"""Kills workers while they work and counts what their jobs did: python scripts/kill_workers.py [kills] [jobs].

100 kills during 1,000 jobs unless said otherwise; tests/crm/test_killed_worker.py is the short form.
Run it inside the environment of the tests: ./rapport test makes it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    kills, jobs = (*arguments, *("100", "1000")[len(arguments) :])
    given = {"RAPPORT_KILLS": kills, "RAPPORT_KILLED_JOBS": jobs, "RAPPORT_DEMO": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:xdist", "tests/crm/test_killed_worker.py"]
    return subprocess.run(command, cwd=ROOT, env=os.environ | given, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:3]))
