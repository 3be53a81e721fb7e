"""The days on which nobody works, and those on which somebody of the demo data is away."""

from __future__ import annotations

import datetime as dt

from accounts.demo_logins import DOMAIN
from accounts.models import Absence, Holiday, User
from crm.seeding import Plan

#: month, day, name
HOLIDAYS = ((1, 1, "New Year’s Day"), (12, 25, "Christmas Day"), (12, 26, "Boxing Day"))
#: login, first and last day counted from today, reason
ABSENCES = (
    ("ingrid.solberg", -1, 3, "Sick"),
    ("luc.fontaine", 9, 20, "Holiday"),
    ("nadia.rahimi", 24, 28, "Training"),
    ("tom.whitaker", -40, -31, "Holiday"),
    ("sales", 45, 56, "Holiday"),
    ("manager", -70, -57, "Holiday"),
)


def add_days(plan: Plan) -> None:
    """Where there are none yet."""
    if not Holiday.objects.exists():
        years = range(plan.today.year - 1, plan.today.year + 2)
        days = [Holiday(day=dt.date(year, *date), name=name) for year in years for *date, name in HOLIDAYS]
        Holiday.objects.bulk_create(days + [Holiday(day=easter(year), name="Easter Monday") for year in years])
    if not Absence.objects.exists():
        people = dict(User.objects.values_list("email", "pk"))
        Absence.objects.bulk_create(
            Absence(person_id=pk, first_day=plan.day(first), last_day=plan.day(last), reason=reason)
            for login, first, last, reason in ABSENCES
            if (pk := people.get(f"{login}@{DOMAIN}"))
        )


def easter(year: int) -> dt.date:
    """Easter Monday, by Butcher's reckoning."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    skipped = (golden + 11 * epact + 22 * sunday) // 451
    month, day = divmod(epact + sunday - 7 * skipped + 114, 31)
    return dt.date(year, month, day + 1) + dt.timedelta(days=1)
