"""Who starts where. Analysts plan nothing; agents have a day, and start with their customers."""

from __future__ import annotations

from tests.architecture.access_rows import get, post

#          anonymous none admin manager sales agent analyst
DAY = "302 403 200 200 200 200 403"
NOBODY = "302 404 404 404 404 404 404"
#: a planned activity about a deal: own, foreign (no manager's either), deleted, missing
FINISH = ("302 404 302 302 302 404 403", "302 404 302 404 404 404 403", NOBODY, NOBODY)
UNDATED = ("302 404 422 422 422 404 403", "302 404 422 404 404 404 403", NOBODY, NOBODY)

HOME = {
    "home": get("302 302 200 200 200 302 200"),
    "today": get(DAY),
    "work": get(DAY),
    "work_finish": post(*FINISH, about="plan"),
    "work_snooze": post(*UNDATED, about="plan"),
    "reports:index": get("302 403 200 200 200 403 200"),
}
