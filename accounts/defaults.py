"""What a new installation begins with: Monday to Friday, nine to five."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

Models = Callable[[str, str], Any]

OPENS, CLOSES = dt.time(9), dt.time(17)
WORKDAYS = range(5)


def make_defaults(get_model: Models) -> None:
    """Write them where there is none yet; `get_model` as of django.apps or of a migration."""
    hours = get_model("accounts", "WorkingHours")
    if not hours.objects.exists():
        hours.objects.bulk_create(hours(weekday=day, opens=OPENS, closes=CLOSES) for day in WORKDAYS)
