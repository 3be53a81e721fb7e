"""The product's settings with one more page: the floor."""

from __future__ import annotations

from pathlib import Path

from crm import settings as product
from crm.settings import *  # noqa: F403  all of them

ROOT_URLCONF = "benchmarks.urls"
TEMPLATES = [{**product.TEMPLATES[0], "DIRS": [product.BASE_DIR / "templates", Path(__file__).parent / "templates"]}]
