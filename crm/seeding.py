"""What `manage.py seed` hands to each app's demo.py, whose seed(plan) adds that app's share of believable data."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Literal

from django.apps import apps

Scale = Literal["demo", "small", "medium"]
Share = Callable[["Plan"], None]


@dataclass(frozen=True)
class Plan:
    """What the data is a function of. `rng` is the only source of chance; `say` tells the person what was made."""

    scale: Scale
    seed: int
    today: dt.date
    rng: random.Random
    say: Callable[[str], None]


def shares() -> list[tuple[str, Share]]:
    """The apps that add demo data, by label, in the order of INSTALLED_APPS."""
    found: list[tuple[str, Share]] = []
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.demo"):
            found.append((config.label, import_module(f"{config.name}.demo").seed))
    return found
