"""What a new installation begins with: Monday to Friday, nine to five."""

from __future__ import annotations

import datetime as dt

from accounts.models import WorkingHours

OPENS, CLOSES = dt.time(9), dt.time(17)
WORKDAYS = range(5)


def make_defaults() -> None:
    """Write them where there is none yet."""
    if not WorkingHours.objects.exists():
        WorkingHours.objects.bulk_create(WorkingHours(weekday=day, opens=OPENS, closes=CLOSES) for day in WORKDAYS)
