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

    def day(self, days: int) -> dt.date:
        """So many days after today; before it when negative."""
        return self.today + dt.timedelta(days=days)


def shares() -> list[tuple[str, Share]]:
    """The apps that add data, by label, in the order of INSTALLED_APPS; one that says AFTER = "app" comes behind it.

    What an app has to reckon from what the others added, its afterwards(plan) does when all have.
    """
    modules = {
        config.label: import_module(f"{config.name}.demo")
        for config in apps.get_app_configs()
        if find_spec(f"{config.name}.demo")
    }
    order: list[str] = []

    def put(label: str) -> None:
        if label in modules and label not in order:
            put(getattr(modules[label], "AFTER", ""))
            order.append(label)

    for label in modules:
        put(label)
    return [(label, modules[label].seed) for label in order] + [
        (label, modules[label].afterwards) for label in order if hasattr(modules[label], "afterwards")
    ]
