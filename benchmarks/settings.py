"""The product's settings with one more page: the floor."""

from __future__ import annotations

from pathlib import Path

from crm.settings import *  # noqa: F403  all of them
from crm.settings import TEMPLATES

ROOT_URLCONF = "benchmarks.urls"
TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")
