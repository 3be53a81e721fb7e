"""Who looks after the queue, and who reads what happened: admins; managers read of what they may see."""

from __future__ import annotations

from tests.architecture.access_rows import get, post

#          anonymous none admin manager sales agent analyst
ADMINS = "302 403 200 403 403 403 403"
LEADERS = "302 403 200 200 403 403 403"
NOBODY = "302 404 404 404 404 404 404"

OPERATING = {
    "queue:index": get(ADMINS),
    "queue:now": get(ADMINS),
    "queue:detail": get("302 404 200 404 404 404 404", missing=NOBODY, about="queued"),
    # It waits already, so there is nothing to try again.
    "queue:retry": post("302 404 409 404 404 404 404", missing=NOBODY, about="queued"),
    "queue:cancel": post("302 404 302 404 404 404 404", missing=NOBODY, about="queued"),
    "audit": get(LEADERS),
    "audit_news": get(LEADERS),
    "audit_export": post("302 403 200 200 403 403 403"),
}
